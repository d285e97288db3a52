# Completion of privatecdn for fish: privatecdn completion fish >~/.config/fish/completions/privatecdn.fish
function __privatecdn_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l found (eval $words[1] complete -- (string escape -- $words[2..-1] $current) 2>/dev/null)
    if contains -- :files $found
        set -l flag (string match -r -- '^--[^=]*=' $current)
        string replace -r -- '^' "$flag" (__fish_complete_path (string replace -- "$flag" '' $current))
    else
        printf '%s\n' $found
    end
end
complete -c privatecdn -f -a '(__privatecdn_complete)'

# Completion of privatecdn for bash. In ~/.bashrc: source <(privatecdn completion bash)
_privatecdn() {
  local line=${COMP_LINE:0:COMP_POINT} words candidate
  read -ra words <<<"$line"
  [[ $line != *[[:blank:]] ]] || words+=('')
  COMPREPLY=()
  while IFS=$'\t' read -r candidate _; do
    if [ "$candidate" = :files ]; then
      compopt -o default 2>/dev/null || COMPREPLY=($(compgen -f -- "$2")) # bash 3 has no compopt
    else
      COMPREPLY+=("${candidate#--*=}") # bash completes what follows =
    fi
  done < <("${1/#\~/$HOME}" complete -- "${words[@]:1}" 2>/dev/null)
}
complete -F _privatecdn privatecdn

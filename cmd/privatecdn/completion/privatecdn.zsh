#compdef privatecdn
# Completion of privatecdn for zsh. In ~/.zshrc, after compinit: source <(privatecdn completion zsh)
# or as a file _privatecdn in a directory of $fpath.
_privatecdn() {
  local line
  local -a candidates
  for line in "${(@f)$(${~words[1]} complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ $line == :files ]]; then
      compset -P '--*='
      _files
      return
    fi
    candidates+=("${${line//:/\\:}/$'\t'/:}")
  done
  _describe privatecdn candidates
}
compdef _privatecdn privatecdn
[[ ${funcstack[1]} != _privatecdn ]] || _privatecdn

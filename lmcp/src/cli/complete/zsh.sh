#compdef PROGRAM
# Completes words of PROGRAM: source <(PROGRAM completions zsh), behind `autoload -U compinit; compinit`
_FUNCTION_complete() {
    local -a whole begun
    local reply about
    while IFS=$'\t' read -r reply about; do
        if [[ $reply == *[=/] ]]; then
            begun+=("${reply//:/\\:}:$about")
        else
            whole+=("${reply//:/\\:}:$about")
        fi
    done < <("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)
    if (( ! $#whole && ! $#begun )); then
        _files
        return
    fi
    _describe '' whole
    _describe '' begun -S ''
}
compdef _FUNCTION_complete PROGRAM

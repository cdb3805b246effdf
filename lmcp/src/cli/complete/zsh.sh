_FUNCTION_complete() {
    local -a typed whole begun
    local reply about
    typed=("${(@Q)words[1,CURRENT]}")
    while IFS=$'\t' read -r reply about; do
        if [[ $reply == *[=/] ]]; then
            begun+=("${reply//:/\\:}:$about")
        else
            whole+=("${reply//:/\\:}:$about")
        fi
    done < <(_LMCP_COMPLETE=zsh "${(@)typed/#\~\//$HOME/}" 2>/dev/null </dev/null)
    if (( ! $#whole && ! $#begun )); then
        _files
        return
    fi
    _describe '' whole
    _describe '' begun -S ''
}
compdef _FUNCTION_complete PROGRAM

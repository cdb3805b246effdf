_FUNCTION_complete() {
    local line=${COMP_LINE:0:COMP_POINT} word reply
    local -a words
    read -ra words <<<"$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    word=${words[${#words[@]} - 1]}
    # To bash a word begins behind each `=` and `:`.
    word=${word%"${word##*[=:]}"}
    COMPREPLY=()
    while IFS=$'\t' read -r reply _; do
        COMPREPLY+=("${reply#"$word"}")
    done < <(_LMCP_COMPLETE=bash "${words[@]/#\~\//$HOME/}" 2>/dev/null </dev/null)
    if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[=/] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
complete -o default -F _FUNCTION_complete PROGRAM

# Completes words of PROGRAM: PROGRAM completions fish | source
function __FUNCTION_complete
    set -l words (commandline -opc) (commandline -ct)
    $words[1] __complete $words[2..-1] 2>/dev/null
end
complete -c PROGRAM -f -a '(__FUNCTION_complete)'

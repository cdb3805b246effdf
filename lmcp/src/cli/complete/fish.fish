function __FUNCTION_complete
    set -l words (commandline -opc) (commandline -ct)
    env _LMCP_COMPLETE=fish (string replace -r '^~/' "$HOME/" -- $words) 2>/dev/null </dev/null
end
complete -c PROGRAM -f -a '(__FUNCTION_complete)'

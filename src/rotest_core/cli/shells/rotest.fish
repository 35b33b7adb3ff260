function __rotest_candidates
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l typed (string join \n -- $words[2..-1] "$current" | string collect --no-trim-newlines)
    command $words[1] completion fish --for="$typed" 2>/dev/null
end
complete -c rotest -a '(__rotest_candidates)'

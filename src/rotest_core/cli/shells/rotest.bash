_rotest() {
    local IFS=$'\n'
    local words="${COMP_WORDS[*]:1:COMP_CWORD}"
    COMPREPLY=($("${COMP_WORDS[0]}" completion bash --for="$words"$'\n' 2>/dev/null))
    # A key or a list goes on behind what was completed.
    case "${COMPREPLY[0]}" in
        *=) compopt -o nospace ;;
    esac
}
complete -o bashdefault -o default -F _rotest rotest

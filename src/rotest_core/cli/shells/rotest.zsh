#compdef rotest
_rotest() {
    local -a lines found
    local line
    lines=("${(@f)$("${words[1]}" completion zsh --for="${(pj:\n:)words[2,CURRENT]}"$'\n' 2>/dev/null)}")
    for line in $lines; do
        found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    done
    if (( $#found )); then
        _describe rotest found || _files
    else
        _files
    fi
}
if [[ "$funcstack[1]" = _rotest ]]; then
    _rotest
else
    compdef _rotest rotest
fi

# shellcheck shell=sh
# Runs on a node, appended to nodeFiles.sh: writes the files and the registry's line in /etc/hosts, or removes both. ssh.ts appends
# the function `unpack`, which fills FILES, and the call of `main`. The script is sent on standard input, so that the SSH server need
# not accept variables, no process list shows a password, and nothing runs before the script is complete.
hosts=/etc/hosts
begin="# begin $RECORD"
end="# end $RECORD"

without_entry() {
    if grep -qxF "$begin" "$hosts" && ! grep -qxF "$end" "$hosts"; then
        echo "$hosts has the line '$begin' without '$end'; write that behind the registry's line, or remove both" >&2
        exit 1
    fi
    awk -v begin="$begin" -v end="$end" \
        '$0 == begin { inside = 1 } !inside { print } $0 == end { inside = 0 }' "$hosts"
}

# Overwrites the file instead of replacing it: containers may have it mounted. Owner and mode stay the same.
write_hosts() {
    cmp -s "$FILES/hosts" "$hosts" && return
    cat "$FILES/hosts" >"$hosts"
    echo "wrote $hosts"
}

# install | uninstall
main() {
    FILES=$(umask 077 && mktemp -d)
    export FILES
    trap 'rm -rf "$FILES"' EXIT
    mkdir "$FILES/files"
    unpack
    [ -e "$hosts" ] || : >"$hosts"
    without_entry >"$FILES/hosts"
    case "$1" in
        install)
            conflicts >&2
            [ -z "$(conflicts)" ] || exit 1
            install
            if [ -s "$FILES/files/hosts" ]; then
                { echo "$begin"; cat "$FILES/files/hosts"; echo "$end"; } >>"$FILES/hosts"
            fi
            ;;
        uninstall)
            for root in $(roots); do uninstall "$root"; done
            ;;
    esac
    write_hosts
}

# shellcheck shell=sh
# Runs on a node, appended to nodeFiles.sh: writes the files and the registry's line in /etc/hosts, or removes both. ssh.ts appends
# the function `unpack`, which fills FILES, and the call of `main`. The script is sent on standard input, so that the SSH server need
# not accept variables, no process list shows a password, and nothing runs before the script is complete.
hosts=/etc/hosts
begin="# begin $RECORD"
end="# end $RECORD"
# Directories of this configuration and, while it is installed, of the earlier one that are not among those of the runtimes.
directories=/var/lib/private-registry/$RECORD

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

# Writes the list of directories, or removes it if it is empty.
write_directories() {
    if [ -s "$1" ]; then
        mkdir -p "$(dirname "$directories")"
        cat "$1" >"$directories.new"
        mv "$directories.new" "$directories"
    elif [ -e "$directories" ]; then
        rm "$directories"
        rmdir "$(dirname "$directories")" 2>/dev/null || true
    fi
}

# install | uninstall
main() {
    FILES=$(umask 077 && mktemp -d)
    export FILES
    trap 'rm -rf "$FILES"' EXIT
    mkdir "$FILES/files"
    unpack
    { cat "$FILES/files/directories"; [ ! -f "$directories" ] || cat "$directories"; } | sort -u >"$FILES/all"
    cat "$FILES/all" >>"$FILES/files/roots"
    [ -e "$hosts" ] || : >"$hosts"
    without_entry >"$FILES/hosts"
    case "$1" in
        install)
            conflicts new >&2
            [ -z "$(conflicts new)" ] || exit 1
            write_directories "$FILES/all"
            install
            write_directories "$FILES/files/directories"
            if [ -s "$FILES/files/hosts" ]; then
                { echo "$begin"; cat "$FILES/files/hosts"; echo "$end"; } >>"$FILES/hosts"
            fi
            ;;
        uninstall)
            for root in $(roots); do uninstall "$root"; done
            : >"$FILES/all"
            write_directories "$FILES/all"
            ;;
    esac
    write_hosts
}

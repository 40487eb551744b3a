#!/bin/sh
# Keeps files on a node, and a record of them, so that those of an earlier configuration are removed, and nobody else's. It comes
# before the script that uses it: daemonSet.sh in a pod of the DaemonSet, ssh.sh on the node itself.
#
# FILES: a folder whose files/list has a line for each file: its root folder, its path below that, the file below FILES that
#   holds its content, and its mode. files/roots has a line for each folder that may be such a root.
# RECORD: the name of the record, one in each root.
set -eu

roots() {
    cat "$FILES/files/roots"
}

# root: prints the paths below it that should be there.
wanted() {
    awk -v root="$1" '$1 == root { print $2 }' "$FILES/files/list"
}

# root path: removes the file, and its folder when nothing else is in it.
remove() {
    rm -f "$1/$2"
    folder=$(dirname "$2")
    [ "$folder" = . ] || rmdir "$1/$folder" 2>/dev/null || true
}

install() {
    while read -r root path content mode; do
        if cmp -s "$FILES/$content" "$root/$path"; then
            chmod "$mode" "$root/$path"
            continue
        fi
        mkdir -p "$(dirname "$root/$path")"
        # A reader sees the old file or the new one, never half of one, and never what only root may read.
        rm -f "$root/$path.new"
        (umask 077 && cat "$FILES/$content" >"$root/$path.new")
        chmod "$mode" "$root/$path.new"
        mv "$root/$path.new" "$root/$path"
        echo "wrote $root/$path"
    done <"$FILES/files/list"
    for root in $(roots); do
        if [ -f "$root/$RECORD" ]; then
            while read -r path; do
                wanted "$root" | grep -qxF "$path" || { remove "$root" "$path"; echo "removed $root/$path"; }
            done <"$root/$RECORD"
        fi
        if [ -n "$(wanted "$root")" ]; then
            wanted "$root" >"$root/$RECORD.new"
            mv "$root/$RECORD.new" "$root/$RECORD"
        else
            rm -f "$root/$RECORD"
        fi
    done
}

# root: removes all files below it, also what an interrupted installation has left.
uninstall() {
    paths=$({ wanted "$1"; cat "$1/$RECORD" 2>/dev/null || true; } | sort -u)
    [ -n "$paths" ] || return 0
    for path in $paths; do remove "$1" "$path"; done
    rm -f "$1/$RECORD"
    echo "removed everything below $1"
}

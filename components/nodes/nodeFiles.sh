#!/bin/sh
# Installs files on a node, and keeps a record of them, so that it removes the files of an earlier configuration and no others. The
# script that uses it is appended: daemonSet.sh in a pod of the DaemonSet, ssh.sh on the node itself.
#
# FILES: a directory. Its files/list has a line for each file: root directory, path below the root, file below FILES with the
#   content, and mode. files/roots has a line for each directory that can be a root.
# RECORD: the file name of the record in each root.
set -eu

roots() {
    cat "$FILES/files/roots"
}

# root: prints the paths below it that should exist.
wanted() {
    awk -v root="$1" '$1 == root { print $2 }' "$FILES/files/list"
}

# root path: removes the file, and its directory if it is then empty.
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
        # An atomic rename: readers see the complete old or new file, and content for root only is never readable by others.
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

# root: removes all files below it, also those of an interrupted installation.
uninstall() {
    paths=$({ wanted "$1"; cat "$1/$RECORD" 2>/dev/null || true; } | sort -u)
    [ -n "$paths" ] || return 0
    for path in $paths; do remove "$1" "$path"; done
    rm -f "$1/$RECORD"
    echo "removed everything below $1"
}

#!/bin/sh
# Installs files on a node, and keeps a record of them, so that it removes the files of an earlier configuration and no others. Files
# that were there before are kept aside, and come back when the component's are removed. The script that uses it is appended:
# daemonSet.sh in a pod of the DaemonSet, ssh.sh on the node itself. It can be killed at any time and repeated.
#
# FILES: a directory. Its files/list has a line for each file: root directory, path below the root, file below FILES with the
#   content, and mode. files/roots has a line for each directory that can be a root.
# RECORD: in each root, the name of the file that lists this component's paths. $RECORD.kept has the files that were there before:
#   no runtime reads a directory of that name.
set -eu
export LC_ALL=C

roots() {
    cat "$FILES/files/roots"
}

# root: prints the paths below it that should exist.
wanted() {
    awk -v root="$1" '$1 == root { print $2 }' "$FILES/files/list"
}

# root: prints the paths below it that this component has written, or is about to write.
recorded() {
    [ ! -f "$1/$RECORD" ] || cat "$1/$RECORD"
}

# path: whether the standard input has the line, or one for a file below it.
has() {
    awk -v path="$1" '$0 == path || index($0, path "/") == 1 { found = 1 } END { exit !found }'
}

# root path: adds the path to the record.
record() {
    { recorded "$1"; echo "$2"; } >"$1/$RECORD.new"
    mv "$1/$RECORD.new" "$1/$RECORD"
}

# root path: removes the path from the record.
forget() {
    recorded "$1" | grep -vxF -e "$2" >"$1/$RECORD.new" || true
    if [ -s "$1/$RECORD.new" ]; then mv "$1/$RECORD.new" "$1/$RECORD"; else rm -f "$1/$RECORD" "$1/$RECORD.new"; fi
}

# root path: prints the names of the records that have the path, or a file below it, in a fixed order.
owners() {
    for file in "$1"/.private-registry-*; do
        case "$file" in *.new) continue ;; esac
        if [ -f "$file" ] && has "$2" <"$file"; then basename "$file"; fi
    done
}

# root path: prints the record of another component that has the path.
other_owner() {
    owners "$1" "$2" | grep -vxF -e "$RECORD" | head -n 1
}

# root path content: whether the file belongs to another component, with another content. If two components have the same content,
# both record the path, and the first of them may change it.
is_taken() {
    first=$(owners "$1" "$2" | head -n 1)
    [ -n "$first" ] && [ "$first" != "$RECORD" ] && [ -e "$1/$2" ] && ! cmp -s "$FILES/$3" "$1/$2"
}

# [new]: prints a line for each file that another component owns; with `new`, only for those that this one has not recorded yet.
conflicts() {
    while read -r root path content _; do
        if [ -n "${1:-}" ] && recorded "$root" | has "$path"; then continue; fi
        if is_taken "$root" "$path" "$content"; then
            folder=${root#/node}
            owner=$folder/$(other_owner "$root" "$path")
            echo "$folder/$path belongs to another component ($owner); remove the host from one of the two, or that file if the component no longer exists"
        fi
    done <"$FILES/files/list"
}

exists() {
    [ -e "$1" ] || [ -L "$1" ]
}

# Whether two names are the same file, as after an installation that was interrupted.
is_same() {
    exists "$1" && exists "$2" && [ "$(stat -c %d:%i "$1")" = "$(stat -c %d:%i "$2")" ]
}

# root path: keeps what is there aside. A hard link is atomic and keeps owner, mode and labels. What was kept before is the original.
keep() {
    kept="$1/$RECORD.kept/$2"
    if exists "$kept" || ! exists "$1/$2"; then return 0; fi
    mkdir -p "$(dirname "$kept")"
    ln "$1/$2" "$kept" 2>/dev/null || mv "$1/$2" "$kept"
    echo "kept $1/$2 in $1/$RECORD.kept"
}

# root path content mode: writes the file by an atomic rename: readers see the complete old or new file, and content for root only is
# never readable by others.
write() {
    mkdir -p "$(dirname "$1/$2")"
    rm -f "$1/$2.new"
    (umask 077 && cat "$FILES/$3" >"$1/$2.new")
    chmod "$4" "$1/$2.new"
    mv "$1/$2.new" "$1/$2"
    echo "wrote $1/$2"
}

# root path content mode: records the path before the file is written, so that a recorded file is the component's, and any other is
# not. If another component has recorded it as well, there is no other file to keep.
take() {
    folder=$(dirname "$2")
    mkdir -p "$1"
    if [ -z "$(owners "$1" "$2")" ]; then
        if [ "$folder" != . ] && [ -L "$1/$folder" ]; then keep "$1" "$folder"; rm -f "$1/$folder"; fi
        keep "$1" "$2"
    fi
    record "$1" "$2"
    write "$@"
}

# root path content mode
place() {
    if is_taken "$1" "$2" "$3"; then return 0; fi
    if ! recorded "$1" | has "$2"; then
        take "$@"
    elif [ ! -L "$1/$2" ] && cmp -s "$FILES/$3" "$1/$2" && ! is_same "$1/$RECORD.kept/$2" "$1/$2"; then
        chmod "$4" "$1/$2"
    else
        write "$@"
    fi
}

# root path: removes the component's file, unless another component has it as well, or a file is kept, which replaces it.
remove() {
    if [ -z "$(other_owner "$1" "$2")" ] && ! exists "$1/$RECORD.kept/$2"; then
        rm -f "$1/$2"
        echo "removed $1/$2"
    fi
    rm -f "$1/$2.new"
    forget "$1" "$2"
    folder=$(dirname "$2")
    [ "$folder" = . ] || rmdir "$1/$folder" 2>/dev/null || true
}

# root: puts the kept files back whose place is free, or leaves them to another component that has their path.
restore() {
    [ -d "$1/$RECORD.kept" ] || return 0
    (cd "$1/$RECORD.kept" && find . ! -type d) | while read -r path; do
        path=${path#./}
        if recorded "$1" | has "$path"; then continue; fi
        other=$(other_owner "$1" "$path")
        back="$1/$path"
        if [ -n "$other" ]; then
            back="$1/$other.kept/$path"
            if exists "$back"; then rm -f "$1/$RECORD.kept/$path"; continue; fi
        fi
        mkdir -p "$(dirname "$back")"
        if [ -d "$back" ] && [ ! -L "$back" ] && ! rmdir "$back" 2>/dev/null; then
            echo "left $1/$RECORD.kept/$path, because $back is a directory"
            continue
        fi
        # A rename of one hard link to another does nothing.
        if is_same "$1/$RECORD.kept/$path" "$back"; then
            rm -f "$1/$RECORD.kept/$path"
        else
            mv -f "$1/$RECORD.kept/$path" "$back"
        fi
        echo "restored $back"
    done
    find "$1/$RECORD.kept" -depth -type d -exec rmdir {} + 2>/dev/null || true
}

install() {
    while read -r root path content mode; do place "$root" "$path" "$content" "$mode"; done <"$FILES/files/list"
    for root in $(roots); do
        for path in $(recorded "$root"); do
            wanted "$root" | has "$path" || remove "$root" "$path"
        done
        restore "$root"
    done
}

# root: removes the component's files below it.
uninstall() {
    for path in $(recorded "$1"); do remove "$1" "$path"; done
    rm -f "$1/$RECORD.new"
    restore "$1"
}

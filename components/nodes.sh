#!/bin/sh
# Keeps the files of /agent/files on the node, and removes them when the DaemonSet is deleted or no longer mounts their folder.
#
# /agent/files/list has a line for each file: the root folder as mounted here, the path below it, and the key of its content.
# Each root holds a record of what this agent has put there, under the name $RECORD, so that files of an earlier
# configuration are removed, and nobody else's.
# DAEMON_SET: where the API server tells whether the DaemonSet is still there.
set -eu

files=/agent/files
credentials=/agent/credentials
roots=$(cut -d' ' -f1 "$files/list" | sort -u)

wanted() { # root: the paths below it that should be there
    awk -v root="$1" '$1 == root { print $2 }' "$files/list"
}

remove() { # root path: the file, and its folder when nothing else is in it
    rm -f "$1/$2"
    folder=$(dirname "$2")
    [ "$folder" = . ] || rmdir "$1/$folder" 2>/dev/null || true
}

install() {
    while read -r root path key; do
        cmp -s "$files/$key" "$root/$path" && continue
        mkdir -p "$(dirname "$root/$path")"
        # A reader sees the old file or the new one, never half of one.
        cp "$files/$key" "$root/$path.new"
        chmod 0644 "$root/$path.new"
        mv "$root/$path.new" "$root/$path"
        echo "wrote $root/$path"
    done <"$files/list"
    for root in $roots; do
        if [ -f "$root/$RECORD" ]; then
            while read -r path; do
                wanted "$root" | grep -qxF "$path" || { remove "$root" "$path"; echo "removed $root/$path"; }
            done <"$root/$RECORD"
        fi
        wanted "$root" >"$root/$RECORD.new"
        mv "$root/$RECORD.new" "$root/$RECORD"
    done
}

uninstall() { # root
    for path in $(wanted "$1"); do remove "$1" "$path"; done
    rm -f "$1/$RECORD"
    echo "removed everything below $1"
}

# Asks the API server for the DaemonSet; fails without an answer. `status` is then the HTTP status, `answer` what was said.
ask() {
    answer=$(curl -s --max-time 5 --cacert "$credentials/ca.crt" -H "@-" -w '\n%{http_code}' \
        "https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT$DAEMON_SET" <<HEADER
Authorization: Bearer $(cat "$credentials/token")
HEADER
    ) || return 1
    status=${answer##*
}
}

# Whether the DaemonSet still is to keep files below a root. It is not when it is gone or going, or when it was changed and
# mounts that folder no more. An API server that refuses to answer means gone: the permission to ask goes with the DaemonSet.
keeps() { # root
    case "$status" in
        401 | 403 | 404) return 1 ;;
        200) ;;
        *) return 0 ;;
    esac
    case "$answer" in *'"deletionTimestamp"'*) return 1 ;; esac
    case "$answer" in *"\"${1#/node}\""*) return 0 ;; *) return 1 ;; esac
}

stop() {
    if ask; then
        for root in $roots; do keeps "$root" || uninstall "$root"; done
    fi
    exit 0
}

trap stop TERM INT
while true; do
    install
    touch /tmp/ready
    sleep 30 &
    wait $! || true
done

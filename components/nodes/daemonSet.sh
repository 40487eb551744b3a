# shellcheck shell=sh
# The agent of the DaemonSet, behind nodeFiles.sh: keeps the files below /agent on the node, and removes them when the DaemonSet is
# deleted or no longer mounts their folder.
#
# DAEMON_SET: where the API server tells whether the DaemonSet is still there.
export FILES=/agent
credentials=/agent/credentials

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
# The argument is the root.
keeps() {
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
        for root in $(roots); do keeps "$root" || uninstall "$root"; done
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

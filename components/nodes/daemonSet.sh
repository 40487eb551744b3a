# shellcheck shell=sh
# The agent of the DaemonSet, appended to nodeFiles.sh: installs the files from /agent on the node, and removes them when the
# DaemonSet is deleted or no longer mounts their directory.
#
# DAEMON_SET: the DaemonSet's path at the API server.
export FILES=/agent
credentials=/agent/credentials

# Requests the DaemonSet from the API server; fails without a response. Sets `status` to the HTTP status, `answer` to the body.
ask() {
    answer=$(curl -s --max-time 5 --cacert "$credentials/ca.crt" -H "@-" -w '\n%{http_code}' \
        "https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT$DAEMON_SET" <<HEADER
Authorization: Bearer $(cat "$credentials/token")
HEADER
    ) || return 1
    status=${answer##*
}
}

# root: whether files below it should stay. They are removed if the DaemonSet is deleted or being deleted, or no longer mounts that
# directory. 401 and 403 mean deleted: the permission is deleted together with the DaemonSet.
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

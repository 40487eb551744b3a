# shellcheck shell=sh
# The agent of the DaemonSet, appended to nodeFiles.sh and runtime.sh: installs the files from /agent on the node, and removes them when
# the DaemonSet is deleted or no longer mounts their directory. It is ready when the node's container runtime reads the files.
#
# DAEMON_SET: the DaemonSet's path at the API server.
export FILES=/agent
export CONTAINERD=/agent/containerd
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

# Writes what was found to /tmp/status, which the readiness probe prints, and creates /tmp/read, which it tests. The first time that the
# files are not read, the agent ends with that as its termination message: `pulumi up` prints it, and `kubectl describe pod` from then on.
report() {
    before=$(cat /tmp/status 2>/dev/null || true)
    found=$(conflicts; shadows)
    is_read=yes
    if [ -n "$found" ]; then is_read=no; else found=$(verdict) || is_read=no; fi
    [ "$found" = "$before" ] || echo "$found"
    echo "$found" >/tmp/status.new
    mv /tmp/status.new /tmp/status
    if [ "$is_read" = yes ]; then
        touch /tmp/read
        return 0
    fi
    rm -f /tmp/read
    if [ ! -e /tmp/told ]; then
        touch /tmp/told
        echo "$found" >/dev/termination-log
        exit 1
    fi
}

rm -f /tmp/ready /tmp/read /tmp/status
trap stop TERM INT
while true; do
    install
    report
    touch /tmp/ready
    sleep 30 &
    wait $! || true
done

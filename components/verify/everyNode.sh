#!/bin/sh
# Waits until the image runs on every node on which a DaemonSet should run it.
# DAEMON_SET, PODS: the paths of the DaemonSet and of the namespace's pods at the API server; SELECTOR: of its pods, as in a query. Variables
# of requests.sh.
# shellcheck disable=SC2034,SC2153,SC2154

# Prints how many pods the DaemonSet should have.
wanted() { rows "$DAEMON_SET?includeObject=None&pretty=false" | sed -nE 's/^"[^"]*",([0-9]+),.*/\1/p' | head -n 1; }

# Prints the status of a pod and, if the kubelet says why it does not run, its message.
why() {
    message=$(
        cluster GET "$PODS/$1?pretty=false" application/json |
            sed -nE 's/.*"waiting":\{"reason":"[^"]*","message":"(([^"\\]|\\.)*)".*/\1/p' | sed 's/\\"/"/g' | cut -c 1-400
    )
    echo "$2${message:+: $message}"
}

# Says what is wrong with each node's pod, for the first five of them.
reasons() {
    echo "$1" | awk 'NF && !($2 == $3 && $4 == "Running")' | head -n 5 |
        while read -r name _ _ state _ node; do printf '%s: %s. ' "$node" "$(why "$name" "$state")"; done
}

set -eu
trap 'exit 1' TERM INT
step="pull on every node"
await_cluster "$DAEMON_SET"
explained=
begin_waiting
while :; do
    count=$(wanted)
    all=$(pods "$PODS?labelSelector=$SELECTOR")
    running=$(echo "$all" | awk '$2 == $3 && $4 == "Running"' | wc -l)
    if [ "${count:-0}" -gt 0 ] && [ "$running" -ge "$count" ]; then break; fi
    # While the kubelet waits for its next attempt, older ones do not say why the last one failed.
    case $all in
        *" ErrImagePull "*) explained=$(reasons "$all") ;;
    esac
    still_waiting || {
        [ "${count:-0}" -gt 0 ] || fail "no node has the labels of nodes.nodeSelector"
        fail "$running of $count nodes have pulled and run the image after $PATIENCE s. ${explained:-$(reasons "$all")}"
    }
    sleep 1
done
echo "pulled on every node: $count"

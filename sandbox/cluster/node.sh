#!/bin/bash
# A Kubernetes node. Runs as the first process of separate network, mount, PID, UTS and IPC namespaces (node.ts starts it), so that
# its mounts, addresses, iptables rules and processes do not outlive it or affect the machine.
#
# Reads from the environment:
#   NODE_FOLDER    where the node's disk, configuration and logs are on the machine
#   NODE_NAME, NODE_ADDRESS, GATEWAY, API_SERVER, POD_NETWORK, SERVICE_NETWORK
#   POD_ROUTES     "SUBNET=ADDRESS ..." for the pods of the other nodes
#   CONTROL_PLANE  "yes" on the node that carries it
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")

# The machine knows this process by the number and start time that its own /proc shows.
read -r -a stat </proc/self/stat
echo "${stat[0]} ${stat[21]}" >"$NODE_FOLDER/pid.new"
mv "$NODE_FOLDER/pid.new" "$NODE_FOLDER/pid"

# Like a machine that shuts down: processes have three seconds to exit; the others are killed with this process.
# The API server has no state, and would wait for all its watchers.
shut_down() {
    trap '' TERM
    pkill -KILL -x kube-apiserver || true
    kill -TERM -1
    for _ in {1..30}; do
        processes=(/proc/[0-9]*)
        [ ${#processes[@]} -gt 1 ] || break
        sleep 0.1
    done
    exit 0
}
trap shut_down TERM

# Keeps a program running for as long as the node lives; its log is named after it.
keep() {
    while true; do
        "$@" || true
        echo "$1 ended at $(date) and starts again in a second."
        sleep 1
    done >>/run/node/log/"$1".log 2>&1 &
}

mount -t proc proc /proc
hostname "$NODE_NAME"
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/node
mount --bind "$NODE_FOLDER" /run/node
# shellcheck source=SCRIPTDIR/disk.sh
. "$here/disk.sh"

# The network: the cable named eth0 is put in by the machine.
until ip link show eth0 >/dev/null 2>&1; do sleep 0.05; done
ip link set lo up
ip address add "$NODE_ADDRESS/24" dev eth0
ip link set eth0 up
ip route add default via "$GATEWAY"
for route in $POD_ROUTES; do ip route add "${route%=*}" via "${route#*=}"; done
[ -e /proc/sys/net/bridge ] || modprobe br_netfilter
sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.route_localnet=1 net.bridge.bridge-nf-call-iptables=1

if [ "$CONTROL_PLANE" = yes ]; then
    # shellcheck source=SCRIPTDIR/control-plane.sh
    . "$here/control-plane.sh"
fi
# Where the component's agent looks for it, as on other nodes.
cp /etc/kubernetes/containerd.toml /etc/containerd/config.toml
keep containerd --config /etc/containerd/config.toml
until kubectl --kubeconfig=/etc/kubernetes/kubelet.kubeconfig get --raw=/readyz >/dev/null 2>&1; do sleep 0.2; done
keep kubelet --config=/etc/kubernetes/kubelet.yaml --kubeconfig=/etc/kubernetes/kubelet.kubeconfig \
    --hostname-override="$NODE_NAME" --node-ip="$NODE_ADDRESS"
keep kube-proxy --kubeconfig=/etc/kubernetes/kube-proxy.kubeconfig --hostname-override="$NODE_NAME" \
    --proxy-mode=iptables --cluster-cidr="$POD_NETWORK" --conntrack-max-per-core=0 \
    --nodeport-addresses="$NODE_ADDRESS/32,127.0.0.0/8"
wait

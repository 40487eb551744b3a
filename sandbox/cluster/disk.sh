# shellcheck shell=bash
# The node's disk, sourced by node.sh. The node sees the machine's files, but what it and its pods write stays in
# /run/node/disk, which is kept when the node is restarted. Needs /run/node.
disk=/run/node/disk

# Directories of a container runtime on the machine. They are hidden, so that the node starts without them.
for hidden in etc/{cni,containerd,containers,docker,kubernetes,rancher} var/lib/{containerd,docker,etcd,kubelet,rancher}; do
    layer="$disk/${hidden%%/*}/upper/${hidden#*/}"
    mkdir -p "$(dirname "$layer")"
    [ -e "$layer" ] || mknod "$layer" c 0 0 # overlayfs's mark for a deleted file
done
for folder in etc var opt; do
    mkdir -p "$disk/$folder"/{upper,work}
    mount -t overlay -o "lowerdir=/$folder,upperdir=$disk/$folder/upper,workdir=$disk/$folder/work" overlay "/$folder"
done

# Directories that cannot be on an overlay, because they contain overlays, sockets or mounts.
for folder in var/lib/{containerd,etcd,kubelet} opt/local-path-provisioner; do
    mkdir -p "$disk/plain/$folder" "/$folder"
    mount --bind "$disk/plain/$folder" "/$folder"
done
chmod 700 /var/lib/etcd
mount --make-rshared /var/lib/kubelet

mkdir -p /etc/kubernetes /etc/containerd/certs.d
mount --bind /run/node/kubernetes /etc/kubernetes

# Settings that a kubelet would otherwise change for the whole machine: it finds them as it wants them.
while read -r setting value; do
    [ -e "/proc/sys/$setting" ] || continue
    mkdir -p "/run/sysctl/$(dirname "$setting")"
    echo "$value" >"/run/sysctl/$setting"
    mount --bind "/run/sysctl/$setting" "/proc/sys/$setting"
done <<EOS
vm/overcommit_memory 1
vm/panic_on_oom 0
kernel/panic 10
kernel/panic_on_oops 1
kernel/keys/root_maxkeys 1000000
kernel/keys/root_maxbytes 25000000
EOS

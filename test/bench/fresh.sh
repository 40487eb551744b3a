#!/bin/bash
# Runs a command in a root that holds Debian and a few things more, in namespaces that take all of its mounts and processes along when
# it ends. What it writes goes into a folder of its own, so that the root is fresh for the next command.
#
#   fresh.sh ROOT WORK COMMAND
#
# Reads from the environment which folders of the machine it shares: SHARED="FOLDER ..."; each is at the same place in the root.
set -euo pipefail
root=$1 work=$2 command=$3

mount --make-rprivate /
mkdir -p "$work"/{upper,work,merged,home}
mount -t overlay -o "lowerdir=$root,upperdir=$work/upper,workdir=$work/work" overlay "$work/merged"
cd "$work/merged"
# The home folder holds the sandbox's data, whose layers cannot lie on an overlay.
mount --bind "$work/home" root
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
for folder in ${SHARED:-}; do
    mkdir -p ".$folder"
    mount --bind "$folder" ".$folder"
done
pivot_root . mnt
umount -l /mnt
cd /root/private-registry
# The command is shell text. This shell stays: as the first process of its namespace it takes in those whose parents have ended.
bash -c "$command"

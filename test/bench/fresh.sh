#!/bin/bash
# Runs a command in a root with Debian and a few further files, in namespaces whose mounts and processes are removed when it exits.
# It writes to a separate directory, so that the root is fresh for the next command.
#
#   fresh.sh ROOT WORK COMMAND
#
# Environment: SHARED="FOLDER ...", the directories of the machine that are mounted at the same path in the root.
set -euo pipefail
root=$1 work=$2 command=$3

mount --make-rprivate /
mkdir -p "$work"/{upper,work,merged,home}
mount -t overlay -o "lowerdir=$root,upperdir=$work/upper,workdir=$work/work" overlay "$work/merged"
cd "$work/merged"
# The home directory contains the sandbox's data, whose layers cannot be on an overlay.
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
# The command is shell code. This shell keeps running: as PID 1 of its namespace it adopts orphaned processes.
bash -c "$command"

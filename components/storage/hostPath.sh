#!/bin/sh
# Gives the folder of a hostPath volume to the registry's user, which may not do so itself, and stays, so that a node that
# joins later or whose folder was made anew is served too.
# FOLDER: the folder as mounted here; OWNER: numeric user and group.
set -eu
trap 'exit 0' TERM INT
while true; do
    [ "$(stat -c %u:%g "$FOLDER")" = "$OWNER" ] || chown "$OWNER" "$FOLDER"
    chmod u+rwx "$FOLDER"
    touch /tmp/ready
    sleep 60 &
    wait $!
done

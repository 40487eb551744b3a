#!/bin/sh
# Makes the registry's user the owner of a hostPath volume's directory, which that user cannot do itself. It keeps running, for nodes
# that join later, and in case the directory is created again.
# FOLDER: the directory, as mounted here; OWNER: UID and GID.
set -eu
trap 'exit 0' TERM INT
while true; do
    [ "$(stat -c %u:%g "$FOLDER")" = "$OWNER" ] || chown "$OWNER" "$FOLDER"
    chmod u+rwx "$FOLDER"
    touch /tmp/ready
    sleep 60 &
    wait $!
done

#!/bin/sh
# Ends with an error, whose sentence becomes the reason in the pod's status, unless the registry's storage has the mark of a complete
# restore. An empty volume would otherwise be served, and filled by pushes.
# STORAGE: rclone's path of the registry's root directory; JOB: the Job's name in Pulumi's state.
set -eu
marks=$STORAGE/private-registry/restore
case $STORAGE in
/*) names=$(ls "$marks" 2>/dev/null) || names= ;;
*)
    names=$(rclone lsf --files-only "$marks" 2>&1) || case $names in
    *'directory not found'*) names= ;;
    *)
        echo "the storage cannot be read: $names" >&2
        exit 1
        ;;
    esac
    ;;
esac
has() {
    echo "$names" | grep -qx "$1"
}
if has 'done'; then exit 0; fi
if has begun; then
    echo "the registry does not start, because the restore of its storage is not complete; run \`pulumi up\` again" >&2
else
    echo "the registry does not start, because its storage is not the one that was restored: it has no mark of a restore; restore it with \`pulumi up --replace '**::$JOB'\`, or if this storage has the right images, remove the argument restore" >&2
fi
exit 1

#!/bin/sh
# The command of a maintenance Job, after the functions of the other scripts.
# shellcheck disable=SC3040 # busybox has it
set -euo pipefail
# The container that holds the Lease writes `stop`. Kubernetes would replace two dollar signs by one, so the shell's number is read here.
read -r self _ </proc/self/stat
{ while kill -0 "$self" && [ ! -e "$WORK/stop" ]; do sleep 1; done; kill -TERM "$self"; } >/dev/null 2>&1 9>&- &
# Runs one part in its own shell, whose end does not end the others.
part() {
    trap stopped TERM INT
    set -e
    "$@"
}
# What a restore has copied belongs to no image yet, and would be collected.
marks=$(run rclone lsf --files-only "$STORAGE/private-registry/restore" 2>/dev/null) || marks=
case $marks in *done*) ;; *begun*) fail "the restore of the registry is not complete; run \`pulumi up\` again" ;; esac
case ${1:-} in
scheduled)
    code=0
    run part collect || code=1
    run part back_up || code=1
    exit "$code"
    ;;
collect) collect ;;
backup) back_up ;;
undelete) undelete "$2" ;;
*)
    echo "unknown command: ${1:-}" >&2
    exit 2
    ;;
esac

#!/bin/sh
# The command of a maintenance Job, after the functions of storage.sh, retain.sh, collect.sh and undelete.sh.
# shellcheck disable=SC3040 # busybox has it
set -euo pipefail
# The container that holds the Lease writes `stop`. Kubernetes would replace two dollar signs by one, so the shell's number is read here.
read -r self _ </proc/self/stat
{ while kill -0 "$self" && [ ! -e "$WORK/stop" ]; do sleep 1; done; kill -TERM "$self"; } >/dev/null 2>&1 9>&- &
case ${1:-} in
collect) collect ;;
undelete) undelete "$2" ;;
*)
    echo "unknown command: ${1:-}" >&2
    exit 2
    ;;
esac

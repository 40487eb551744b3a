#!/bin/sh
# The command of a maintenance Job, after the functions of storage.sh, retain.sh, collect.sh and undelete.sh.
# shellcheck disable=SC3040 # busybox has it
set -euo pipefail
# The container that holds the Lease writes `stop`.
{ while kill -0 $$ && [ ! -e "$WORK/stop" ]; do sleep 1; done; kill -TERM $$; } >/dev/null 2>&1 &
case ${1:-} in
collect) collect ;;
undelete) undelete "$2" ;;
*)
    echo "unknown command: ${1:-}" >&2
    exit 2
    ;;
esac

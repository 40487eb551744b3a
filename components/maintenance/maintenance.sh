#!/bin/sh
# The command of a maintenance Job, after the functions of storage.sh, collect.sh and undelete.sh.
set -eu
case ${1:-} in
collect) collect ;;
undelete) undelete "$2" ;;
*)
    echo "unknown command: ${1:-}" >&2
    exit 2
    ;;
esac

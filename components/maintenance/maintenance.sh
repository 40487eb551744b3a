#!/bin/sh
# The command of a maintenance Job, after the functions of the other scripts.
set -eu
case ${1:-} in
collect) collect ;;
undelete) undelete "$2" ;;
*)
    echo "unknown command: ${1:-}" >&2
    exit 2
    ;;
esac

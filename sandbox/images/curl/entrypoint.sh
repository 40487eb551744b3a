#!/bin/sh
# As in the public image: options alone are for curl; any command of the image runs as it is.
set -e
case "${1-}" in
    -*) set -- curl "$@" ;;
    *) command -v "${1-}" >/dev/null || set -- curl "$@" ;;
esac
exec "$@"

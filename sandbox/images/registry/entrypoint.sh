#!/bin/sh
# As in the public image: a configuration file alone, or only what follows `registry`, is enough.
set -e
case "$1" in
    *.yaml | *.yml) set -- registry serve "$@" ;;
    serve | garbage-collect | help | -*) set -- registry "$@" ;;
esac
exec "$@"

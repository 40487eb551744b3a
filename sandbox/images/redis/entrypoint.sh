#!/bin/sh
# As in the public image: options and configuration files alone are for redis-server. The public image also changes to the user redis
# if it runs as root.
set -e
case "${1-}" in
    -* | *.conf) set -- redis-server "$@" ;;
esac
exec "$@"

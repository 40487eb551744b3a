#!/bin/sh
# As in the public image: arguments without `minio` are MinIO's. The public image can also change the user, which is not needed here.
set -e
case "${1-}" in
    minio | '') ;;
    *) set -- minio "$@" ;;
esac
exec "$@"

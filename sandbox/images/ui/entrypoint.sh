#!/bin/sh
# Does to its files what the start-up script of docker-registry-ui does, in the image's working directory.
set -eu
for name in REGISTRY_URL REGISTRY_TITLE SINGLE_REGISTRY REGISTRY_SECURED SHOW_CONTENT_DIGEST ENABLE_VERSION_NOTIFICATION; do
    value=$(eval "echo \"\${$name-}\"")
    sed -i "s~\${$name}~$value~" index.html
done
case "${DELETE_IMAGES-}" in '' | false) deletes=false ;; *) deletes=true ;; esac
sed -i "s/\${DELETE_IMAGES}/$deletes/" index.html
if [ "$(id -u)" != 0 ]; then
    sed -i "/user  nginx;/d; s,/run/nginx.pid,/tmp/nginx.pid," /etc/nginx/nginx.conf
fi
exec "$@"

#!/bin/sh
# Does to its files what the start-up script of docker-registry-ui does, as a user who is not root.
set -eu
cd /usr/share/nginx/html
for name in REGISTRY_URL REGISTRY_TITLE SINGLE_REGISTRY DELETE_IMAGES; do
    value=$(eval "echo \"\${$name-}\"")
    sed -i "s~\${$name}~$value~" index.html
done
sed -i '/^user /d' /etc/nginx/nginx.conf
exec "$@"

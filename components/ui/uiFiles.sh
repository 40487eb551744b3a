#!/bin/sh
# Copies what the start-up script of the image changes to a volume, because the root of the pod cannot be written, and puts
# the component's server in the place of the image's.
# FOLDER: the volume; CONFIGURATION, PAGES: nginx's folders in the image; SERVER: the server's configuration.
set -eu
cd "$FOLDER"
mkdir -p configuration pages cache run tmp
cp -R "$CONFIGURATION/." configuration
cp -R "$PAGES/." pages
cp "$SERVER" configuration/conf.d/default.conf
# The image's default, one process for each core of the node, may not fit into the pod's memory.
sed -i 's/^worker_processes .*/worker_processes 1;/' configuration/nginx.conf

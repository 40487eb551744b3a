#!/bin/sh
# Copies the files that the image's entrypoint changes to a volume, because the root file system is read-only, and replaces the
# image's server configuration with the component's.
# FOLDER: the volume; CONFIGURATION, PAGES: nginx's directories in the image; SERVER: the component's server configuration.
set -eu
cd "$FOLDER"
mkdir -p configuration pages cache run tmp
cp -R "$CONFIGURATION/." configuration
cp -R "$PAGES/." pages
cp "$SERVER" configuration/conf.d/default.conf
# The image's default, one process per core of the node, may exceed the pod's memory limit.
sed -i 's/^worker_processes .*/worker_processes 1;/' configuration/nginx.conf

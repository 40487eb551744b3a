#!/bin/sh
# Makes the registry's bucket in MinIO and a user that may use nothing but it. What is there already stays; the user's key and
# policy become those that are given.
# MC_HOST_minio: the server with the login of its root user; BUCKET; ACCESS_KEY and SECRET_KEY of the user; POLICY: its file.
set -eu
trap 'exit 1' TERM INT
client() {
    mc --config-dir /tmp/mc "$@"
}
client mb --ignore-existing "minio/$BUCKET"
# From standard input: arguments can be read by others on the node.
printf '%s\n%s\n' "$ACCESS_KEY" "$SECRET_KEY" | client admin user add minio
client admin policy create minio "$BUCKET" "$POLICY"
# It says so as an error when the user has the policy already.
client admin policy attach minio "$BUCKET" --user "$ACCESS_KEY" || true
case "$(client admin user info minio "$ACCESS_KEY")" in
    *"$BUCKET"*) echo "the user may use the bucket" ;;
    *) exit 1 ;;
esac

#!/bin/sh
# Creates the registry's bucket in MinIO, and a user with access to that bucket only. It is idempotent, and updates the user's key and
# policy.
# MC_HOST_minio: URL of the server with the root user's login; BUCKET; ACCESS_KEY and SECRET_KEY of the user; POLICY: its file.
set -eu
trap 'exit 1' TERM INT
client() {
    mc --config-dir /tmp/mc "$@"
}
client mb --ignore-existing "minio/$BUCKET"
# From standard input, because other processes on the node can read arguments.
printf '%s\n%s\n' "$ACCESS_KEY" "$SECRET_KEY" | client admin user add minio
client admin policy create minio "$BUCKET" "$POLICY"
# It fails if the policy is already attached.
client admin policy attach minio "$BUCKET" --user "$ACCESS_KEY" || true
case "$(client admin user info minio "$ACCESS_KEY")" in
    *"$BUCKET"*) echo "the user may use the bucket" ;;
    *) exit 1 ;;
esac

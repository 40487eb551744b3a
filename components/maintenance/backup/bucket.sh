#!/bin/sh
# A backup in a bucket. It only defines functions, and uses those of storage.sh.
# shellcheck disable=SC2154
# BACKUP: rclone's path of the directory with the backups; BACKUP_PASSWORD: encrypts the contents of files, unset without encryption;
# BACKUP_CERTIFICATES: a directory with the CA certificates of the bucket's server.
#
# A backup is the directory <id>, whose name is 16 hexadecimal digits:
#   docker/registry/v2/blobs/...            blobs, as in the registry
#   snapshots/<time>/links.<n>.tar.gz       the registry's links of tags, manifests and layers: docker/registry/v2/repositories/...
#   snapshots/<time>/ledger.gz              the push times of tags, for private-registry/ledger.gz
#   snapshots/<time>/complete               written last, as JSON: tags, manifests, blobs, bytes

# Sets `copy`, rclone's path of the backup with this id. Its contents are decrypted, and the names are not encrypted.
# shellcheck disable=SC2034
use_backup() {
    copy=$BACKUP/$1
    if [ -n "${BACKUP_CERTIFICATES:-}" ]; then
        export SSL_CERT_DIR="${SSL_CERT_DIR:+$SSL_CERT_DIR:}$BACKUP_CERTIFICATES"
        BACKUP_CERTIFICATES=
    fi
    [ -n "${BACKUP_PASSWORD:-}" ] || return 0
    RCLONE_CONFIG_SECURED_PASSWORD=$(printf %s "$BACKUP_PASSWORD" | rclone obscure -)
    export RCLONE_CONFIG_SECURED_PASSWORD RCLONE_CONFIG_SECURED_TYPE=crypt RCLONE_CONFIG_SECURED_REMOTE="$copy"
    export RCLONE_CONFIG_SECURED_FILENAME_ENCRYPTION=off RCLONE_CONFIG_SECURED_DIRECTORY_NAME_ENCRYPTION=false
    export RCLONE_CONFIG_SECURED_SUFFIX=none
    copy=secured:
}

# Sets `newest`, the newest complete snapshot of the backup in use; empty if there is none.
find_newest() {
    run rclone lsf --recursive --files-only --include '/*/complete' "$copy/snapshots" 2>"$WORK/errors" >"$WORK/snapshots" ||
        grep -q 'directory not found' "$WORK/errors" || fail "the snapshots cannot be listed: $(tail -n 1 "$WORK/errors")"
    newest=$(sed -n 's|^\(20..-..-..T......Z\)/complete$|\1|p' "$WORK/snapshots" | sort | tail -n 1)
}

# Unpacks the links of a snapshot into a directory.
unpack_links() {
    run rclone copy --include '/links.*.tar.gz' "$copy/snapshots/$1" "$WORK/archives" || return 1
    for archive in "$WORK"/archives/links.*.tar.gz; do
        # A registry without any image has no links.
        [ -e "$archive" ] || break
        gunzip -c "$archive" | tar -x -f - -C "$2" || return 1
    done
    rm -rf "$WORK/archives"
}

# Lists the blobs of the backup: digest and size.
list_copies() {
    run rclone lsf --recursive --files-only --format ps --separator "$tab" "$copy/docker/registry/v2/blobs" >"$WORK/copies.files" 2>"$WORK/errors" ||
        grep -q 'directory not found' "$WORK/errors" || fail "the blobs of the backup cannot be listed: $(tail -n 1 "$WORK/errors")"
    awk 'BEGIN { FS = OFS = "\t" } { split($1, p, "/"); print p[1] ":" p[3], $2 }' "$WORK/copies.files" >"$WORK/copies"
}

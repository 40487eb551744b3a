#!/bin/sh
# Deletes old snapshots of a backup, and the blobs that no other snapshot needs. It runs on an administrator's machine, with an access key
# that may delete, after the functions of storage.sh and bucket.sh. If it is interrupted, the next run deletes the rest.
# BACKUP_ID: name of the backup; FROM: name of a snapshot, of which older ones are deleted; OPEN_FROM: name of a snapshot, of which newer ones
# may not be complete yet; DELETE: `true` to delete, otherwise it only says what it would.
# shellcheck disable=SC2154
set -eu

prune() {
    use_backup "$BACKUP_ID"
    list_snapshots "$WORK/all"
    choose_snapshots
    find_unneeded
    say "Kept: $(wc -l <"$WORK/kept") snapshots. To delete: $(wc -l <"$WORK/dropped") snapshots, $(wc -l <"$WORK/unneeded") blobs, $(awk -F "$tab" '{ sum += $2 } END { printf "%.0f", sum }' "$WORK/unneeded") bytes."
    if [ "${DELETE:-}" != true ]; then
        say "Nothing was deleted. Repeat the command with --delete."
        return 0
    fi
    delete_unneeded
    # A backup that begins meanwhile takes blobs for copied that are about to be deleted.
    list_snapshots "$WORK/now"
    sort "$WORK/kept" | comm -13 - "$WORK/now" >"$WORK/new"
    [ ! -s "$WORK/new" ] || fail "a backup ran meanwhile, and may lack blobs; run \`npx private-registry backup\`, which copies them again"
}

# Lists the names of all snapshots.
list_snapshots() {
    run rclone lsf --recursive --files-only "$copy/snapshots" >"$WORK/snapshot.files" 2>"$WORK/errors" ||
        fail "the backup $BACKUP_ID cannot be listed: $(tail -n 1 "$WORK/errors")"
    sed -n 's|^\(20..-..-..T......Z\)/.*|\1|p' "$WORK/snapshot.files" | sort -u >"$1"
}

# Keeps the newest complete snapshot, and the later ones.
choose_snapshots() {
    sed -n 's|/complete$||p' "$WORK/snapshot.files" | sort >"$WORK/complete"
    [ -s "$WORK/complete" ] || fail "the backup $BACKUP_ID has no complete snapshot, so nothing is deleted"
    newest=$(tail -n 1 "$WORK/complete")
    awk -v newest="$newest" -v from="$FROM" -v open="$OPEN_FROM" -v to="$WORK" '
        FILENAME == ARGV[1] { complete[$1]; next }
        !($1 in complete) && $1 >= open { print > (to "/open"); next }
        { print > (to (($1 in complete) && ($1 >= from || $1 == newest) ? "/kept" : "/dropped")) }' "$WORK/complete" "$WORK/all"
    touch "$WORK/dropped"
    [ ! -e "$WORK/open" ] || fail "the snapshot $(head -n 1 "$WORK/open") is not complete, and a backup may be under way, so nothing is deleted; repeat the command when it has ended, or 12 hours later"
}

# Finds the blobs that no snapshot that is kept has a link to: digest and size.
find_unneeded() {
    : >"$WORK/needed"
    while read -r snapshot <&3; do
        sed -n "s|^$snapshot/links|links|p" "$WORK/snapshot.files" >"$WORK/archives"
        while read -r archive <&4; do
            run rclone cat "$copy/snapshots/$snapshot/$archive" >"$WORK/archive" 2>"$WORK/errors" ||
                fail "the snapshot $snapshot cannot be read, so nothing is deleted: $(tail -n 1 "$WORK/errors")"
            { gunzip -c <"$WORK/archive" >"$WORK/archive.tar" && tar -tf "$WORK/archive.tar" >"$WORK/links"; } 2>"$WORK/errors" ||
                fail "the snapshot $snapshot is damaged, or encrypted with another password, so nothing is deleted"
            awk -F / 'NF > 4 && $(NF - 3) ~ /^(_layers|revisions)$/ { print $(NF - 2) ":" $(NF - 1) }' "$WORK/links" >>"$WORK/needed"
        done 4<"$WORK/archives"
    done 3<"$WORK/kept"
    list_copies
    awk -F "$tab" 'FILENAME == ARGV[1] { needed[$1]; next } !($1 in needed)' "$WORK/needed" "$WORK/copies" >"$WORK/unneeded"
}

# Deletes the file `complete` of a snapshot first, so that what remains after an interruption does not count as a snapshot.
delete_unneeded() {
    while read -r snapshot <&3; do
        run rclone delete --include '/complete' "$copy/snapshots/$snapshot" || fail "the snapshot $snapshot cannot be deleted"
        run rclone delete "$copy/snapshots/$snapshot" || fail "the snapshot $snapshot cannot be deleted"
    done 3<"$WORK/dropped"
    [ -s "$WORK/unneeded" ] || return 0
    paths_of_blobs <"$WORK/unneeded" >"$WORK/paths"
    run rclone delete --files-from-raw "$WORK/paths" "$copy/docker/registry/v2" || fail "not all blobs could be deleted; repeat the command"
}

prune

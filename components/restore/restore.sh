#!/bin/sh
# Restores the registry's files from a backup, into storage that is empty. It can be killed at any moment: the next run goes on where it
# was. Runs after the functions of storage.sh and bucket.sh, with their variables.
# RESTORE_ID: the backup, empty for ID_OF_STATE or the only one there; ID_OF_STATE: the backup that the registry itself writes, may be
# empty; SNAPSHOT: `latest`, or the time of a snapshot; TERMINATION: a file for the reason of a failure, /dev/termination-log by default.
#
# Marks in private-registry/restore/ of the storage, with the backup and the snapshot as JSON:
#   begun   written before the first file
#   done    written last; the registry does not start without it
# shellcheck disable=SC2153,SC2154,SC3040 # variables of storage.sh and bucket.sh; busybox has pipefail
set -euo pipefail

# Parts of large files are in memory.
export RCLONE_TRANSFERS=8 RCLONE_MULTI_THREAD_STREAMS=0

marks=$STORAGE/private-registry/restore

restore() {
    read_marks
    if [ -n "$(mark_of 'done')" ]; then
        accept_done
        return
    fi
    choose_backup
    choose_snapshot
    begin
    read_snapshot
    copy_manifests
    copy_layers
    copy_links
    copy_ledger
    check_set
    write_mark 'done'
    say "Restored $(counts)."
}

# Ends the run, with the reason in the log and in the pod's status. Another run may succeed.
fail() {
    end_with 1 "$*"
}

# Ends the run for a reason that another run would find as well.
refuse() {
    end_with 3 "$*"
}

end_with() {
    echo "error: $2" >&2
    # Kubernetes keeps 4096 bytes.
    printf %s "$2" | head -c 4000 >"${TERMINATION:-/dev/termination-log}"
    exit "$1"
}

# What rclone said last.
reason() {
    sed -n 's|^..../../.. ..:..:.. [A-Z]* *: *||p' "$WORK/errors" | grep -v '^Attempt ' | tail -n 1
}

# Runs a command of rclone with a line about its progress in the log every 30 seconds.
transfer() {
    rm -f "$WORK/pipe"
    mkfifo "$WORK/pipe"
    tee "$WORK/errors" <"$WORK/pipe" >&2 &
    reader=$!
    code=0
    run rclone "$@" --stats 30s --stats-one-line --stats-log-level NOTICE --log-level NOTICE 2>"$WORK/pipe" || code=$?
    wait "$reader"
    return "$code"
}

# Lists a directory, which may be missing; the options are those of `rclone lsf`.
list_directory() {
    run rclone lsf "$@" 2>"$WORK/errors" || grep -q 'directory not found' "$WORK/errors" || fail "$(place_of "$1") cannot be listed: $(reason)"
}

# rclone's path without the name of its remote.
place_of() {
    case $1 in /*) echo "$1" ;; *) echo "${1#*:}" ;; esac
}

# Copies the marks that are there to the directory `marks`.
read_marks() {
    mkdir -p "$WORK/marks"
    list_directory "$marks" --files-only >"$WORK/names"
    for mark in begun 'done'; do
        rm -f "$WORK/marks/$mark"
        ! grep -qx "$mark" "$WORK/names" || run rclone copyto "$marks/$mark" "$WORK/marks/$mark" 2>"$WORK/errors" || fail "the mark $mark cannot be read: $(reason)"
    done
}

# Prints backup and snapshot of a mark; nothing if it is missing.
mark_of() {
    [ ! -e "$WORK/marks/$1" ] || sed -n 's/.*"id":"\([0-9a-f]*\)","snapshot":"\([0-9TZ-]*\)".*/\1 \2/p' "$WORK/marks/$1"
}

write_mark() {
    printf '{"id":"%s","snapshot":"%s"}\n' "$id" "$snapshot" >"$WORK/mark"
    run rclone copyto --ignore-times "$WORK/mark" "$marks/$1" 2>"$WORK/errors" || fail "the storage cannot be written: $(reason)"
}

# Succeeds if the arguments do not name another backup or snapshot than the one that was restored.
accept_done() {
    restored=$(mark_of 'done')
    if { [ -n "$RESTORE_ID" ] && [ "$RESTORE_ID" != "${restored% *}" ]; } || { [ "$SNAPSHOT" != latest ] && [ "$SNAPSHOT" != "${restored#* }" ]; }; then
        refuse "the storage was restored from the snapshot ${restored#* } of the backup ${restored% *} already; to restore another one, use an empty volume or bucket"
    fi
    say "The storage was restored from the snapshot ${restored#* } of the backup ${restored% *} already."
}

# Sets `id`, and lists its snapshots.
choose_backup() {
    # The certificates of the bucket's server.
    use_backup ''
    list_directory "$BACKUP" --dirs-only >"$WORK/names"
    sed -n 's|^\([0-9a-f]\{16\}\)/$|\1|p' "$WORK/names" | sort >"$WORK/ids"
    begun=$(mark_of begun)
    id=${RESTORE_ID:-${begun% *}}
    if [ -n "$id" ]; then
        grep -qx "$id" "$WORK/ids" || refuse "the backup $id is not in $(place_of "$BACKUP"), where there $(named_ids); check restore.s3 and restore.id"
    elif [ -n "$ID_OF_STATE" ] && grep -qx "$ID_OF_STATE" "$WORK/ids" && has_snapshot "$ID_OF_STATE"; then
        id=$ID_OF_STATE
    else
        # The registry's own backup has no complete snapshot yet.
        grep -vx "${ID_OF_STATE:-none}" "$WORK/ids" >"$WORK/others" || true
        [ -s "$WORK/others" ] || refuse "there is no backup with a complete snapshot in $(place_of "$BACKUP"); check restore.s3"
        [ "$(wc -l <"$WORK/others")" -eq 1 ] || refuse "there $(named_ids) in $(place_of "$BACKUP"); set restore.id to one of them"
        id=$(cat "$WORK/others")
    fi
    use_backup "$id"
    find_newest
}

has_snapshot() {
    use_backup "$1"
    find_newest
    [ -n "$newest" ]
}

named_ids() {
    case $(wc -l <"$WORK/ids") in
    0) echo "is no backup" ;;
    1) echo "is the backup $(cat "$WORK/ids")" ;;
    *) echo "are the backups $(paste -s -d ' ' "$WORK/ids" | sed 's/ /, /g')" ;;
    esac
}

# Sets `snapshot`. A restore that has begun goes on with its own, although there may be newer ones.
choose_snapshot() {
    sed -n 's|^\(20..-..-..T......Z\)/complete$|\1|p' "$WORK/snapshots" | sort -r >"$WORK/complete"
    [ -s "$WORK/complete" ] || refuse "the backup $id has no complete snapshot"
    snapshot=$SNAPSHOT
    if [ "$snapshot" = latest ]; then
        snapshot=$newest
        [ "$id" != "${begun% *}" ] || snapshot=${begun#* }
    fi
    grep -qx -e "$snapshot" "$WORK/complete" || refuse "the backup $id has no complete snapshot $snapshot; its newest are $(head -n 5 "$WORK/complete" | paste -s -d ' ' | sed 's/ /, /g')"
    run rclone cat "$copy/snapshots/$snapshot/complete" >"$WORK/summary" 2>"$WORK/errors" || explain_unreadable
    grep -q '^{.*"tags":[0-9]' "$WORK/summary" || explain_unreadable
    say "Restoring the snapshot $snapshot of the backup $id: $(counts)."
}

# Prints what is in the snapshot.
counts() {
    tr ',{}' '\n' <"$WORK/summary" | awk -F '[":]+' 'NF > 2 { count[$2] = $3 }
        END { printf "%d tags, %d manifests and %d blobs of %.1f MiB", count["tags"], count["manifests"], count["blobs"], count["bytes"] / 1048576 }'
}

explain_unreadable() {
    if grep -q 'bad password' "$WORK/errors"; then
        refuse "the backup $id is encrypted with another password; correct restore.encryption.password"
    elif grep -qE 'bad magic|too short to be encrypted' "$WORK/errors"; then
        refuse "the backup $id is not encrypted; remove restore.encryption"
    elif head -c 6 "$WORK/summary" | grep -q RCLONE; then
        refuse "the backup $id is encrypted; set restore.encryption with its password"
    fi
    fail "the snapshot $snapshot of the backup $id cannot be read: $(reason)"
}

# Refuses storage in which there is something else, and writes the mark `begun`.
begin() {
    if [ -n "$begun" ]; then
        [ "$begun" = "$id $snapshot" ] || refuse "the restore of the snapshot ${begun#* } of the backup ${begun% *} has begun in this storage; set restore.id and restore.snapshot to them to complete it, or use an empty volume or bucket"
        say "An earlier run has begun this restore. What it has copied stays."
        # On a volume, rclone writes a file under such a name until it is complete.
        case $STORAGE in /*) find "$STORAGE" -type f -name '*.partial' -exec rm -f {} + 2>/dev/null || true ;; esac
        return
    fi
    # The registry's user cannot read lost+found. In a bucket, a filter of directories would need a request for each of them.
    case $STORAGE in /*) set -- --exclude '/lost+found/**' ;; *) set -- ;; esac
    list_directory "$STORAGE" --recursive --files-only "$@" >"$WORK/names"
    grep -v '^private-registry/restore/' "$WORK/names" >"$WORK/others" || true
    [ ! -s "$WORK/others" ] || refuse "the storage is not empty: there is $(head -n 1 "$WORK/others"); restore into an empty volume or bucket, or remove restore"
    write_mark begun
    # As the registry's own garbage collection expects them on a volume.
    for folder in blobs repositories; do run rclone mkdir "$files/$folder" || fail "the storage cannot be written"; done
}

# Downloads the snapshot, and reads its links: lists with repository, name and content, of tags, revisions and layers.
read_snapshot() {
    rm -rf "$WORK/snapshot"
    transfer copy "$copy/snapshots/$snapshot" "$WORK/snapshot" || fail "the snapshot $snapshot cannot be read: $(reason)"
    for kind in tag revision layer; do : >"$WORK/snapshot.$kind"; done
    for archive in "$WORK"/snapshot/links.*.tar.gz; do
        # A registry without any image has no links.
        [ -e "$archive" ] || break
        unpack "$archive"
        for kind in tag revision layer; do
            awk -v kind="$kind" 'BEGIN { FS = OFS = "\t" } $2 == kind { print $3, $4, $5 }' "$WORK/links" >>"$WORK/snapshot.$kind"
        done
    done
    for kind in tag revision; do
        sort -o "$WORK/snapshot.$kind" "$WORK/snapshot.$kind"
        case $kind in tag) name=tags ;; *) name=manifests ;; esac
        count=$(sed "s/.*\"$name\":\([0-9]*\).*/\1/" "$WORK/summary")
        [ "$(wc -l <"$WORK/snapshot.$kind")" -eq "$count" ] ||
            refuse "the snapshot $snapshot is damaged: it has $(wc -l <"$WORK/snapshot.$kind") of its $count $name; choose another one with restore.snapshot"
    done
}

# Unpacks an archive of links to the directory `unpacked`, and lists them: path, kind, repository, tag or digest, and content.
unpack() {
    rm -rf "$WORK/unpacked"
    mkdir -p "$WORK/unpacked/docker/registry/v2/repositories"
    run tar -xzf "$1" -C "$WORK/unpacked" 2>"$WORK/errors" ||
        refuse "the snapshot $snapshot is damaged: $(basename "$1") cannot be unpacked; choose another one with restore.snapshot"
    (cd "$WORK/unpacked/docker/registry/v2" && find repositories -type f -name link -exec awk '
        FNR == 1 {
            n = split(FILENAME, p, "/")
            repository = p[2]
            for (i = 3; i < n && p[i] !~ /^_/; i++) repository = repository "/" p[i]
            kind = "other"
            name = p[n - 2] ":" p[n - 1]
            if (p[i] == "_layers" && n == i + 3) kind = "layer"
            else if (p[i + 1] == "revisions" && n == i + 4) kind = "revision"
            else if (p[i + 1] == "tags" && p[i + 3] == "current" && n == i + 4) { kind = "tag"; name = p[i + 2] }
            print FILENAME "\t" kind "\t" repository "\t" name "\t" $1
        }' {} +) >"$WORK/links"
}

# Copies and reads the manifests, because they name the other blobs.
copy_manifests() {
    cut -f 3 "$WORK/snapshot.tag" "$WORK/snapshot.revision" | sort -u >"$WORK/roots"
    # Sizes are those of the decrypted files.
    list_blobs "$copy/docker/registry/v2" >"$WORK/stored"
    copy_blobs "$WORK/roots"
    list "$WORK/now"
    read_manifests "$WORK/now" "$WORK/roots"
}

# Copies the config and the layers of the manifests. Layers have links: a manifest may also name digests that were never pushed here.
copy_layers() {
    awk 'BEGIN { FS = OFS = "\t" }
        FILENAME == ARGV[1] { index_[$1]; next }
        FILENAME == ARGV[2] { link[$1, $2] = $3; next }
        FILENAME == ARGV[3] { reference[FNR] = $2; next_[FNR] = first[$1]; first[$1] = FNR; next }
        !($3 in index_) { for (i = first[$3]; i; i = next_[i]) if (($1, reference[i]) in link) print link[$1, reference[i]] }' \
        "$WORK/indexes" "$WORK/snapshot.layer" "$WORK/references" "$WORK/snapshot.revision" | sort -u >"$WORK/layers"
    copy_blobs "$WORK/layers"
}

# Copies the blobs with these digests that are missing, and verifies all of them. What is wrong is replaced by a right version.
copy_blobs() {
    paths_of_blobs <"$1" >"$WORK/needed"
    list_blobs "$files" >"$WORK/present"
    awk -v list="$WORK/paths" 'BEGIN { FS = "\t"; printf "" >list }
        FILENAME == ARGV[1] { present[$1] = $2; next }
        FILENAME == ARGV[2] { stored[$1] = $2; next }
        ($1 in stored) && !(($1 in present) && present[$1] == stored[$1]) { print $1 >list; count++; bytes += stored[$1] }
        END { printf "%d blobs of %.1f MiB", count, bytes / 1048576 }' "$WORK/present" "$WORK/stored" "$WORK/needed" >"$WORK/amount"
    if [ -s "$WORK/paths" ]; then
        say "Copying $(cat "$WORK/amount")."
        # A file that cannot be read may have an older version that can.
        transfer copy --no-check-dest --ignore-checksum --files-from-raw "$WORK/paths" "$copy/docker/registry/v2" "$files" ||
            say "Not all blobs could be copied: $(reason)"
    fi
    say "Verifying $(wc -l <"$WORK/needed") blobs."
    find_wrong "$WORK/needed"
    repair
}

# Prints path and size of each blob.
list_blobs() {
    list_directory "$1/blobs" --recursive --files-only --format ps --separator "$tab" >"$WORK/names"
    sed 's|^|blobs/|' "$WORK/names"
}

# Lists the paths of blobs that are not in the storage, or have another content, in `wrong`.
find_wrong() {
    : >"$WORK/hashes"
    for algorithm in sha256 sha512; do
        grep "^blobs/$algorithm/" "$1" >"$WORK/paths" || continue
        # A bucket's own hashes are not those of the content.
        case $STORAGE in /*) download= ;; *) download=--download ;; esac
        transfer hashsum "$algorithm" $download --files-from-raw "$WORK/paths" "$files" >>"$WORK/hashes" || say "Not all blobs could be read: $(reason)"
    done
    awk 'FILENAME == ARGV[1] { hash[$2] = $1; next }
        { split($1, p, "/"); if (hash[$1] != p[4]) print $1 }' "$WORK/hashes" "$1" >"$WORK/wrong"
}

# Replaces each wrong blob by the newest version in the backup that has its digest.
repair() {
    : >"$WORK/lost"
    while read -r path <&3; do
        digest=$(echo "$path" | awk -F / '{ print $2 ":" $4 }')
        find_version
        if [ -z "$version" ]; then
            echo "$digest" >>"$WORK/lost"
            continue
        fi
        [ "$version" = data ] || say "Restoring $digest from the older version ${version#data-v}, because the newest one in the backup is wrong."
        run env RCLONE_CONFIG_BACKUP_VERSIONS=true rclone copyto --ignore-times "$copy/docker/registry/v2/${path%/data}/$version" "$files/$path" 2>"$WORK/errors" ||
            fail "$digest cannot be copied: $(reason)"
    done 3<"$WORK/wrong"
    [ ! -s "$WORK/lost" ] || name_lost
    [ -s "$WORK/wrong" ] || return 0
    mv "$WORK/wrong" "$WORK/repaired"
    find_wrong "$WORK/repaired"
    [ ! -s "$WORK/wrong" ] || fail "the storage returns another content than was written to $(head -n 1 "$WORK/wrong")"
}

# Sets `version`, the name of the newest right version of a blob in the backup; empty if there is none.
find_version() {
    hex=${digest#*:}
    folder=$copy/docker/registry/v2/${path%/data}
    for versions in true false; do
        # Some servers have no list of versions.
        run env "RCLONE_CONFIG_BACKUP_VERSIONS=$versions" rclone lsf --files-only "$folder" >"$WORK/names" 2>"$WORK/errors" && break
        ! grep -q 'directory not found' "$WORK/errors" || break
        [ "$versions" = true ] || fail "the versions of $digest cannot be listed: $(reason)"
    done
    # A version that was not encrypted with this password has no hash.
    run env "RCLONE_CONFIG_BACKUP_VERSIONS=$versions" rclone hashsum "${digest%%:*}" --download "$folder" >"$WORK/hashes" 2>"$WORK/errors" || true
    version=$(awk -v hex="$hex" '$1 == hex && $2 ~ /^data(-v|$)/ { print ($2 == "data" ? "z" : "a"), $2 }' "$WORK/hashes" | sort -r | head -n 1 | cut -d ' ' -f 2)
}

# Ends the run, and names the tags that need a blob of which the backup has no right version.
name_lost() {
    sort -u "$WORK/lost" >"$WORK/lost.digests"
    list "$WORK/now"
    grep -vxF -f "$WORK/lost.digests" "$WORK/roots" >"$WORK/readable" || true
    read_manifests "$WORK/now" "$WORK/readable"
    awk 'BEGIN { FS = "\t" }
        FILENAME == ARGV[1] { lost[$1]; if (one == "") one = $1; count++; next }
        FILENAME == ARGV[2] { link[$1, $2] = $3; next }
        FILENAME == ARGV[3] { index_[$1]; next }
        FILENAME == ARGV[4] { reference[FNR] = $2; next_[FNR] = first[$1]; first[$1] = FNR; next }
        FILENAME == ARGV[5] { split("", seen); if (needs($1, $3)) name($1 ":" $2); next }
        names == "" { split("", seen); if (needs($1, $3)) name($1 "@" $3) }
        function needs(repository, digest,   i) {
            if (digest in lost) return 1
            if (digest in seen) return 0
            seen[digest]
            for (i = first[digest]; i; i = next_[i]) {
                if (digest in index_) { if (needs(repository, reference[i])) return 1 }
                else if (((repository, reference[i]) in link) && (link[repository, reference[i]] in lost)) return 1
            }
            return 0
        }
        function name(image) { if (++total <= 5) names = names (names == "" ? "" : ", ") image }
        END {
            printf "%s%s", one, (count > 1 ? " and " count - 1 " more" : "")
            print "\t" names (total > 5 ? " and " total - 5 " more" : "")
        }' "$WORK/lost.digests" "$WORK/snapshot.layer" "$WORK/indexes" "$WORK/references" "$WORK/snapshot.tag" "$WORK/snapshot.revision" >"$WORK/message"
    refuse "the backup $id has no right version of $(cut -f 1 "$WORK/message"), needed by $(cut -f 2 "$WORK/message"); upload the blob to the backup again, or choose a snapshot without these images and restore it into an empty volume or bucket"
}

# Copies the links that are missing.
copy_links() {
    list "$WORK/now"
    for archive in "$WORK"/snapshot/links.*.tar.gz; do
        [ -e "$archive" ] || break
        unpack "$archive"
        awk 'BEGIN { FS = "\t" }
            FILENAME == ARGV[1] { size[$1] = $2; next }
            size[$1] != length($5) { print $1 }' "$WORK/now.files" "$WORK/links" >"$WORK/paths"
        [ -s "$WORK/paths" ] || continue
        say "Copying $(wc -l <"$WORK/paths") links."
        transfer copy --no-check-dest --files-from-raw "$WORK/paths" "$WORK/unpacked/docker/registry/v2" "$files" || fail "not all links could be written: $(reason)"
    done
    rm -rf "$WORK/unpacked"
}

# Copies the push times of the tags, for retention.
copy_ledger() {
    [ ! -e "$WORK/snapshot/ledger.gz" ] || run rclone copyto --ignore-times "$WORK/snapshot/ledger.gz" "$STORAGE/private-registry/ledger.gz" 2>"$WORK/errors" ||
        fail "the ledger of push times cannot be written: $(reason)"
}

# Checks in the storage that each tag has its manifest, and each manifest its parts, with their links.
check_set() {
    list "$WORK/now"
    read_tags "$WORK/now"
    awk 'BEGIN { FS = "\t" }
        FILENAME == ARGV[1] { blob[$1]; next }
        FILENAME == ARGV[2] { revision[$1, $2]; next }
        FILENAME == ARGV[3] { layer[$1, $2]; next }
        FILENAME == ARGV[4] { tag[$1, $2] = $4; next }
        FILENAME == ARGV[5] { index_[$1]; next }
        FILENAME == ARGV[6] { reference[FNR] = $2; next_[FNR] = first[$1]; first[$1] = FNR; next }
        FILENAME == ARGV[7] { link[$1, $2] = $3; next }
        FILENAME == ARGV[8] && tag[$1, $2] != $3 { print $1 ":" $2; next }
        FILENAME == ARGV[8] { check($1, $3, $1 ":" $2); next }
        {
            check($1, $2, $1 "@" $2)
            if (!($2 in index_)) for (i = first[$2]; i; i = next_[i]) if (($1, reference[i]) in link) {
                if (!(($1, reference[i]) in layer) || !(link[$1, reference[i]] in blob)) print $1 "@" $2 ", " reference[i]
            }
        }
        function check(repository, digest, image) { if (!((repository, digest) in revision) || !(digest in blob)) print image }' \
        "$WORK/now.blobs" "$WORK/now.revisions" "$WORK/now.layers" "$WORK/now.tags" "$WORK/indexes" "$WORK/references" \
        "$WORK/snapshot.layer" "$WORK/snapshot.tag" "$WORK/snapshot.revision" >"$WORK/incomplete"
    [ ! -s "$WORK/incomplete" ] || refuse "the restored images are not complete: $(head -n 1 "$WORK/incomplete") is missing$(others "$WORK/incomplete"); choose another snapshot and restore it into an empty volume or bucket"
    [ ! -s "$WORK/now.empty" ] || fail "the link $(head -n 1 "$WORK/now.empty") is empty"
}

others() {
    count=$(($(wc -l <"$1") - 1))
    [ "$count" -eq 0 ] || echo ", and $count more"
}

restore

#!/bin/sh
# Copies the registry to a bucket, in the reverse order of a push: first the links, and then the blobs that they need. So what is pushed
# meanwhile does no harm. It can be killed at any moment. It only defines functions.
# BACKUP_ID: name of the backup; CONFIRM: number of tags that may be less than half; PROOF_LIMIT: bytes of images that the monthly restore
# pulls. Variables of storage.sh, retain.sh, bucket.sh and prove.sh.
# shellcheck disable=SC2034,SC2154

back_up() {
    started=$(date +%s)
    RUN=$(date -u -d "@$started" +%Y-%m-%dT%H%M%SZ)
    reporter=report_backup
    problems=$WORK/backup.problems
    returned=0
    for file in backup.problems missing.copies seventh wrong; do : >"$WORK/$file"; done
    use_backup "$BACKUP_ID"
    find_versioning
    find_newest
    list_state
    heal "$WORK/now"
    find_snapshot
    compare_with_newest
    write_snapshot
    copy_blobs
    check_seventh
    prove_monthly
    report_backup true
}

# Without versioning, an access key that may only write can overwrite the backup.
find_versioning() {
    is_versioned=false
    if ! run rclone backend versioning "$BACKUP" >"$WORK/versioning" 2>"$WORK/errors"; then
        problem "the versioning of the backup's bucket cannot be read, so it is not known whether the backup can be overwritten: $(tail -n 1 "$WORK/errors")"
    elif grep -q Enabled "$WORK/versioning"; then
        is_versioned=true
    else
        problem "the backup can be overwritten, because the bucket has no versioning; turn on versioning or Object Lock"
    fi
}

# Decides what the snapshot has. Tags are of the first listing, manifests are of both, and layers and blobs are of the second one: a push
# writes them in the reverse order. Only layers that a manifest of the snapshot names count. Of one that was pushed with another digest than
# sha256, the registry looks for both links.
#   <snapshot>.tags        repository, tag, digest
#   <snapshot>.manifests   repository, digest
#   <snapshot>.layers      repository, digest, digest of the blob
#   <snapshot>.blobs       digest, size
find_snapshot() {
    snapshot=$WORK/snapshot
    list "$WORK/later"
    read_aliases "$WORK/later"
    awk 'BEGIN { FS = "\t" } { print $4 }' "$WORK/now.tags" >"$WORK/roots"
    read_with_children "$WORK/later" "$WORK/roots"
    for part in tags manifests layers blobs vanished damaged; do : >"$snapshot.$part"; done
    awk -v to="$snapshot" 'BEGIN { FS = OFS = "\t" }
        function manifest(repository, digest,   i) {
            if ((repository FS digest) in taken || !((repository FS digest) in revision) || !(digest in size)) return
            taken[repository FS digest]
            print repository, digest > (to ".manifests")
            blob(digest)
            for (i = first[digest]; i; i = next_[i])
                if (digest in index_) manifest(repository, reference[i]); else layer(repository, reference[i], digest)
        }
        function layer(repository, digest, of,   data) {
            if ((repository FS digest) in linked || !((repository FS digest) in layer_)) return
            linked[repository FS digest]
            data = digest in alias ? alias[digest] : digest
            if (!(data in size)) { print repository, of, data > (to ".damaged"); return }
            print repository, digest, data > (to ".layers")
            blob(data)
            if (data != digest) layer(repository, data, of)
        }
        function blob(digest) {
            if (digest in copied) return
            copied[digest]
            print digest, size[digest] > (to ".blobs")
        }
        FILENAME == ARGV[1] { alias[$1] = $2; next }
        FILENAME == ARGV[2] { size[$1] = $2; next }
        FILENAME == ARGV[3] { revision[$1 FS $2]; next }
        FILENAME == ARGV[4] { layer_[$1 FS $2]; next }
        FILENAME == ARGV[5] { index_[$1]; next }
        FILENAME == ARGV[6] { reference[FNR] = $2; next_[FNR] = first[$1]; first[$1] = FNR; next }
        FILENAME == ARGV[7] {
            manifest($1, $4)
            print $1, $2, $4, $3 > (to ((($1 FS $4) in taken) ? ".tags" : ".vanished"))
            next
        }
        { manifest($1, $2) }' \
        "$WORK/aliases" "$WORK/later.blobs" "$WORK/later.revisions" "$WORK/later.layers" "$WORK/indexes" "$WORK/references" \
        "$WORK/now.tags" "$WORK/now.revisions" || fail "the snapshot cannot be decided"
    awk 'BEGIN { FS = "\t" } { print "the blob " $3 " is missing in the registry, and " $1 "@" $2 " needs it; push that image again" }' \
        "$snapshot.damaged" >"$WORK/sentences"
    while read -r line; do problem "$line"; done <"$WORK/sentences"
    [ ! -s "$snapshot.vanished" ] || look_again
}

# Looks again at tags whose manifest is missing. A deletion removes the manifest before its tags.
look_again() {
    run sleep 2
    awk 'BEGIN { FS = OFS = "\t" } { print $1, $2, $4, $3 }' "$snapshot.vanished" >"$WORK/again"
    read_links "$WORK/again" "$files"
    awk 'BEGIN { FS = OFS = "\t" }
        FILENAME == ARGV[1] { digest[$1 FS $2] = $4; next }
        FILENAME == ARGV[2] { revision[$1 FS $2]; next }
        FILENAME == ARGV[3] { blob[$1]; next }
        digest[$1 FS $2] != $3 { print "left", $1 ":" $2; next }
        { print ((($1 FS $3) in revision) && ($3 in blob) ? "lost" : "damaged"), $1 ":" $2 }' \
        "$WORK/links.tags" "$WORK/now.revisions" "$WORK/now.blobs" "$snapshot.vanished" >"$WORK/looks"
    while IFS=$tab read -r kind tag <&3; do
        case $kind in
        left) say "skipped $tag: it was deleted or pushed again during the backup" ;;
        damaged) problem "the manifest of $tag is missing in the registry, so the tag is not in the backup; push the image again, or delete the tag" ;;
        lost) fail "the manifest of $tag disappeared during the backup, so no snapshot was written" ;;
        esac
    done 3<"$WORK/looks"
}

# Ends the run if the snapshot would have less than half of the tags of the newest one: the storage may be another one, or damaged.
compare_with_newest() {
    tags=$(wc -l <"$snapshot.tags")
    [ -n "$newest" ] || return 0
    run rclone cat "$copy/snapshots/$newest/complete" >"$WORK/complete" 2>"$WORK/errors" ||
        fail "the snapshot $newest cannot be read: $(tail -n 1 "$WORK/errors")"
    former=$(sed -n 's/.*"tags":\([0-9]*\).*/\1/p' "$WORK/complete")
    [ -n "$former" ] || fail "the snapshot $newest cannot be read; was the backup encrypted with another password?"
    [ $((tags * 2)) -ge "$former" ] || [ "$tags" = "${CONFIRM:-}" ] ||
        fail "the registry has $tags tags, less than half of the $former tags in the snapshot $newest, so no snapshot was written; if that is right, confirm the number $tags"
}

# Writes the links, in archives of at most 50,000 files, and the ledger. The snapshot counts when its file `complete` exists.
write_snapshot() {
    awk 'BEGIN { FS = OFS = "\t" }
        function path(digest, d) { split(digest, d, ":"); return d[1] "/" d[2] "/link" }
        { folder = "docker/registry/v2/repositories/" $1 }
        FILENAME == ARGV[1] { print folder "/_layers/" path($2), $3; next }
        FILENAME == ARGV[2] { print folder "/_manifests/revisions/" path($2), $2; next }
        { print folder "/_manifests/tags/" $2 "/current/link", $3; print folder "/_manifests/tags/" $2 "/index/" path($3), $3 }' \
        "$snapshot.layers" "$snapshot.manifests" "$snapshot.tags" >"$WORK/rows"
    archive=0
    total=$(wc -l <"$WORK/rows")
    while [ $((archive * 50000)) -lt "$total" ]; do
        sed -n "$((archive * 50000 + 1)),$((archive * 50000 + 50000))p" "$WORK/rows" >"$WORK/part"
        archive=$((archive + 1))
        archive_rows <"$WORK/part" | gzip >"$WORK/links.tar.gz"
        held
        run rclone copyto "$WORK/links.tar.gz" "$copy/snapshots/$RUN/links.$archive.tar.gz" || fail "the links cannot be written to the backup"
    done
    rm -f "$WORK/links.tar.gz"
    if grep -qx ledger.gz "$WORK/state"; then
        run rclone copyto "$state/ledger.gz" "$copy/snapshots/$RUN/ledger.gz" || fail "the ledger cannot be written to the backup"
    fi
}

# Makes a tar archive, in the format of GNU tar, of files whose paths and contents are the rows. To write them first would take most of the
# time of a backup. awk cannot write a NUL, so there are bytes 1 in their place.
archive_rows() {
    LC_ALL=C awk -v time="$started" '
        BEGIN { FS = "\t"; for (i = 32; i < 127; i++) code[sprintf("%c", i)] = i; zeros = "\001"; while (length(zeros) < 1024) zeros = zeros zeros }
        function sum(text, i, n) { n = 0; for (i = 1; i <= length(text); i++) n += code[substr(text, i, 1)]; return n }
        function padded(text, size) { return text substr(zeros, 1, size - length(text)) }
        function header(name, size, type, key) {
            key = type size
            if (!(key in left)) {
                left[key] = sprintf("0000644\0010001750\0010001750\001%011o\001%011o\001", size, time)
                right[key] = padded(type padded("", 100) "ustar  ", 356)
                total[key] = sum(left[key] right[key]) + 8 * code[" "]
            }
            name = substr(name, 1, 100)
            printf "%s%s%06o\001 %s", padded(name, 100), left[key], total[key] + sum(name), right[key]
        }
        function data(text) { printf "%s", padded(text, 512 * int((length(text) + 511) / 512)) }
        {
            if (length($1) > 100) { header("././@LongLink", length($1) + 1, "L"); data($1 "\001") }
            header($1, length($2), "0")
            data($2)
        }
        END { printf "%s", zeros }' | tr '\001' '\000'
}

# Writes the blobs of the snapshot that the backup has not, or with another size, to `missing.copies`.
find_missing_copies() {
    list_copies
    awk 'BEGIN { FS = OFS = "\t" }
        FILENAME == ARGV[1] { size[$1] = $2; has[$1]; next }
        !($1 in has) || size[$1] != $2 { print $1, $2, ($1 in has) ? size[$1] : "" }' "$WORK/copies" "$snapshot.blobs" >"$WORK/missing.copies"
}

copy_blobs() {
    find_missing_copies
    awk 'BEGIN { FS = "\t" } $3 != "" { print "the blob " $1 " of the backup has " $3 " bytes instead of " $2 ", so it is copied again" }' \
        "$WORK/missing.copies" >"$WORK/sentences"
    while read -r line; do problem "$line"; done <"$WORK/sentences"
    copied=$(wc -l <"$WORK/missing.copies")
    copied_bytes=$(awk 'BEGIN { FS = "\t" } { sum += $2 } END { printf "%.0f", sum }' "$WORK/missing.copies")
    [ "$copied" -eq 0 ] || say "Copying $copied blobs, $copied_bytes bytes."
    paths_of_blobs <"$WORK/missing.copies" >"$WORK/paths.to.copy"
    first=1
    while [ "$first" -le "$copied" ]; do
        held
        sed -n "$first,$((first + 499))p" "$WORK/paths.to.copy" >"$WORK/part"
        run rclone copy --files-from-raw "$WORK/part" "$files" "$copy/docker/registry/v2" || fail "not all blobs could be copied"
        first=$((first + 500))
        [ "$first" -gt "$copied" ] || say "Copied $((first - 1)) of $copied blobs."
    done
    if [ "$copied" -gt 0 ]; then
        find_missing_copies
        [ ! -s "$WORK/missing.copies" ] || fail "the backup still lacks $(wc -l <"$WORK/missing.copies") blobs after the copy"
    fi
    held
    printf '{"tags":%d,"manifests":%d,"blobs":%d,"bytes":%.0f}\n' "$tags" "$(wc -l <"$snapshot.manifests")" "$(wc -l <"$snapshot.blobs")" \
        "$(awk 'BEGIN { FS = "\t" } { sum += $2 } END { printf "%.0f", sum }' "$snapshot.blobs")" >"$WORK/complete"
    run rclone copyto "$WORK/complete" "$copy/snapshots/$RUN/complete" || fail "the snapshot cannot be completed"
    newest=$RUN
    say "Snapshot $RUN has $tags tags and $(wc -l <"$snapshot.blobs") blobs, of which $copied are new."
}

# Reads one seventh of the blobs in the backup, so that seven runs read all of them. One that is wrong is copied again from the registry.
# What was checked last is in backup.gz: the seventh, and when a restore was proven.
check_seventh() {
    number=0 proved=0
    if grep -qx backup.gz "$WORK/state"; then
        { stored backup.gz >"$WORK/checked" && read -r number proved <"$WORK/checked"; } || problem "backup.gz is damaged, so the checks start again"
    fi
    number=$(((number + 1) % 7))
    awk -v number="$number" 'BEGIN { FS = "\t" }
        function value(digit) { return index("0123456789abcdef", digit) - 1 }
        { hex = substr($1, index($1, ":") + 1) }
        (value(substr(hex, 1, 1)) * 16 + value(substr(hex, 2, 1))) % 7 == number { print $1 }' "$snapshot.blobs" >"$WORK/seventh"
    check_digests "$WORK/seventh"
    [ ! -s "$WORK/wrong" ] || mend_copies
    store_checks
}

store_checks() {
    echo "$number $proved" >"$WORK/checked"
    store "$WORK/checked" backup.gz
}

# Reads these blobs of the backup, and writes those with another digest, or that cannot be read, to `wrong`.
check_digests() {
    : >"$WORK/read.digests"
    for algorithm in sha256 sha512; do
        grep "^$algorithm:" "$1" | paths_of_blobs >"$WORK/paths" || continue
        # A file that cannot be read is not in the output.
        run rclone hashsum "$algorithm" --download --files-from-raw "$WORK/paths" "$copy/docker/registry/v2" >"$WORK/sums" 2>"$WORK/errors" || true
        awk -v algorithm="$algorithm" '{ split($2, p, "/"); if (p[4] == $1) print algorithm ":" $1 }' "$WORK/sums" >>"$WORK/read.digests"
    done
    awk 'FILENAME == ARGV[1] { right[$1]; next } !($1 in right)' "$WORK/read.digests" "$1" >"$WORK/wrong"
}

# Copies wrong blobs again, if those of the registry are right.
mend_copies() {
    cp "$WORK/wrong" "$WORK/to.mend"
    while read -r digest <&3; do
        path=$(echo "$digest" | paths_of_blobs)
        run rclone cat "$files/$path" 2>"$WORK/errors" | "${digest%%:*}sum" | grep -q "^${digest#*:} " || {
            problem "the blob $digest is damaged in the backup and in the registry; push an image that has it again"
            continue
        }
        held
        if run rclone copyto --ignore-times "$files/$path" "$copy/docker/registry/v2/$path"; then
            problem "the blob $digest was damaged in the backup, and was copied again"
        fi
    done 3<"$WORK/to.mend"
    check_digests "$WORK/to.mend"
}

# Writes the report of the backup: compact JSON.
report_backup() {
    touch "$WORK/snapshot.tags" "$WORK/snapshot.blobs"
    {
        printf '{"began":%s,"ended":%s,"succeeded":%s,"id":"%s","snapshot":"%s","versioned":%s' \
            "$started" "$(date +%s)" "$1" "$BACKUP_ID" "${newest:-}" "${is_versioned:-false}"
        awk 'BEGIN { FS = "\t" } { sum += $2 } END { printf ",\"blobs\":%d,\"bytes\":%.0f", NR, sum }' "$WORK/snapshot.blobs"
        printf ',"tags":%d,"copiedBlobs":%d,"copiedBytes":%.0f' "$(wc -l <"$WORK/snapshot.tags")" "${copied:-0}" "${copied_bytes:-0}"
        printf ',"checkedBlobs":%d,"wrongBlobs":%d,"proved":%d,"problems":[' "$(wc -l <"$WORK/seventh")" "$(wc -l <"$WORK/wrong")" "${proved:-0}"
        quoted "$WORK/backup.problems"
        printf ']}\n'
    } >"$WORK/backup.tmp"
    mv "$WORK/backup.tmp" "$WORK/backup.json"
}

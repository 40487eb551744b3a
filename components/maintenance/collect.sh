#!/bin/sh
# Garbage collection: moves blobs that no manifest refers to into a bin, and empties old bins. Uploads and downloads go on meanwhile. It can
# be killed at any moment: the next run moves back what is needed. It only defines functions.
# GRACE: seconds for which a file is left alone; KEEP_DELETED: seconds for which a bin is kept; WAIT: seconds for uploads of manifests in
# flight, 60 by default; UNTAGGED: `true` to collect manifests without a tag as well; CONFIRM: number of blobs that may be more than half.
# Variables of storage.sh and retain.sh.
# shellcheck disable=SC2034,SC2154

collect() {
    started=$(date +%s)
    RUN=$(date -u -d "@$started" +%Y-%m-%dT%H%M%SZ)
    reporter=report
    returned=0
    freed=0
    untagged=0
    for file in deleted unkept; do : >"$WORK/$file"; done
    for folder in blobs repositories; do run rclone mkdir "$files/$folder" || fail "the storage cannot be written"; done
    # What a former run has moved must not be in the cache any more.
    purge_cache || problem "the cache did not answer at the start of the run"
    settle_tags
    heal "$WORK/now"
    [ "$returned" -eq 0 ] || say "Moved $returned files back that a former run had moved, and that are needed."
    name_damage
    write_archive
    list_state
    find_times
    find_uses
    retain
    # A collection that ends early does not lose the times.
    write_ledger
    if [ "${UNTAGGED:-}" = true ] && [ "$is_use_known" = true ] && [ -s "$WORK/now.blobs" ]; then collect_untagged; fi
    collect_blobs
    collect_layer_links
    if [ -s "$WORK/deleted" ]; then
        settle_tags
        [ ! -s "$WORK/pushed" ] || heal "$WORK/now"
        name_untagged_pushes
    fi
    empty_bins
    say "Done: $(wc -l <"$WORK/moved") blobs are in the bin for $(days "$KEEP_DELETED")."
    report true
}

days() {
    if [ $(($1 % 86400)) -eq 0 ]; then echo "$(($1 / 86400)) days"; else echo "$(($1 / 3600)) hours"; fi
}

# Time in the format of the lists.
time_of() {
    date -u -d "@$1" '+%Y-%m-%d %H:%M:%S'
}

# Reports what is damaged already: tags without a manifest. A link without content stops the registry's own marking, so it ends the run.
name_damage() {
    if [ -s "$WORK/now.empty" ]; then
        # A link may be empty while it is written.
        run sleep 2
        list "$WORK/again"
        sort "$WORK/now.empty" "$WORK/again.empty" | uniq -d >"$WORK/empty"
        while read -r path; do problem "the link $path is empty; delete the file, and push the image again"; done <"$WORK/empty"
        [ ! -s "$WORK/empty" ] || fail "links without content stop the registry's garbage collection"
    fi
    case $STORAGE in /*)
        cut -f 1 "$WORK/now.revisions" | sort -u | while read -r one; do
            [ -d "$files/repositories/$one/_layers" ] || problem "the repository $one has no directory _layers, which stops the registry's garbage collection; create it"
        done
        ;;
    esac
    # A tag that was pushed during the listing is newer.
    awk -v limit="$(time_of $((started - 60)))" 'BEGIN { FS = "\t" }
        FILENAME == ARGV[1] { blob[$1]; next }
        FILENAME == ARGV[2] { revision[$1 FS $2]; next }
        $3 > limit { next }
        !($4 in blob) || !(($1 FS $4) in revision) { print $1 ":" $2 }' "$WORK/now.blobs" "$WORK/now.revisions" "$WORK/now.tags" >"$WORK/damaged"
    while read -r tag; do problem "the manifest of $tag is missing; push the image again, or delete the tag"; done <"$WORK/damaged"
}

# Writes the names of all tags and manifests to this run's bin: what `undelete` can bring back.
write_archive() {
    held
    { awk 'BEGIN { FS = OFS = "\t" } { print $1, $2, $4 }' "$WORK/now.tags"
        awk 'BEGIN { FS = OFS = "\t" } { print $1, "", $2 }' "$WORK/now.revisions"; } | gzip |
        rclone rcat "$bins/$RUN/names.gz" || fail "the names of tags and manifests cannot be written"
}

# Moves the links of manifests that have no tag, that no index names and that are not in use, by the registry's marking and by our own.
# The repositories below private-registry/ are reserved.
collect_untagged() {
    mark "$WORK/untagged" untagged || fail "the manifests without a tag could not be marked completely"
    survey "$WORK/now"
    sort -u "$WORK/untagged.untagged" >"$WORK/candidates"
    awk -v limit="$(time_of $((started - GRACE)))" 'BEGIN { FS = OFS = "\t" }
        function link(repository, digest, d) { split(digest, d, ":"); return "repositories/" repository "/_manifests/revisions/" d[1] "/" d[2] "/link" }
        FILENAME == ARGV[1] { index_[$1]; next }
        FILENAME == ARGV[2] { reference[FNR] = $2; next_[FNR] = first[$1]; first[$1] = FNR; next }
        FILENAME == ARGV[3] { time[$1] = $3; next }
        FILENAME == ARGV[4] { kept[$1 FS $4]; next }
        FILENAME == ARGV[5] { if ($2 in index_) for (i = first[$2]; i; i = next_[i]) kept[$1 FS reference[i]]; next }
        FILENAME == ARGV[6] { kept[$1 FS $2]; next }
        index($1, "private-registry/") == 1 { next }
        { path = link($1, $2) }
        !(($1 FS $2) in kept) && path in time && time[path] <= limit { print path }' \
        "$WORK/indexes" "$WORK/references" "$WORK/now.files" "$WORK/now.tags" "$WORK/now.revisions" "$WORK/uses" "$WORK/candidates" >"$WORK/leaving"
    [ -s "$WORK/leaving" ] || return 0
    untagged=$(wc -l <"$WORK/leaving")
    say "Moving $untagged manifests without a tag to the bin."
    to_bin "$WORK/leaving"
    # What was tagged meanwhile comes back.
    purge_cache || true
    run sleep "${WAIT:-60}"
    purge_cache || problem "the cache did not answer"
    heal "$WORK/now"
}

# Moves blobs that are in no manifest, by the registry's marking and by our own.
collect_blobs() {
    : >"$WORK/moved"
    [ -s "$WORK/now.blobs" ] || return 0
    mark "$WORK/first" || fail "the blobs in use could not be marked completely, so nothing was moved"
    # A manifest that was pushed since the listing counts as well.
    cp "$WORK/now.blobs" "$WORK/old.blobs"
    heal "$WORK/now" "$WORK/first.marked"
    awk -v limit="$(time_of $((started - GRACE)))" 'BEGIN { FS = OFS = "\t" }
        FILENAME == ARGV[1] { eligible[$1]; next }
        FILENAME == ARGV[2] { needed[$1]; next }
        ($1 in eligible) && !($1 in needed) && $3 <= limit { print $1, $2 }' \
        "$WORK/first.eligible" "$WORK/now.needed" "$WORK/old.blobs" >"$WORK/moved"
    [ -s "$WORK/moved" ] || return 0
    guard
    say "Moving $(wc -l <"$WORK/moved") of $(wc -l <"$WORK/old.blobs") blobs to the bin."
    paths_of_blobs <"$WORK/moved" >"$WORK/blobs"
    to_bin "$WORK/blobs"
    second_mark
}

# Ends the run if more than half of the blobs or bytes would go, because then the marking or the listing is probably wrong.
guard() {
    count=$(wc -l <"$WORK/moved")
    [ "$count" -gt "${CONFIRM:-0}" ] || return 0
    awk 'BEGIN { FS = "\t" } NR == FNR { count++; bytes += $2; next } { all++; of += $2 }
        END { exit count * 2 > all || bytes * 2 > of }' "$WORK/moved" "$WORK/old.blobs" ||
        fail "$count of $(wc -l <"$WORK/old.blobs") blobs would be deleted, which is more than half of the blobs or of their size; if that is right, confirm the number $count"
}

# Moves back the blobs of manifests that were pushed while blobs were moved. Uploads of manifests that were checked before that get time
# to end first. With a cache, the registry would check a manifest against the cache.
second_mark() {
    is_purged=true
    purge_cache || is_purged=false
    run sleep "${WAIT:-60}"
    purge_cache || is_purged=false
    if [ "$is_purged" = true ] && mark "$WORK/second"; then
        heal "$WORK/now" "$WORK/second.marked"
    else
        paths_of_blobs <"$WORK/moved" | sed "s|\$|$tab$RUN|" >"$WORK/missing"
        from_bins "$WORK/missing"
        fail "the cache did not answer, or the second marking was not complete, so all blobs were moved back"
    fi
    awk 'BEGIN { FS = "\t" } FILENAME == ARGV[1] { blob[$1]; next } !($1 in blob)' "$WORK/now.blobs" "$WORK/moved" >"$WORK/gone"
    mv "$WORK/gone" "$WORK/moved"
}

# Moves the layer links of blobs that are gone. A push writes the blob before the link: a blob that is there again needs its link.
collect_layer_links() {
    awk 'BEGIN { FS = OFS = "\t" } FILENAME == ARGV[1] { blob[$1]; next }
        $2 ~ /^sha256:/ && !($2 in blob) { split($2, d, ":"); print "repositories/" $1 "/_layers/" d[1] "/" d[2] "/link", $2 }' "$WORK/now.blobs" "$WORK/now.layers" >"$WORK/layers"
    [ -s "$WORK/layers" ] || return 0
    cut -f 1 "$WORK/layers" >"$WORK/leaving"
    to_bin "$WORK/leaving"
    list "$WORK/now"
    awk -v run="$RUN" 'BEGIN { FS = OFS = "\t" } FILENAME == ARGV[1] { blob[$1]; next } $2 in blob { print $1, run }' "$WORK/now.blobs" "$WORK/layers" >"$WORK/missing"
    [ ! -s "$WORK/missing" ] || from_bins "$WORK/missing"
}

# Empties the bins that are older than KEEP_DELETED, and on a volume with less than a tenth of its space free, the oldest ones that are
# at least a day old. This run has moved back everything that is needed.
empty_bins() {
    list_due_bins
    if [ -s "$WORK/due" ] && [ -n "${CACHE:-}" ]; then
        purge_cache || { problem "the cache did not answer, so no bin was emptied"; return 0; }
        run sleep "${WAIT:-60}"
        heal "$WORK/now"
    fi
    while read -r bin age <&3; do
        [ "$age" -ge "$KEEP_DELETED" ] || { is_nearly_full && problem "the volume is nearly full, so the deleted files of $bin were emptied before their time"; } || continue
        held
        awk -v bin="$bin" 'BEGIN { FS = "\t" } index($1, bin "/docker/registry/v2/blobs/") == 1 { sum += $2 } END { printf "%d\n", sum }' "$WORK/bins.files" >>"$WORK/freed"
        run rclone purge "$bins/$bin" || { problem "the bin $bin could not be emptied"; break; }
        say "Emptied the bin of $bin."
    done 3<"$WORK/due"
    [ ! -e "$WORK/freed" ] || freed=$(awk '{ sum += $1 } END { printf "%d", sum }' "$WORK/freed")
    # A bucket has no directories. One that is empty for a day is seldom the target of a push, which then
    # works when it is repeated.
    case $STORAGE in /*) find "$files/blobs" -mindepth 3 -type d -empty -mtime +0 -exec rmdir {} + 2>/dev/null || true ;; esac
    list_bins
}

# Lists the bins that can be emptied, the oldest first, with their age in seconds. What was deleted after the run of a bin is only in the
# list of that run, so a bin is as old as the run that follows it.
list_due_bins() {
    list_bins
    cut -d / -f 1 "$WORK/bins.files" | sort -u | grep -E '^....-..-..T......Z$' | awk 'NR > 1 { print previous, $1 } { previous = $1 }' >"$WORK/pairs"
    while read -r bin next; do
        age=$((started - $(began "$next")))
        [ "$age" -ge 86400 ] || continue
        if [ "$age" -ge "$KEEP_DELETED" ] || is_nearly_full; then echo "$bin $age"; fi
    done <"$WORK/pairs" >"$WORK/due"
}

# When the run of a bin began, in seconds.
began() {
    echo "$1" | sed 's/^\(....-..-..\)T\(..\)\(..\)\(..\)Z$/\1 \2:\3:\4/' | { read -r time && date -u -d "$time" +%s; }
}

is_nearly_full() {
    case $STORAGE in /*) ;; *) return 1 ;; esac
    df -P "$STORAGE" | awk 'NR == 2 { known = 1; isFree = $4 * 10 >= $2 } END { exit !known || isFree }'
}

# Writes the report: compact JSON.
report() {
    touch "$WORK/problems" "$WORK/bins" "$WORK/bins.files" "$WORK/now.blobs" "$WORK/moved" "$WORK/deleted" "$WORK/unkept"
    if [ "${DRY_RUN:-}" = false ]; then unkept=0; else unkept=$(wc -l <"$WORK/unkept"); fi
    {
        printf '{"run":"%s","began":%s,"ended":%s,"succeeded":%s' "${RUN:-}" "${started:-0}" "$(date +%s)" "$1"
        awk 'BEGIN { FS = "\t" } { sum += $2 } END { printf ",\"blobs\":%d,\"bytes\":%.0f", NR, sum }' "$WORK/now.blobs"
        awk 'BEGIN { FS = "\t" } { sum += $2 } END { printf ",\"movedBlobs\":%d,\"movedBytes\":%.0f", NR, sum }' "$WORK/moved"
        awk 'BEGIN { FS = "\t" } { sum += $2 } END { printf ",\"binBytes\":%.0f", sum }' "$WORK/bins.files"
        printf ',"deletedTags":%d,"wouldDeleteTags":%d,"untaggedManifests":%d' "$(wc -l <"$WORK/deleted")" "$unkept" "${untagged:-0}"
        [ -z "${known_since:-}" ] || printf ',"imagesInUse":%d,"usesKnownSince":%d' "$used" "$known_since"
        printf ',"returnedFiles":%s,"freedBytes":%s' "${returned:-0}" "${freed:-0}"
        case $STORAGE in /*) df -P -k "$STORAGE" | awk 'NR == 2 { printf ",\"volumeBytes\":%.0f,\"freeBytes\":%.0f", $2 * 1024, $4 * 1024 }' ;; esac
        printf ',"problems":['
        quoted "$WORK/problems"
        printf ']}\n'
    } >"$WORK/report.tmp"
    mv "$WORK/report.tmp" "$WORK/report.json"
}

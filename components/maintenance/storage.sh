#!/bin/sh
# Lists, reads and moves the registry's files, on a volume and in a bucket. It only defines functions.
# STORAGE: rclone's path of the registry's root directory; CONFIG: its config.yml; REGISTRY: its program; WORK: a scratch directory.
# LEASE: a file that is touched while the run holds the Lease; unset to run without one.
# CACHE: `redis` if the registry caches descriptors there; another container then purges it.
#
# Lists are tab-separated. A digest is written as in a manifest, e.g. sha256:0123...
#   <list>.blobs       digest, size, time of the last change
#   <list>.revisions   repository, digest of a manifest
#   <list>.layers      repository, digest of a blob
#   <list>.tags        repository, tag, time of the last push, digest
#   <list>.empty       paths of links without content
#   <list>.needed      digests that the manifests in these lists refer to, and the manifests' own

export RCLONE_TRANSFERS=16 RCLONE_CHECKERS=16 RCLONE_LOG_LEVEL=ERROR RCLONE_STATS=0
export RCLONE_USE_SERVER_MODTIME=true RCLONE_NO_UPDATE_DIR_MODTIME=true RCLONE_LOCAL_NO_CHECK_UPDATED=true RCLONE_NO_TRAVERSE=true
export TZ=UTC

files=$STORAGE/docker/registry/v2
bins=$STORAGE/private-registry/bin
tab=$(printf '\t')

# Runs a program so that a signal ends both at once. A shell that waits for a program in the foreground handles signals afterwards.
run() {
    "$@" &
    child=$!
    wait "$child"
}
# Whatever runs may have its output redirected.
exec 9>&2
stopped() {
    for one in ${child:-} ${server:-}; do kill "$one" 2>/dev/null || true; done
    [ ! -e "$WORK/stop" ] || cat "$WORK/stop" >&9
    exit 143
}
trap stopped TERM INT

say() {
    echo "$*"
}

# Ends the run, with the reason in the log and in the report.
fail() {
    say "error: $*" >&2
    problem "$*"
    [ -z "${server:-}" ] || kill "$server" 2>/dev/null || true
    [ -z "${reporter:-}" ] || "$reporter" false
    exit 1
}

# Writes a problem to the report, which does not end the run.
problem() {
    printf '%s\n' "$*" >>"${problems:-$WORK/problems}"
}

# The last 20 lines of a file as strings of a JSON list, because a ConfigMap holds 1 MiB.
quoted() {
    tail -n 20 "$1" | tr '\t' ' ' | sed 's/[\\"]/\\&/g; s/.*/"&"/' | paste -s -d , - | tr -d '\n'
}

# Ends the run unless it still holds the Lease. Called before each change of the storage.
held() {
    [ -z "${LEASE:-}" ] || [ -n "$(find "$LEASE" -mmin -2 2>/dev/null)" ] || fail "another run may have the Lease, so nothing is changed any more"
}

# Lists all files of the registry except uploads. A directory that is deleted meanwhile makes a listing fail, which is then repeated.
list() {
    # In a bucket, a filter of directories would need a request for each of them.
    case $STORAGE in /*) uploads='/repositories/**/_uploads/**' ;; *) uploads= ;; esac
    attempt=1
    until run rclone lsf --recursive --files-only --format pst --separator "$tab" ${uploads:+--exclude "$uploads"} "$files" >"$1.files" 2>"$WORK/errors"; do
        [ "$attempt" -lt 10 ] || fail "the storage cannot be listed: $(tail -n 1 "$WORK/errors")"
        attempt=$((attempt + 1))
    done
    for part in blobs revisions layers taglinks empty; do : >"$1.$part"; done
    awk -v list="$1" 'BEGIN { FS = OFS = "\t" }
        { n = split($1, p, "/") }
        p[1] == "blobs" && n == 5 && p[5] == "data" { print p[2] ":" p[4], $2, $3 > (list ".blobs"); next }
        p[1] != "repositories" || p[n] != "link" { next }
        {
            for (i = 3; i < n && p[i] !~ /^_/; i++);
            repository = p[2]
            for (j = 3; j < i; j++) repository = repository "/" p[j]
            kind = p[i] "/" p[i + 1]
            if (p[i] == "_layers" && n == i + 3) print repository, p[i + 1] ":" p[i + 2] > (list ".layers")
            else if (kind == "_manifests/revisions" && n == i + 4) print repository, p[i + 2] ":" p[i + 3] > (list ".revisions")
            else if (kind == "_manifests/tags" && p[i + 3] == "current" && n == i + 4) print repository, p[i + 2], $3 > (list ".taglinks")
            else next
            if ($2 == 0) print $1 > (list ".empty")
        }' "$1.files" || fail "the listing cannot be read"
}

# Reads the digest of each tag in the list, which is of the registry's files or of another root. Tags that were deleted since then are omitted.
read_tags() {
    rm -rf "$WORK/links"
    mkdir -p "$WORK/links/repositories"
    awk 'BEGIN { FS = "\t" } { print "repositories/" $1 "/_manifests/tags/" $2 "/current/link" }' "$1.taglinks" >"$WORK/paths"
    : >"$WORK/digests"
    if [ -s "$WORK/paths" ]; then
        run rclone copy --files-from-raw "$WORK/paths" "${2:-$files}" "$WORK/links" || fail "the tags cannot be read"
        (cd "$WORK/links" && find repositories -name link -exec awk '
            FNR == 1 { n = split(FILENAME, p, "/"); name = p[2]
                for (i = 3; i < n - 4; i++) name = name "/" p[i]
                print name "\t" p[n - 2] "\t" $1 }' {} +) >"$WORK/digests"
    fi
    awk 'BEGIN { FS = OFS = "\t" }
        NR == FNR { digest[$1 FS $2] = $3; next }
        digest[$1 FS $2] != "" { print $1, $2, $3, digest[$1 FS $2] }' "$WORK/digests" "$1.taglinks" >"$1.tags"
}

# Reads the links of layers that were pushed with another digest than sha256, and writes both digests to `aliases`. The registry stores such
# a layer as sha256, and only the link names that.
read_aliases() {
    : >"$WORK/aliases"
    rm -rf "$WORK/links"
    mkdir -p "$WORK/links"
    awk 'BEGIN { FS = "\t" } $2 !~ /^sha256:/ { split($2, d, ":"); print "repositories/" $1 "/_layers/" d[1] "/" d[2] "/link" }' "$1.layers" >"$WORK/paths"
    [ -s "$WORK/paths" ] || return 0
    run rclone copy --files-from-raw "$WORK/paths" "$files" "$WORK/links" || fail "the links of layers cannot be read"
    find "$WORK/links" -name link -exec awk '
        FNR == 1 { n = split(FILENAME, p, "/"); print p[n - 2] ":" p[n - 1] "\t" $1 }' {} + | sort -u >"$WORK/aliases"
}

# Reads each of these manifests once: each string of the JSON is a record of awk. The digests in a manifest are its references, and those in an index are its children as well.
read_manifests() {
    mkdir -p "$WORK/manifests"
    touch "$WORK/read" "$WORK/references" "$WORK/indexes"
    # The registry accepts manifests of up to 4 MiB.
    awk 'BEGIN { FS = "\t" }
        FILENAME == ARGV[1] { read[$1]; next }
        FILENAME == ARGV[2] { if ($2 <= 4194304) size[$1] = $2; next }
        ($1 in size) && !($1 in read) { print $1; read[$1] }' "$WORK/read" "$1.blobs" "$2" >"$WORK/unread"
    [ -s "$WORK/unread" ] || return 0
    paths_of_blobs <"$WORK/unread" >"$WORK/paths"
    run rclone copy --files-from-raw "$WORK/paths" "$files" "$WORK/manifests" || fail "the manifests cannot be read"
    cat "$WORK/unread" >>"$WORK/read"
    # shellcheck disable=SC2016
    sed "s|^|$WORK/manifests/|" "$WORK/paths" | while read -r file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done |
        xargs -0 -r awk -v references="$WORK/references" -v indexes="$WORK/indexes" '
            BEGIN { RS = "\"" }
            FNR == 1 { n = split(FILENAME, p, "/"); digest = p[n - 3] ":" p[n - 1]; before = "" }
            before == "manifests" && /^[ \t\r\n]*:/ { print digest >> indexes }
            { before = $0 }
            /^sha(256|384|512):[0-9a-f]+$/ && !((digest, $0) in seen) { seen[digest, $0]; print digest "\t" $0 >> references }'
    rm -rf "$WORK/manifests"
}

# Reads these manifests, and the children of all indexes.
read_with_children() {
    read_manifests "$1" "$2"
    while :; do
        awk 'BEGIN { FS = "\t" } NR == FNR { index_[$1]; next } ($1 in index_) { print $2 }' "$WORK/indexes" "$WORK/references" >"$WORK/children"
        read_manifests "$1" "$WORK/children"
        [ -s "$WORK/unread" ] || break
    done
}

paths_of_blobs() {
    awk '{ split($1, d, ":"); print "blobs/" d[1] "/" substr(d[2], 1, 2) "/" d[2] "/data" }'
}

# Lists the registry's files, and reads tags and manifests. The children of an index are read even if nothing else names them.
survey() {
    list "$1"
    read_tags "$1"
    read_aliases "$1"
    awk 'BEGIN { FS = "\t" } { print $NF }' "$1.revisions" "$1.tags" >"$WORK/roots"
    read_with_children "$1" "$WORK/roots"
    awk 'BEGIN { FS = "\t" }
        FILENAME == ARGV[1] { index_[$1]; next }
        FILENAME == ARGV[2] { reference[FNR] = $2; next_[FNR] = first[$1]; first[$1] = FNR; next }
        { visit($1) }
        function visit(digest,   i) {
            if (digest in visited) return
            visited[digest]
            print digest
            for (i = first[digest]; i; i = next_[i]) if (digest in index_) visit(reference[i]); else print reference[i]
        }' "$WORK/indexes" "$WORK/references" "$WORK/roots" >"$WORK/reached"
    { cat "$WORK/reached" && cut -f 2 "$WORK/aliases"; } | sort -u >"$1.needed"
}

# Lists what is in the bins: path of the file, newest bin that has it, and size.
list_bins() {
    if ! run rclone lsf --recursive --files-only --format ps --separator "$tab" "$bins" >"$WORK/bins.files" 2>"$WORK/errors"; then
        # There is no bin yet.
        grep -q 'directory not found' "$WORK/errors" || fail "the bins cannot be listed: $(tail -n 1 "$WORK/errors")"
        : >"$WORK/bins.files"
    fi
    sort -r "$WORK/bins.files" | awk 'BEGIN { FS = OFS = "\t" }
        { bin = $1; sub(/\/.*/, "", bin); path = substr($1, length(bin) + 2) }
        sub(/^docker\/registry\/v2\//, "", path) && !(path in seen) { seen[path]; print path, bin, $2 }' >"$WORK/bins"
}

# Moves files of the registry, a path on each line, to this run's bin.
to_bin() {
    total=$(wc -l <"$1")
    first=1
    while [ "$first" -le "$total" ]; do
        held
        sed -n "$first,$((first + 999))p" "$1" >"$WORK/part"
        if ! run rclone move --files-from-raw "$WORK/part" "$files" "$bins/$RUN/docker/registry/v2"; then
            heal "$WORK/now"
            fail "not all files could be moved to the bin"
        fi
        first=$((first + 1000))
    done
}

# Moves files from the bins back, unless they exist again: path and bin on each line.
from_bins() {
    cut -f 2 "$1" | sort -u >"$WORK/from"
    while read -r bin <&3; do
        held
        awk -v bin="$bin" 'BEGIN { FS = "\t" } $2 == bin { print $1 }' "$1" >"$WORK/paths"
        run rclone move --ignore-existing --files-from-raw "$WORK/paths" "$bins/$bin/docker/registry/v2" "$files" || fail "not all files could be moved back from the bin"
    done 3<"$WORK/from"
    returned=$((returned + $(wc -l <"$1")))
}

# What a present tag or manifest needs, and is in a bin: path and bin.
#   the blobs in <list>.needed, and those that the registry has marked (a list of digests, may be empty)
#   the manifests that a tag or a present index of the same repository names
#   the layer links of the manifests in a repository
missing() {
    awk 'BEGIN { FS = OFS = "\t" }
        function path(digest, d) { split(digest, d, ":"); return d[1] "/" d[2] }
        function want(file) { if (file in bin && !(file in present)) { print file, bin[file]; present[file] } }
        FILENAME == ARGV[1] { bin[$1] = $2; next }
        FILENAME == ARGV[2] { present[$1]; next }
        FILENAME == ARGV[3] { index_[$1]; next }
        FILENAME == ARGV[4] { reference[FNR] = $2; next_[FNR] = first[$1]; first[$1] = FNR; next }
        FILENAME == ARGV[5] || FILENAME == ARGV[6] { split($1, d, ":"); want("blobs/" d[1] "/" substr(d[2], 1, 2) "/" d[2] "/data"); next }
        FILENAME == ARGV[7] { want("repositories/" $1 "/_manifests/revisions/" path($4) "/link"); next }
        {
            for (i = first[$2]; i; i = next_[i]) {
                if ($2 in index_) want("repositories/" $1 "/_manifests/revisions/" path(reference[i]) "/link")
                want("repositories/" $1 "/_layers/" path(reference[i]) "/link")
            }
        }' "$WORK/bins" "$1.files" "$WORK/indexes" "$WORK/references" "$1.needed" "$2" "$1.tags" "$1.revisions"
}

# Surveys the storage, and moves back what is needed and in a bin, until nothing is: what a run that was killed left, and what was
# pushed while files were moved.
heal() {
    rounds=0
    while :; do
        survey "$1"
        list_bins
        missing "$1" "${2:-/dev/null}" >"$WORK/missing"
        [ -s "$WORK/missing" ] || break
        rounds=$((rounds + 1))
        [ "$rounds" -le 20 ] || fail "files are needed again as fast as they are moved back"
        from_bins "$WORK/missing"
    done
}

# Marks with the registry's own garbage collection: it writes the digests in use to <list>.marked, and blobs that are not to
# <list>.eligible. The registry ends the marking of a repository early, without an error, if a manifest is deleted meanwhile. So each
# manifest that was there before and is still there must be marked, unless its blob is missing.
# The second argument is `untagged` to write manifests without a tag to <list>.untagged. Those that an index or another
# repository names are then marked in one place only. In a bucket, the registry does not name those of a repository without any tag.
mark() {
    tries=1
    while [ "$tries" -le 3 ]; do
        list "$WORK/before"
        if run "$REGISTRY" garbage-collect --dry-run ${2:+--delete-untagged} "$CONFIG" >"$1.output" 2>"$WORK/errors"; then
            list "$WORK/after"
            awk -v list="$1" -v untagged="${2:-}" 'BEGIN { FS = OFS = "\t" }
                function last(line, n, p) { n = split(line, p, " "); return p[n] }
                FILENAME == ARGV[1] && / marking (manifest|blob) / { repository = $0; sub(/: marking .*/, "", repository)
                    digest = last($0); print digest > (list ".marked")
                    anywhere[digest]
                    if ($0 ~ / marking manifest /) marked[repository FS digest]; next }
                FILENAME == ARGV[1] && /^blob eligible for deletion: / { print last($0) > (list ".eligible"); next }
                FILENAME == ARGV[1] && /^manifest eligible for deletion: / { split($0, p, /[{ ]+/); print p[5], p[6] > (list ".untagged"); marked[p[5] FS p[6]]; next }
                FILENAME == ARGV[1] && /^manifest tags path of repository .* does not exist/ { split($0, p, " "); tagless[p[6]]; next }
                FILENAME == ARGV[1] { next }
                FILENAME == ARGV[2] { blob[$1]; next }
                FILENAME == ARGV[3] { before[$1 FS $2]; next }
                ($1 in tagless) && (($1 FS $2) in before) { print $1, $2 > (list ".untagged"); next }
                untagged != "" && ($2 in anywhere) { next }
                ($1 FS $2) in before && !(($1 FS $2) in marked) && ($2 in blob) { print $1, $2 }' \
                "$1.output" "$WORK/after.blobs" "$WORK/before.revisions" "$WORK/after.revisions" >"$WORK/unmarked" || return 1
            touch "$1.marked" "$1.eligible" "$1.untagged"
            [ -s "$WORK/unmarked" ] || return 0
            say "The marking missed $(wc -l <"$WORK/unmarked") manifests."
        else
            say "The marking failed: $(grep -v '^time=' "$WORK/errors" | tail -n 1)"
        fi
        rm -f "$1.marked" "$1.eligible" "$1.untagged"
        tries=$((tries + 1))
    done
    return 1
}

# Removes the registry's descriptors from its cache. Without an answer within five minutes it fails.
purge_cache() {
    [ -n "${CACHE:-}" ] || return 0
    rm -f "$WORK/purged-cache" "$WORK/failed-cache"
    : >"$WORK/purge-cache"
    seconds=0
    while [ "$seconds" -lt 300 ]; do
        [ ! -e "$WORK/purged-cache" ] || return 0
        [ ! -e "$WORK/failed-cache" ] || return 1
        run sleep 1
        seconds=$((seconds + 1))
    done
    return 1
}

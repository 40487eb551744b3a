#!/bin/sh
# Retention: moves the tags that no rule keeps to the bin, and writes the ledger of push times. It only defines functions. `decide` is
# decide.awk: now, trustTimesFrom, and the lists rules, inUse, children and tags.
# RULES: the list of rules; unset without retention. DRY_RUN: `false` to delete; TRUST_TIMES_FROM: seconds; IN_USE: `true` if $WORK/in-use has
# the images in use, a reference on each line. Variables of storage.sh and collect.sh.
# shellcheck disable=SC2034,SC2154

# What runs leave for the next ones, next to the bins:
#   ledger.gz          when the last run began, and for each tag: repository, tag, digest, time of the push, `ledger` or `link`
#   in-use/<run>.gz    repository, digest or tag in use
# In a bin, `deleting` are the tags that the run was about to move: repository, tag, time of the link, digest and reason. `deleted` are those
# that stayed there.
state=$STORAGE/private-registry

list_state() {
    run rclone lsf --recursive --files-only --exclude '/bin/**' "$state" >"$WORK/state" 2>"$WORK/errors" ||
        grep -q 'directory not found' "$WORK/errors" || fail "the lists of former runs cannot be listed: $(tail -n 1 "$WORK/errors")"
}

# Stores a file, compressed. A run that is killed stores nothing.
store() {
    held
    rm -rf "$WORK/stored"
    mkdir -p "$(dirname "$WORK/stored/$2")"
    gzip <"$1" >"$WORK/stored/$2"
    run rclone move "$WORK/stored" "$state" || fail "$2 cannot be written"
}

# Reads a file that is stored, to standard output. Fails if it is damaged.
stored() {
    run rclone cat "$state/$1" >"$WORK/stored.gz" || fail "$1 cannot be read"
    gunzip <"$WORK/stored.gz"
}

# Finds when each tag was pushed, and writes `times`, the list of tags for `decide`. A tag has the ledger's time as long as its digest is the same.
find_times() {
    : >"$WORK/ledger"
    if grep -qx ledger.gz "$WORK/state" && ! stored ledger.gz >"$WORK/ledger" 2>"$WORK/errors"; then
        problem "the ledger of push times is damaged, so the times of the tags' files count"
        : >"$WORK/ledger"
    fi
    awk 'BEGIN { FS = OFS = "\t" }
        function seconds(time) { gsub(/[-:]/, " ", time); time = mktime(time); return time > 0 ? time : 0 }
        FILENAME == ARGV[1] && FNR == 1 { began = $2; next }
        FILENAME == ARGV[1] { row[$1 FS $2 FS $3] = $4 FS $5; next }
        ($1 FS $2 FS $4) in row { print $1, $2, $4, row[$1 FS $2 FS $4]; next }
        { time = seconds($3); print $1, $2, $4, time, (began != "" && time > began - 3600 ? "ledger" : "link") }' \
        "$WORK/ledger" "$WORK/now.tags" >"$WORK/times"
}

write_ledger() {
    {
        printf 'began\t%s\n' "$started"
        awk 'BEGIN { FS = "\t" } FILENAME == ARGV[1] { deleted[$1 FS $2]; next } !(($1 FS $2) in deleted)' "$WORK/deleted" "$WORK/times"
    } >"$WORK/ledger"
    store "$WORK/ledger" ledger.gz
}

# Finds what is in use: now, and in each list back to the newest one that is a day old. Without one, nothing that may be in use is deleted.
find_uses() {
    : >"$WORK/uses"
    is_use_known=true
    [ "${IN_USE:-}" = true ] || return 0
    # At least the pod of this run is in use.
    [ -s "$WORK/in-use" ] || fail "the list of images in use is missing, so nothing was deleted"
    resolve_uses
    used=$(wc -l <"$WORK/uses")
    store "$WORK/uses" "in-use/$RUN.gz"
    is_use_known=false
    known_since=$started
    sed -n 's|^in-use/\(20..-..-..T......Z\)\.gz$|\1|p' "$WORK/state" | sort -r >"$WORK/lists"
    : >"$WORK/old.lists"
    while read -r name <&3; do
        if [ "$is_use_known" = true ]; then
            [ $((started - $(began "$name"))) -le 691200 ] || echo "$name.gz" >>"$WORK/old.lists"
            continue
        fi
        stored "in-use/$name.gz" >>"$WORK/uses" || fail "in-use/$name.gz is damaged"
        known_since=$(began "$name")
        [ $((started - known_since)) -lt 86400 ] || is_use_known=true
    done 3<"$WORK/lists"
    [ "$is_use_known" = true ] ||
        say "The images in use are known since $(time_of "$known_since"). No tag and no manifest is deleted before $(time_of $((known_since + 86400))) UTC."
    [ ! -s "$WORK/old.lists" ] || run rclone move --files-from-raw "$WORK/old.lists" "$state/in-use" "$bins/$RUN/in-use" || fail "old lists of images in use cannot be moved"
}

# Finds the repositories, tags and digests that references name. The host is ignored, because a registry has several names. Whether the first
# component is a host is not certain, so both count. Reserved repositories need no protection.
resolve_uses() {
    awk 'BEGIN { FS = OFS = "\t" }
        function use(repository) {
            if (!(repository in known) || index(repository, "private-registry/") == 1) return
            if (digest != "") print repository, digest
            if (tag == "") return
            print repository, tag
            if ((repository FS tag) in is) print repository, is[repository FS tag]
        }
        FILENAME == ARGV[1] { known[$1]; is[$1 FS $2] = $4; next }
        FILENAME == ARGV[2] { known[$1]; next }
        {
            name = $0
            sub(/^[a-z-]+:\/\//, "", name)
            digest = tag = ""
            if (i = index(name, "@")) { digest = substr(name, i + 1); name = substr(name, 1, i - 1) }
            n = split(name, p, "/")
            if (i = index(p[n], ":")) { tag = substr(p[n], i + 1); name = substr(name, 1, length(name) - length(p[n]) + i - 1) }
            if (digest !~ /^[a-z0-9]+:[0-9a-f]+$/) digest = ""
            if (tag !~ /^[A-Za-z0-9_][A-Za-z0-9._-]*$/) tag = ""
            if (tag == "" && digest == "") tag = "latest"
            use(name)
            if (n > 1 && (p[1] ~ /[.:]/ || p[1] == "localhost")) use(substr(name, length(p[1]) + 2))
        }' "$WORK/now.tags" "$WORK/now.revisions" "$WORK/in-use" | sort -u >"$WORK/uses"
}

# Decides, and moves the tags that are not kept.
retain() {
    [ -n "${RULES:-}" ] || return 0
    awk 'BEGIN { FS = OFS = "\t" }
        FILENAME == ARGV[1] { index_[$1]; next }
        FILENAME == ARGV[2] { reference[FNR] = $2; next_[FNR] = first[$1]; first[$1] = FNR; next }
        $2 in index_ { for (i = first[$2]; i; i = next_[i]) print $1, $2, reference[i] }' \
        "$WORK/indexes" "$WORK/references" "$WORK/now.revisions" >"$WORK/family"
    decide "$started" "${TRUST_TIMES_FROM:-}" "$RULES" "$WORK/uses" "$WORK/family" "$WORK/times" >"$WORK/decisions" ||
        fail "the tags to keep cannot be decided, so none was deleted"
    awk 'BEGIN { FS = OFS = "\t" } $4 == "keep" { sub(/ of sha256:.*/, " of an image that is kept", $5); count[$5]++ }
        END { for (reason in count) print "Kept " count[reason] " tags: " reason "." }' "$WORK/decisions" | sort
    awk 'BEGIN { FS = OFS = "\t" } NR == FNR { time[$1 FS $2] = $3; next }
        $4 == "delete" { print $1, $2, time[$1 FS $2], $3, $5 }' "$WORK/now.tags" "$WORK/decisions" >"$WORK/unkept"
    if [ "${DRY_RUN:-}" != false ]; then
        name_tags "would delete" "$WORK/unkept"
    elif [ "$is_use_known" = true ]; then
        delete_tags
    fi
}

name_tags() {
    awk -v what="$1" 'BEGIN { FS = "\t" } { print what " " $1 ":" $2 " (" $4 "): " $5 }' "$2"
}

# Moves tags in batches, so that the Lease is looked at, and in a bucket little time passes between the last look and the move.
delete_tags() {
    [ -s "$WORK/unkept" ] || return 0
    held
    rclone rcat "$bins/$RUN/deleting" <"$WORK/unkept" || fail "the tags to delete cannot be written, so none was deleted"
    rm -f "$WORK"/batch.*
    awk -v name="$WORK/batch." 'NR % 100 == 1 { close(file); file = name int(NR / 100) } { print > file }' "$WORK/unkept"
    for batch in "$WORK"/batch.*; do
        held
        case $STORAGE in
        /*) rename_tags "$batch" ;;
        *) move_tags "$batch" ;;
        esac
    done
    return_pushed "$RUN" "$WORK/unkept"
    cp "$WORK/stayed" "$WORK/deleted"
    name_tags deleted "$WORK/deleted"
}

# On a volume, a tag's folder is renamed, and looked at afterwards.
rename_tags() {
    while IFS=$tab read -r name tag _ <&4; do
        folder=repositories/$name/_manifests/tags
        mkdir -p "$bins/$RUN/docker/registry/v2/$folder"
        mv -T "$files/$folder/$tag" "$bins/$RUN/docker/registry/v2/$folder/$tag" 2>"$WORK/errors" || [ ! -e "$files/$folder/$tag" ] ||
            fail "the tag $name:$tag cannot be moved: $(tail -n 1 "$WORK/errors")"
    done 4<"$1"
}

# In a bucket, the link is looked at right before it is moved, and afterwards.
move_tags() {
    read_links "$1" "$files"
    awk 'BEGIN { FS = "\t" }
        FILENAME == ARGV[1] { is[$1 FS $2] = $3 FS $4; next }
        FILENAME == ARGV[2] { if (is[$1 FS $2] == $3 FS $4) leaves["repositories/" $1 "/_manifests/tags/" $2 "/"]; next }
        match($1, /\/_manifests\/tags\/[^\/]+\//) && substr($1, 1, RSTART + RLENGTH - 1) in leaves { print $1 }' \
        "$WORK/links.tags" "$1" "$WORK/now.files" >"$WORK/leaving"
    to_bin "$WORK/leaving"
}

# Reads what tags are now, or in a bin: `links.tags`, with the columns of a list of tags. The arguments are such a list and the root.
read_links() {
    awk 'BEGIN { FS = "\t" } { print "repositories/" $1 "/_manifests/tags/" $2 "/current/link" }' "$1" >"$WORK/paths"
    run rclone lsf --recursive --files-only --format pt --separator "$tab" --files-from-raw "$WORK/paths" "$2" >"$WORK/found" || fail "the tags cannot be read"
    awk 'BEGIN { FS = OFS = "\t" } { n = split($1, p, "/"); name = p[2]; for (i = 3; i < n - 4; i++) name = name "/" p[i]; print name, p[n - 2], $2 }' \
        "$WORK/found" >"$WORK/links.taglinks"
    read_tags "$WORK/links" "$2"
}

# Moves tags back that were pushed after the decision, unless they were pushed again after the move. The arguments are the bin and the
# decisions; those that stay in the bin are written to `stayed`. In a bucket, the move has changed the time.
return_pushed() {
    root=$bins/$1/docker/registry/v2
    read_links "$2" "$root"
    : >"$WORK/stayed"
    : >"$WORK/back"
    case $STORAGE in /*) is_timed=1 ;; *) is_timed= ;; esac
    awk -v stayed="$WORK/stayed" -v back="$WORK/back" -v isTimed="$is_timed" 'BEGIN { FS = OFS = "\t" }
        FILENAME == ARGV[1] { time[$1 FS $2] = $3; digest[$1 FS $2] = $4; next }
        !(($1 FS $2) in digest) { next }
        { print > (digest[$1 FS $2] == $4 && (!isTimed || time[$1 FS $2] == $3) ? stayed : back) }' "$WORK/links.tags" "$2"
    [ -s "$WORK/back" ] || return 0
    cat "$WORK/back" >>"$WORK/pushed"
    awk 'BEGIN { FS = "\t" } { print "left " $1 ":" $2 ": it was pushed during the run" }' "$WORK/back"
    case $STORAGE in
    /*)
        while IFS=$tab read -r name tag _ <&4; do
            folder=repositories/$name/_manifests/tags
            mkdir -p "$files/$folder"
            # A rename fails if the tag exists again.
            mv -T "$root/$folder/$tag" "$files/$folder/$tag" 2>"$WORK/errors" || [ -e "$files/$folder/$tag" ] ||
                fail "the tag $name:$tag cannot be moved back: $(tail -n 1 "$WORK/errors")"
        done 4<"$WORK/back"
        ;;
    *)
        list_bins
        awk -v bin="$1" 'BEGIN { FS = OFS = "\t"; root = bin "/docker/registry/v2/" }
            NR == FNR { back["repositories/" $1 "/_manifests/tags/" $2 "/"]; next }
            index($1, root) != 1 { next }
            { path = substr($1, length(root) + 1) }
            match(path, /\/_manifests\/tags\/[^\/]+\//) && substr(path, 1, RSTART + RLENGTH - 1) in back { print path, bin }' \
            "$WORK/back" "$WORK/bins.files" >"$WORK/missing"
        from_bins "$WORK/missing"
        ;;
    esac
}

# In a bucket, a tag that is pushed in the moment between the last look and the move is lost. Names the manifests that were pushed during
# the run to a repository with deleted tags, and have no tag.
name_untagged_pushes() {
    case $STORAGE in /*) return 0 ;; esac
    survey "$WORK/now"
    awk -v began="$(time_of "$started")" 'BEGIN { FS = "\t" }
        FILENAME == ARGV[1] { deleted[$1]; next }
        FILENAME == ARGV[2] { named[$1 FS $4]; next }
        FILENAME == ARGV[3] { index_[$1]; next }
        FILENAME == ARGV[4] { if ($1 in index_) child[$2]; next }
        $3 < began || !match($1, /\/_manifests\/revisions\/[^\/]+\/[^\/]+\/link$/) { next }
        {
            name = substr($1, 14, RSTART - 14)
            split(substr($1, RSTART + 1), p, "/")
            digest = p[3] ":" p[4]
        }
        (name in deleted) && !((name FS digest) in named) && !(digest in child) {
            print name "@" digest " was pushed during the run and has no tag; if it should have one that the log names as deleted, add it: crane tag " name "@" digest " <tag>"
        }' "$WORK/deleted" "$WORK/now.tags" "$WORK/indexes" "$WORK/references" "$WORK/now.files" >"$WORK/untagged.pushes"
    while read -r line; do problem "$line"; done <"$WORK/untagged.pushes"
}

# Looks once more at the tags that a run has moved: an upload may have been under way, or the run was killed before it looked.
settle_tags() {
    : >"$WORK/pushed"
    list_bins
    awk 'BEGIN { FS = "\t" } { n = split($1, p, "/") }
        n == 2 && p[2] == "deleting" { open[p[1]] }
        n == 2 && p[2] == "deleted" { settled[p[1]] }
        END { for (bin in open) if (!(bin in settled)) print bin }' "$WORK/bins.files" >"$WORK/open"
    while read -r bin <&3; do
        run rclone cat "$bins/$bin/deleting" >"$WORK/unsettled" || fail "$bin/deleting cannot be read"
        return_pushed "$bin" "$WORK/unsettled"
        [ "$bin" != "$RUN" ] || cp "$WORK/stayed" "$WORK/deleted"
        held
        rclone rcat "$bins/$bin/deleted" <"$WORK/stayed" || fail "$bin/deleted cannot be written"
    done 3<"$WORK/open"
}

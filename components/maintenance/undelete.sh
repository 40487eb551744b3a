#!/bin/sh
# Brings back what was deleted since it was last listed by a run, as long as its blobs are in the storage or in a bin. It only defines
# functions.
# Variables of storage.sh.
# shellcheck disable=SC2034,SC2154

# The argument is <repository>, <repository>:<tag> or <repository>@<digest>.
undelete() {
    repository=${1%%[@:]*}
    tag='' digest=''
    case $1 in
    *@*) digest=${1#*@} ;;
    *:*) tag=${1#*:} ;;
    esac
    returned=0
    heal "$WORK/now"
    find_names
    restore_manifests
    restore_links
    awk -v repository="$repository" 'BEGIN { FS = "\t" } { print "Brought back " repository ($1 == "-" ? "" : ":" $1) ", " $2 "." }' "$WORK/wanted"
}

# Writes tag and digest of what is to come back to `wanted`, from the newest list of names that has it. The tag is `-` if there is none,
# because `read` drops an empty field.
find_names() {
    : >"$WORK/names"
    cut -d / -f 1 "$WORK/bins.files" | sort -ru >"$WORK/runs"
    while read -r bin <&3; do
        run rclone cat "$bins/$bin/names.gz" 2>"$WORK/errors" | gunzip >"$WORK/part" 2>/dev/null || continue
        awk -v repository="$repository" 'BEGIN { FS = "\t" } ($1 "") == repository' "$WORK/part" >>"$WORK/names"
    done 3<"$WORK/runs"
    # With an empty string, awk does not compare 1.1 and 1.10 as numbers.
    awk -v tag="$tag" -v digest="$digest" 'BEGIN { FS = OFS = "\t" }
        digest != "" { if ($3 == digest && !found++) print "-", $3; next }
        tag != "" { if (($2 "") == tag && !found++) print $2, $3; next }
        $2 != "" && !(($2 "") in seen) { seen[$2 ""]; print $2, $3 }' "$WORK/names" >"$WORK/wanted"
    [ -s "$WORK/wanted" ] || fail "no run that is still kept has listed $repository${tag:+:$tag}${digest:+@$digest}, so it cannot be brought back"
    # Tags that exist stay as they are.
    awk -v repository="$repository" -v one="$tag" 'BEGIN { FS = OFS = "\t" }
        FILENAME == ARGV[1] { if (($1 "") == repository) now[$2] = $4; next }
        $1 == "-" || now[$1] == "" { print; next }
        one != "" { print $1, now[$1] > "/dev/stderr" }' "$WORK/now.tags" "$WORK/wanted" >"$WORK/absent" 2>"$WORK/taken"
    if [ -s "$WORK/taken" ]; then
        fail "$repository:$tag exists, and is $(cut -f 2 "$WORK/taken"); delete it first, or bring the other one back by its digest, $(cut -f 2 "$WORK/wanted")"
    fi
    mv "$WORK/absent" "$WORK/wanted"
    [ -s "$WORK/wanted" ] || fail "all tags of $repository that were listed exist"
    cut -f 3 "$WORK/names" | sort -u >"$WORK/listed"
    cut -f 2 "$WORK/wanted" | sort -u >"$WORK/restored"
}

# Moves the manifests, an index's children that were listed, and all their blobs back. Nothing is written if one of them is gone.
restore_manifests() {
    while :; do
        return_blobs "$WORK/restored"
        list "$WORK/now"
        read_manifests "$WORK/now" "$WORK/restored"
        awk 'BEGIN { FS = "\t" }
            FILENAME == ARGV[1] { index_[$1]; next }
            FILENAME == ARGV[2] { listed[$1]; next }
            FILENAME == ARGV[3] { restored[$1]; print; next }
            ($1 in index_) && ($1 in restored) && ($2 in listed) && !($2 in restored) { print $2; restored[$2] }' \
            "$WORK/indexes" "$WORK/listed" "$WORK/restored" "$WORK/references" >"$WORK/with.children"
        [ "$(wc -l <"$WORK/with.children")" -gt "$(wc -l <"$WORK/restored")" ] || break
        mv "$WORK/with.children" "$WORK/restored"
    done
    # A manifest may name digests that were never pushed here, e.g. that of its base image. Layers have links, here or in a bin.
    awk -v repository="$repository" 'BEGIN { FS = "\t"; prefix = "repositories/" repository "/_layers/" }
        FILENAME == ARGV[1] { restored[$1]; next }
        FILENAME == ARGV[2] { index_[$1]; next }
        FILENAME == ARGV[3] { if (($1 "") == repository) linked[$2]; next }
        FILENAME == ARGV[4] { if (index($1, prefix) == 1) { split(substr($1, length(prefix) + 1), p, "/"); linked[p[1] ":" p[2]] } next }
        ($1 in restored) && !($1 in index_) && ($2 in linked) && $2 ~ /^sha256:/ { print $2 }' \
        "$WORK/restored" "$WORK/indexes" "$WORK/now.layers" "$WORK/bins" "$WORK/references" | sort -u >"$WORK/layers"
    return_blobs "$WORK/layers"
    list "$WORK/now"
    awk 'BEGIN { FS = "\t" } FILENAME == ARGV[1] { blob[$1]; next } !($1 in blob)' "$WORK/now.blobs" "$WORK/restored" "$WORK/layers" >"$WORK/lost"
    [ ! -s "$WORK/lost" ] || fail "the blob $(head -n 1 "$WORK/lost") is in no bin any more, so nothing was brought back"
}

# Moves the blobs with these digests back, as far as they are missing and in a bin.
return_blobs() {
    paths_of_blobs <"$1" | awk 'BEGIN { FS = OFS = "\t" }
        FILENAME == ARGV[1] { bin[$1] = $2; next }
        FILENAME == ARGV[2] { present[$1]; next }
        ($1 in bin) && !($1 in present) { print $1, bin[$1] }' "$WORK/bins" "$WORK/now.files" - >"$WORK/missing"
    [ ! -s "$WORK/missing" ] || from_bins "$WORK/missing"
}

# Writes the links of manifests and layers, and then those of tags. Links that exist stay.
restore_links() {
    rm -rf "$WORK/new"
    folder=$WORK/new/repositories/$repository
    link() {
        mkdir -p "$folder/$1"
        printf %s "$2" >"$folder/$1/link"
    }
    while read -r hash; do link "_manifests/revisions/$(path_of "$hash")" "$hash"; done <"$WORK/restored"
    while read -r hash; do link "_layers/$(path_of "$hash")" "$hash"; done <"$WORK/layers"
    add_links
    while IFS=$tab read -r name hash; do
        [ "$name" != - ] || continue
        link "_manifests/tags/$name/index/$(path_of "$hash")" "$hash"
        link "_manifests/tags/$name/current" "$hash"
    done <"$WORK/wanted"
    add_links
}

path_of() {
    echo "${1%%:*}/${1#*:}"
}

add_links() {
    held
    run rclone copy --ignore-existing "$WORK/new" "$files" || fail "not all links could be written; run the command again"
}

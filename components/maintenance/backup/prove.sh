#!/bin/sh
# Proves that the backup can be restored: every four weeks, a registry serves the newest snapshot, and one image of each repository is pulled
# from it. It only defines functions.
# PROOF: a scratch directory; PROOF_LIMIT: most bytes of blobs. Variables of storage.sh, bucket.sh and backup.sh.
# shellcheck disable=SC2034,SC2154

prove_monthly() {
    [ $((started - proved)) -ge 2419200 ] || return 0
    held
    choose_images
    restore_images
    serve_images
    proved=$started
    store_checks
    say "Restored all links, and pulled $(wc -l <"$WORK/chosen") images of $(cut -f 1 "$snapshot.tags" | sort -u | wc -l) repositories from the backup."
}

# Chooses the smallest image of each repository, as many as the limit allows: repository, tag and digest. Their blobs are `proof.blobs`.
choose_images() {
    : >"$WORK/proof.blobs"
    awk -v limit="$PROOF_LIMIT" -v blobs="$WORK/proof.blobs" 'BEGIN { FS = OFS = "\t" }
        FILENAME == ARGV[1] { size[$1] = $2; next }
        FILENAME == ARGV[2] { data[$1 FS $2] = $3; next }
        FILENAME == ARGV[3] { data[$1 FS $2] = $2; next }
        FILENAME == ARGV[4] { reference[FNR] = $2; next_[FNR] = first[$1]; first[$1] = FNR; next }
        function add(repository, digest,   i, one) {
            one = data[repository FS digest]
            if (one == "" || (one in part)) return 0
            part[one]
            sum += size[one]
            for (i = first[digest]; i; i = next_[i]) add(repository, reference[i])
        }
        { split("", part); sum = 0; add($1, $3) }
        !($1 in least) { name[++n] = $1 }
        !($1 in least) || sum < least[$1] { least[$1] = sum; image[$1] = $0 }
        END {
            for (k = 1; k <= n; k++) {
                split(image[name[k]], row, FS)
                split("", part); sum = 0; add(row[1], row[3])
                if (total + sum > limit) continue
                total += sum
                for (one in part) if (!(one in written)) { written[one]; print one > blobs }
                print row[1], row[2], row[3]
            }
        }' "$snapshot.blobs" "$snapshot.layers" "$snapshot.manifests" "$WORK/references" "$snapshot.tags" >"$WORK/chosen" ||
        fail "the images to restore cannot be chosen"
}

# Restores the links and these blobs from the backup, as after the loss of the registry.
restore_images() {
    rm -rf "${PROOF:?}"/*
    unpack_links "$RUN" "$PROOF" || fail "the links of the snapshot $RUN cannot be unpacked, so it cannot be restored"
    paths_of_blobs <"$WORK/proof.blobs" >"$WORK/paths"
    run rclone copy --files-from-raw "$WORK/paths" "$copy/docker/registry/v2" "$PROOF/docker/registry/v2" ||
        fail "the blobs of the snapshot $RUN cannot be read, so it cannot be restored"
}

# Serves what was restored on loopback, and pulls the images.
serve_images() {
    address=127.0.0.1:5055
    cat >"$WORK/proof.yml" <<CONFIG
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $PROOF}}
http: {addr: "$address"}
CONFIG
    "$REGISTRY" serve "$WORK/proof.yml" >"$WORK/proof.log" 2>&1 &
    server=$!
    tries=0
    until wget -q -O /dev/null "http://$address/v2/" 2>/dev/null; do
        tries=$((tries + 1))
        { kill -0 "$server" && [ "$tries" -lt 60 ]; } 2>/dev/null || fail "the registry with the restored images does not start: $(tail -n 1 "$WORK/proof.log")"
        run sleep 1
    done
    : >"$WORK/unpulled"
    while IFS=$tab read -r name tag digest <&3; do
        pull "$name" "manifests/$tag" "$digest" && pull_parts "$name" "$digest" || echo "$name:$tag" >>"$WORK/unpulled"
    done 3<"$WORK/chosen"
    kill "$server"
    wait "$server" 2>/dev/null || true
    server=
    rm -rf "${PROOF:?}"/*
    [ ! -s "$WORK/unpulled" ] || fail "after a restore from the snapshot $RUN, $(head -n 1 "$WORK/unpulled") could not be pulled"
}

# Reads a manifest or blob from the registry, and compares its digest.
pull() {
    accept='application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json'
    sum=$(wget -q -O - --header "Accept: $accept" "http://$address/v2/$1/$2" | "${3%%:*}sum") || return 1
    [ "${sum%% *}" = "${3#*:}" ]
}

# Pulls what a manifest names, as far as the snapshot has it.
pull_parts() {
    awk -v repository="$1" -v root="$2" 'BEGIN { FS = OFS = "\t" }
        FILENAME == ARGV[1] { if ($1 == repository) kind[$2] = "blobs"; next }
        FILENAME == ARGV[2] { if ($1 == repository) kind[$2] = "manifests"; next }
        { reference[FNR] = $2; next_[FNR] = first[$1]; first[$1] = FNR }
        function visit(digest,   i) {
            for (i = first[digest]; i; i = next_[i]) if ((reference[i] in kind) && !(reference[i] in seen)) {
                seen[reference[i]]
                print kind[reference[i]] "/" reference[i], reference[i]
                visit(reference[i])
            }
        }
        END { visit(root) }' "$snapshot.layers" "$snapshot.manifests" "$WORK/references" >"$WORK/parts"
    while IFS=$tab read -r path hash <&4; do pull "$1" "$path" "$hash" || return 1; done 4<"$WORK/parts"
}

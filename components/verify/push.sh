#!/bin/sh
# Logs in to the registry, and pushes an image with layers that are in this script's variables, so that nothing has to be pulled before.
# REPOSITORY: the image's repository; BLOBS: on each line a digest and the content, in base64; MANIFESTS: on each line what to push the
# manifest as, its media type and its content; DIGEST: of the index, which is the last manifest.
# TIMES: how many times in a row the login must be accepted; SETTLING: seconds for which a push that fails is repeated. Variables of
# requests.sh.
# shellcheck disable=SC2034,SC2153,SC2154

# The kubelet takes about a minute to update a changed password in a running pod, and a node some time to reach a new one.
log_in() {
    step=login
    begin_waiting
    accepted=0
    while [ "$accepted" -lt "$TIMES" ]; do
        registry "" /verify/login "$URL/v2/"
        if [ "$status" = 200 ]; then
            accepted=$((accepted + 1))
        else
            accepted=0
            still_waiting || fail "$(answered)"
            sleep 1
        fi
    done
    step="wrong login"
    registry "" /verify/wrong-login "$URL/v2/"
    [ "$status" = 401 ] || fail "a wrong password must be answered with HTTP status 401, but $(answered)"
}

# Uploads a blob, even if the registry has it, because that would prove nothing.
push_blob() {
    registry "" /verify/login -X POST --data-binary @- "$URL/v2/$REPOSITORY/blobs/uploads/"
    [ "$status" = 202 ] || fail "no upload can begin: $(answered)"
    case $location in
        /*) location=$URL$location ;;
    esac
    case $location in
        *\?*) location="$location&digest=$1" ;;
        *) location="$location?digest=$1" ;;
    esac
    registry "$2" /verify/login -X PUT -H "Content-Type: application/octet-stream" --data-binary @- "$location"
    [ "$status" = 201 ] || fail "the layer $1 was not stored: $(answered)"
}

push_manifest() {
    registry "$3" /verify/login -X PUT -H "Content-Type: $2" --data-binary @- "$URL/v2/$REPOSITORY/manifests/$1"
    [ "$status" = 201 ] || fail "the manifest $1 was not stored: $(answered)"
}

push() {
    while read -r digest content; do push_blob "$digest" "$content"; done <<EOS
$BLOBS
EOS
    while read -r reference type content; do push_manifest "$reference" "$type" "$content"; done <<EOS
$MANIFESTS
EOS
    registry "" /verify/login --head -H "Accept: $type" "$URL/v2/$REPOSITORY/manifests/$DIGEST"
    [ "$status" = 200 ] || fail "the index was stored, and is missing: $(answered)"
    case $answer in
        *"$DIGEST"*) ;;
        *) fail "the registry does not say that the index has the digest $DIGEST" ;;
    esac
}

set -eu
trap 'exit 1' TERM INT
log_in
step=push
# Right after a rollout, a pod that is being replaced may still answer, with its former settings.
PATIENCE=$SETTLING
begin_waiting
until message=$(push 2>&1); do
    still_waiting || {
        echo "$message" >&2
        exit 1
    }
    sleep 1
done
# The failures of earlier attempts are no reason.
: >/dev/termination-log
echo "pushed: $REPOSITORY@$DIGEST"

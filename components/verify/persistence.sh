#!/bin/sh
# Deletes one of the registry's pods, waits until it is replaced, and reads the image from the new pod.
# PODS: the path of the namespace's pods at the API server; SELECTOR: of the registry's pods, as in a query; PORT: on which they listen.
# REPOSITORY: the image's repository; CONTENTS: on each line `blobs` or `manifests`, and the digest; ACCEPT: their media types. Variables of
# requests.sh.
# shellcheck disable=SC2034,SC2153,SC2154

# Prints the pods that are ready, and not being deleted.
ready_pods() { pods "$PODS?labelSelector=$SELECTOR" | awk '$2 == $3 && $4 == "Running"'; }

# Prints the addresses of those pods in a list that are not in another one.
new_pods() {
    printf '%s\n%s\n' "$1" "--$newline$2" | awk '$1 == "--" { isNew = 1; next } !isNew { old[$1]; next } NF && !($1 in old) { print $5 }'
}

set -eu
trap 'exit 1' TERM INT
step="death of a pod"
await_cluster "$PODS"
old=$(ready_pods)
[ -n "$old" ] || fail "no pod of the registry is ready"
victim=${old%% *}
count=$(echo "$old" | wc -l)
cluster DELETE "$PODS/$victim" application/json >/dev/null || fail "the API server does not delete the pod $victim"
begin_waiting
while :; do
    now=$(ready_pods)
    address=$(new_pods "$old" "$now" | head -n 1)
    if [ -n "$address" ] && [ "$(echo "$now" | grep -vc "^$victim ")" -ge "$count" ]; then break; fi
    still_waiting || fail "the pod $victim was deleted, and is not replaced by a ready one after $PATIENCE s: $(
        pods "$PODS?labelSelector=$SELECTOR" | awk '{ printf "%s%s is %s", separator, $1, $4; separator = ", " }'
    )"
    sleep 1
done
case $address in
    *:*) SERVICE="[$address]:$PORT" ;;
    *) SERVICE="$address:$PORT" ;;
esac
begin_waiting
while read -r kind digest; do
    while :; do
        registry "" /verify/login --head -H "Accept: $ACCEPT" "$URL/v2/$REPOSITORY/$kind/$digest"
        # A network policy may need a moment for the new pod.
        if [ "$status" != 000 ] || ! still_waiting; then break; fi
        sleep 1
    done
    case $status in
        200)
            found=$(digest_of -H "Accept: $ACCEPT" "$URL/v2/$REPOSITORY/$kind/$digest")
            [ "$found" = "$digest" ] || fail "after the death of the pod $victim, the registry serves $found as $digest"
            ;;
        # The storage serves the blob, after the registry has found it.
        307) ;;
        *) fail "the death of the pod $victim has destroyed $digest: $(answered)" ;;
    esac
done <<EOS
$CONTENTS
EOS
echo "survived the death of the pod $victim: $REPOSITORY"

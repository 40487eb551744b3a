#!/bin/sh
# Holds a Lease of the API server, so that one pod at a time works on the storage. `acquire` waits until the Lease is free, takes it
# and exits; it fails after ten minutes. `hold` renews it: /work/lease exists as long as this pod holds it. When `hold` is stopped, it
# stores /work/report.json, one line of JSON, in a ConfigMap, and releases the Lease.
# LEASE_OBJECT, REPORT_OBJECT: the paths of Lease and ConfigMap at the API server; POD: the pod's name.
# SERVER_PODS: the path of the list of the registry's pods on this node, for a volume that one node can mount; else unset. Once there is
# none, /work/stop exists, which ends the run.
set -u
credentials=/maintenance/credentials
# Seconds. A Lease that was not renewed for its duration is free.
duration=120
interval=30
patience=600

case $KUBERNETES_SERVICE_HOST in
    *:*) server="https://[$KUBERNETES_SERVICE_HOST]:$KUBERNETES_SERVICE_PORT" ;;
    *) server="https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT" ;;
esac

# Sends a request with the path and the further arguments of curl, and prints the status; the response is in /tmp/response, as YAML,
# whose lines show which field belongs to which object.
request() {
    path=$1
    shift
    curl -s --cacert "$credentials/ca.crt" -o /tmp/response -w '%{http_code}' -H "Accept: application/yaml" -H "@-" \
        "$@" "$server$path" <<HEADER
Authorization: Bearer $(cat "$credentials/token")
HEADER
}

# Patches an object with a file; the further arguments are those of curl.
patch() {
    path=$1
    file=$2
    shift 2
    request "$path?fieldManager=private-registry-maintenance" -X PATCH \
        -H "Content-Type: application/merge-patch+json" --data-binary "@$file" "$@"
}

# Prints a field of a section in the response, e.g. `spec holderIdentity`; nothing if it is missing or empty.
field() {
    awk -v section="$1:" -v key="$2:" '
        /^[^ ]/ { on = ($1 == section) }
        on && /^  [^ ]/ && $1 == key { gsub(/["'\'']/, "", $2); if ($2 != "null") print $2; exit }
    ' /tmp/response
}

now() {
    date +%s
}

timestamp() {
    date -u +%Y-%m-%dT%H:%M:%S.000000Z
}

# Writes the patch that takes or renews the Lease of the response. Its version makes the API server refuse the patch (409) if another
# pod was faster.
write_patch() {
    time=$(timestamp)
    transitions=$(field spec leaseTransitions)
    acquired=$(field spec acquireTime)
    if [ "$(field spec holderIdentity)" != "$POD" ]; then
        transitions=$((${transitions:-0} + 1))
        acquired=$time
    fi
    printf '{"metadata":{"resourceVersion":"%s"},"spec":{"holderIdentity":"%s","leaseDurationSeconds":%d,"acquireTime":"%s","renewTime":"%s","leaseTransitions":%d}}' \
        "$(field metadata resourceVersion)" "$POD" "$duration" "${acquired:-$time}" "$time" "${transitions:-0}" >/tmp/patch
}

pause() {
    sleep "$1" &
    wait $! || true
}

# Another pod's Lease is free when it did not change for its duration. The times in it are not compared with this node's clock.
acquire() {
    trap 'exit 1' TERM INT
    began=$(now)
    seen=
    while true; do
        status=$(request "$LEASE_OBJECT" --max-time 10)
        reason="the API server answered with status $status for $LEASE_OBJECT"
        if [ "$status" = 200 ]; then
            holder=$(field spec holderIdentity)
            state="$holder $(field spec renewTime)"
            if [ "$state" != "$seen" ]; then
                seen=$state
                since=$(now)
            fi
            reason="$holder holds the lease"
            if [ -z "$holder" ] || [ "$holder" = "$POD" ] || [ $(($(now) - since)) -ge "$duration" ]; then
                write_patch
                status=$(patch "$LEASE_OBJECT" /tmp/patch --max-time 10)
                reason="the API server answered with status $status to the patch of $LEASE_OBJECT"
                if [ "$status" = 200 ]; then
                    echo "holds the lease"
                    exit 0
                fi
            fi
        fi
        if [ $(($(now) - began)) -ge "$patience" ]; then
            echo "gave up after $((patience / 60)) minutes: $reason" >&2
            exit 1
        fi
        pause 5
    done
}

# Fails if the API server does not answer, or another pod changed the Lease at the same time; `lost` is set if another pod holds it.
renew() {
    [ "$(request "$LEASE_OBJECT" --max-time 4)" = 200 ] || return 1
    holder=$(field spec holderIdentity)
    if [ "$holder" != "$POD" ]; then
        lost="${holder:-no pod} holds the lease"
        return 1
    fi
    write_patch
    [ "$(patch "$LEASE_OBJECT" /tmp/patch --max-time 4)" = 200 ] || return 1
    version=$(field metadata resourceVersion)
}

# Ends the run if the registry has left this node, because its pod waits elsewhere for the volume. A pod may be missing for a moment.
watch_server() {
    [ -n "${SERVER_PODS:-}" ] || return 0
    if [ "$(request "$SERVER_PODS" --max-time 4)" = 200 ] && grep -qx 'items: \[\]' /tmp/response; then
        absences=$((absences + 1))
    else
        absences=0
    fi
    [ "$absences" -lt 2 ] || [ -e /work/stop ] ||
        echo "no pod of the registry is on this node any more, so the run ends and frees the volume" | tee /work/stop >&2
}

# Pauses between two renewals.
wait_and_watch() {
    until [ $(($(now) - began)) -ge "$interval" ]; do
        pause "$step"
        watch_server
    done
}

# Once lost, the Lease is not taken again: what this pod has begun is no longer safe.
hold() {
    trap finish TERM INT
    if [ -n "${SERVER_PODS:-}" ]; then step=3; else step=$interval; fi
    absences=0
    lost=
    version=
    last=$(now)
    while [ -z "$lost" ]; do
        began=$(now)
        if renew; then
            last=$began
            touch /work/lease /tmp/ready
            wait_and_watch
        elif [ -z "$lost" ] && [ $(($(now) - last)) -lt "$duration" ]; then
            pause 5
        else
            lost=${lost:-"the lease was not renewed for $duration seconds"}
        fi
    done
    rm -f /work/lease
    touch /tmp/ready
    echo "stopped: $lost" >&2
    while true; do pause 3600; done
}

# Makes the Lease free, if it still has this version; prints the status.
release() {
    printf '{"metadata":{"resourceVersion":"%s"},"spec":{"holderIdentity":"","renewTime":"%s"}}' "$1" "$(timestamp)" >/tmp/patch
    patch "$LEASE_OBJECT" /tmp/patch --max-time 3
}

# Takes at most ten seconds, with a request that was under way.
finish() {
    trap '' TERM INT
    if [ -e /work/report.json ] || [ -e /work/backup.json ]; then
        {
            printf '{"data":{'
            separator=
            for report in report backup; do
                [ -e "/work/$report.json" ] || continue
                printf '%s"%s.json":"' "$separator" "$report"
                tr -d '\r\n' <"/work/$report.json" | sed 's/[\\"]/\\&/g'
                printf '"'
                separator=,
            done
            printf '}}'
        } >/tmp/report-patch
        status=$(patch "$REPORT_OBJECT" /tmp/report-patch --max-time 3)
        [ "$status" = 200 ] || echo "the report was not stored: the API server answered with status $status" >&2
    fi
    if [ -z "$lost" ]; then
        rm -f /work/lease
        status=409
        [ -z "$version" ] || status=$(release "$version")
        # A renewal was under way, or something else in the Lease changed.
        if [ "$status" = 409 ] && [ "$(request "$LEASE_OBJECT" --max-time 3)" = 200 ] &&
            [ "$(field spec holderIdentity)" = "$POD" ]; then
            status=$(release "$(field metadata resourceVersion)")
        fi
        [ "$status" = 200 ] || echo "the lease was not released: the API server answered with status $status" >&2
    fi
    exit 0
}

"$1"

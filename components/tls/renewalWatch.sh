#!/bin/sh
# Rolls the registry's pods when they serve another certificate than the one in their Secret: the registry reads it only when it
# starts. Asking what is served, and not only whether the Secret changed, also notices a change that nobody was there to see.
# SERVICE: the registry's name and port; DEPLOYMENT: where the API server has its Deployment.
set -u
credentials=/watch/credentials

# Prints the first certificate of a text, on one line.
leaf() {
    awk '/-----BEGIN/ { on = 1 } on { gsub(/[ \r]/, ""); printf "%s", $0 } /-----END/ { exit }'
}

# Neither an answer that does not come nor a Secret that is not there says that the pods serve the wrong one.
outdated() {
    wanted=$(leaf </watch/certificate/tls.crt 2>/dev/null)
    served=$(curl -sk --max-time 5 -o /dev/null -w '%{certs}' "https://$SERVICE/" | leaf)
    [ -n "$wanted" ] && [ -n "$served" ] && [ "$wanted" != "$served" ]
}

# Another annotation of its pods makes a Deployment roll, as `kubectl rollout restart` does it.
roll() {
    curl -sf --max-time 10 --cacert "$credentials/ca.crt" -o /dev/null -X PATCH \
        -H "Content-Type: application/merge-patch+json" -H "@-" \
        -d "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"private-registry/certificate-changed\":\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\"}}}}}" \
        "https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT$DEPLOYMENT?fieldManager=private-registry-certificate-watch" <<HEADER
Authorization: Bearer $(cat "$credentials/token")
HEADER
}

# While the pods roll, some still serve the old one; after ten minutes the rollout has failed, and is worth another try.
settle() {
    right=0
    for _ in $(seq 120); do
        pause 5
        if outdated; then right=0; else right=$((right + 1)); fi
        [ "$right" -lt 6 ] || return 0
    done
}

pause() {
    sleep "$1" &
    wait $! || true
}

trap 'exit 0' TERM INT
while true; do
    if outdated; then
        if roll; then
            echo "the certificate changed: the registry's pods roll"
            settle
            echo "the certificate is served"
        else
            echo "the certificate changed, but the API server did not let the pods roll"
        fi
    fi
    touch /tmp/ready
    pause 10
done

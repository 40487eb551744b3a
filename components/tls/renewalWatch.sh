#!/bin/sh
# Rolls the registry's pods when they serve another certificate than the one in their Secret, because the registry reads it only at
# startup. It compares the served certificate, so that it also notices a change from before it started.
# SERVICE: the Service's name and port; DEPLOYMENT: the Deployment's path at the API server.
set -u
credentials=/watch/credentials

# Prints the first certificate on standard input, on one line.
leaf() {
    awk '/-----BEGIN/ { on = 1 } on { gsub(/[ \r]/, ""); printf "%s", $0 } /-----END/ { exit }'
}

# Fails without a response or without a Secret: then it is unknown whether the pods serve the wrong certificate.
outdated() {
    wanted=$(leaf </watch/certificate/tls.crt 2>/dev/null)
    served=$(curl -sk --max-time 5 -o /dev/null -w '%{certs}' "https://$SERVICE/" | leaf)
    [ -n "$wanted" ] && [ -n "$served" ] && [ "$wanted" != "$served" ]
}

# A changed pod annotation rolls a Deployment, as with `kubectl rollout restart`.
roll() {
    curl -sf --max-time 10 --cacert "$credentials/ca.crt" -o /dev/null -X PATCH \
        -H "Content-Type: application/merge-patch+json" -H "@-" \
        -d "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"private-registry/certificate-changed\":\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\"}}}}}" \
        "https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT$DEPLOYMENT?fieldManager=private-registry-certificate-watch" <<HEADER
Authorization: Bearer $(cat "$credentials/token")
HEADER
}

# During the rollout, some pods still serve the old certificate. After ten minutes the rollout has failed, and is tried again.
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

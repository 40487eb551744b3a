#!/bin/sh
# Exits when the registry accepts every login in /logins, a directory of curl configuration files. The kubelet takes about a
# minute to update a changed Secret in a running pod. With several pods, one may be updated before another, so each login must be
# accepted several times in a row, on separate connections.
# URL: the registry's API; SERVICE: the address to connect to; TIMES: how many times in a row.
set -eu
trap 'exit 1' TERM INT
ca=/certificate/ca.crt
if [ -e "$ca" ]; then set -- --cacert "$ca"; fi
for login in /logins/*; do
    accepted=0
    while [ "$accepted" -lt "$TIMES" ]; do
        if curl -sf --max-time 10 "$@" --connect-to "::$SERVICE" -K "$login" -o /dev/null "$URL"; then
            accepted=$((accepted + 1))
        else
            accepted=0
            sleep 2
        fi
    done
    echo "accepted: $(basename "$login")"
done

#!/bin/sh
# Ends when the registry accepts every login of /logins, a folder of curl configuration files. The kubelet takes about a
# minute to bring a changed Secret into a running pod; with several pods, one may know before another, so each login must be
# accepted several times in a row, on connections of their own.
# URL: the registry's API; SERVICE: what is dialled for it; TIMES: how often in a row.
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

#!/bin/sh
# Removes the registry's entries from Redis when /work/purge-cache exists, and then renames that file to /work/purged-cache, or to
# /work/failed-cache. Redis may hold the data of other programs, so it is never flushed.
# REDIS_HOST, REDIS_PORT, REDIS_DATABASE; optional: REDIS_USER, REGISTRY_REDIS_PASSWORD, and with TLS the files REDIS_CA,
# REDIS_CERTIFICATE and REDIS_KEY.
set -u
if [ -n "${REGISTRY_REDIS_PASSWORD:-}" ]; then
    REDISCLI_AUTH=$REGISTRY_REDIS_PASSWORD
    export REDISCLI_AUTH
fi
set -- -h "$REDIS_HOST" -p "$REDIS_PORT" -n "$REDIS_DATABASE"
if [ -n "${REDIS_USER:-}" ]; then set -- "$@" --user "$REDIS_USER"; fi
if [ -n "${REDIS_CA:-}" ]; then set -- "$@" --tls --sni "$REDIS_HOST" --cacert "$REDIS_CA"; fi
if [ -n "${REDIS_CERTIFICATE:-}" ]; then set -- "$@" --cert "$REDIS_CERTIFICATE" --key "$REDIS_KEY"; fi

# Lists the keys before it removes them. A key with other characters is not the registry's.
purge() {
    for prefix in blobs repository; do
        timeout 300 redis-cli "$@" --scan --pattern "$prefix::*" >/tmp/scanned </dev/null || return 1
        grep -E "^$prefix::[a-z0-9._/:+=-]+\$" /tmp/scanned >/tmp/keys || { [ $? -eq 1 ] && continue; return 1; }
        timeout 300 xargs -n 500 redis-cli "$@" UNLINK </tmp/keys >/tmp/removed || return 1
        # redis-cli prints an error of Redis, and exits without one.
        if grep -vqE '^(\(integer\) )?[0-9]+$' /tmp/removed; then
            cat /tmp/removed >&2
            return 1
        fi
    done
}

pause() {
    sleep "$1" &
    wait $! || true
}

trap 'exit 0' TERM INT
while true; do
    if [ -e /work/purge-cache ]; then
        rm -f /work/purged-cache /work/failed-cache
        purge "$@" &
        if wait $!; then
            mv /work/purge-cache /work/purged-cache
        else
            echo "the entries in Redis were not removed" >&2
            mv /work/purge-cache /work/failed-cache
        fi
    fi
    pause 1
done

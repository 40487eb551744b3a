#!/bin/sh
# Requests to the registry and to the API server. It only defines functions.
# URL, SERVICE: the registry's URL, and the address to connect to. In /verify are the files of the Secret: `login`, which is a
# configuration file of curl, and `ca.crt`, unless the certificate is publicly trusted.
# PATIENCE: how many seconds to wait for something.
# The caller sets `step`, for messages.
# shellcheck disable=SC2034,SC2154
newline='
'

# Ends the container. Pulumi prints its termination message.
fail() {
    echo "verify, step \"$step\": $1" >&2
    echo "verify, step \"$step\": $1" >/dev/termination-log
    exit 1
}

# Sets the time until which `still_waiting` succeeds.
begin_waiting() { end=$(($(date +%s) + PATIENCE)); }

still_waiting() { [ "$(date +%s)" -lt "$end" ]; }

# Sends a request to the registry: a body in base64, a configuration file with a login, and the further arguments of curl. Sets `status`
# to the HTTP status, or 000 without a response, `location` to that header, `error` to curl's message, and `answer` to the rest.
registry() {
    body=$1
    login=$2
    shift 2
    if [ -e /verify/ca.crt ]; then set -- --cacert /verify/ca.crt "$@"; fi
    answer=$(
        printf '%s' "$body" | base64 -d |
            curl -s --max-time 20 --retry 2 --retry-delay 1 --retry-connrefused --connect-to "::$SERVICE" -K "$login" \
                -w '\n%{http_code}|%header{location}|%{errormsg}' "$@" || true
    )
    last=${answer##*"$newline"}
    status=${last%%|*}
    error=${last#*|}
    location=${error%%|*}
    error=${error#*|}
}

# Says what the registry has answered, as the end of a sentence.
answered() {
    if [ "$status" = 000 ]; then
        echo "there is no answer from $SERVICE as $URL: $error"
        return
    fi
    code=$(printf '%s' "$answer" | sed -nE 's/.*"code":"([A-Z_]+)","message":"([^"]*)".*/ \1, \2/p' | head -n 1)
    case "$status $answer" in
        401*) code="$code; the registry does not accept the login" ;;
        405*) code="$code; the registry is read-only, e.g. because of config.storage.maintenance.readonly" ;;
        *'"Err":28'* | *'"Err":122'* | *"no space left on device"* | *"disk quota exceeded"*) code="$code; the storage is full" ;;
        *'"Err":30'* | *"read-only file system"*) code="$code; the storage is mounted read-only" ;;
    esac
    echo "the registry answered with HTTP status $status$code"
}

# Prints the digest of what the registry answers to a request with these arguments of curl, with the login.
digest_of() {
    if [ -e /verify/ca.crt ]; then set -- --cacert /verify/ca.crt "$@"; fi
    curl -s --max-time 20 --connect-to "::$SERVICE" -K /verify/login "$@" | sha256sum | sed 's/^\([0-9a-f]*\).*/sha256:\1/'
}

# Sends a request to the API server: the method, the path and the media type. Prints the response, and fails without a success.
cluster() {
    credentials=/cluster
    case $KUBERNETES_SERVICE_HOST in
        *:*) server="https://[$KUBERNETES_SERVICE_HOST]:$KUBERNETES_SERVICE_PORT" ;;
        *) server="https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT" ;;
    esac
    curl -sf --max-time 10 --cacert "$credentials/ca.crt" -X "$1" -H "Accept: $3" -H "@-" "$server$2" <<HEADER
Authorization: Bearer $(cat "$credentials/token")
HEADER
}

# Prints the rows of a list or an object, each as its cells, in JSON, without the brackets.
rows() {
    cluster GET "$1" "application/json;as=Table;v=v1;g=meta.k8s.io" | tr '[]' '\n' | grep '^"' || true
}

# Prints a line for each pod of a list: name, ready containers, containers, status, IP address and node. Prints nothing if the API server
# does not answer.
pods() {
    rows "$1&includeObject=None&pretty=false" |
        sed -nE 's|^"([^"]*)","([0-9]+)/([0-9]+)","([^"]*)",[^,]*,[^,]*,"([^"]*)","([^"]*)".*|\1 \2 \3 \4 \5 \6|p'
}

# A network policy may need a moment before it lets a new pod reach the API server.
await_cluster() {
    begin_waiting
    until cluster GET "$1" application/json >/dev/null; do
        still_waiting || fail "the API server does not answer, or does not permit $1"
        sleep 1
    done
}

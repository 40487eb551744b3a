#!/bin/sh
# Writes the images that objects of the cluster name to /work/in-use, a reference on each line. It is written last, after every list was
# read completely.
# LISTS: on each line the path of a list at the API server, and the fields whose strings are references, separated by `|`.
set -eu
credentials=/maintenance/credentials

case $KUBERNETES_SERVICE_HOST in
    *:*) server="https://[$KUBERNETES_SERVICE_HOST]:$KUBERNETES_SERVICE_PORT" ;;
    *) server="https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT" ;;
esac

# Reads a page of a list to /tmp/page. An answer that is cut short is an error.
page() {
    status=$(
        curl -s --retry 3 --max-time 120 --cacert "$credentials/ca.crt" -o /tmp/page -w '%{http_code}' \
            -H "Accept: application/json" -H "@-" "$server$1" <<HEADER
Authorization: Bearer $(cat "$credentials/token")
HEADER
    ) || status="curl's error $?"
    [ "$status" = 200 ] || {
        echo "the images in use are not known: the API server answered with $status for $1" >&2
        exit 1
    }
}

# Prints the strings of fields, of compact or indented JSON. Strings that contain JSON have a backslash before each quotation mark.
strings() {
    tr '{},' '\n' </tmp/page | sed -nE "s/^[[:space:]]*\"($1)\":[[:space:]]*\"([^\"\\\\]+)\".*/\2/p"
}

# Prints the token of the next page. A list's own metadata is at its beginning, or at its end.
next_page() {
    { head -c 4096 /tmp/page && echo && tail -c 4096 /tmp/page; } |
        sed -nE 's/.*"continue":[[:space:]]*"([^"]+)".*/\1/p' | head -n 1
}

: >/tmp/in-use
while read -r list fields; do
    token=
    while :; do
        page "$list?limit=500${token:+&continue=$token}"
        strings "$fields" >>/tmp/in-use
        token=$(next_page)
        [ -n "$token" ] || break
    done
done <<LISTS
$LISTS
LISTS
sort -u /tmp/in-use >/work/in-use.tmp
mv /work/in-use.tmp /work/in-use
echo "$(wc -l </work/in-use) images are in use."

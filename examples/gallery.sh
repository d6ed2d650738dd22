#!/bin/sh
# Add, find, change and delete an item of a gallery, with curl.
#
# GALLERY_URL=http://127.0.0.1:8001 GALLERY_TOKEN=gno_... sh examples/gallery.sh
#
# Without accounts, as in the demo, leave the token out.
set -eu

api="${GALLERY_URL:-http://127.0.0.1:8001}/api/v1"
send() {
    curl --silent --show-error --fail-with-body ${GALLERY_TOKEN:+--oauth2-bearer "$GALLERY_TOKEN"} \
        --header 'Content-Type: application/json' "$@"
}
field() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"; } # for more than this, use jq

creator=$(send "$api/account/me" | field id)
if [ "$creator" = null ]; then # without accounts: a user
    creator=$(send "$api/users?limit=1" | field id)
fi

send "$api/content" --output added.json \
    --data "{\"prompt\": \"a tea house in the rain\", \"creator_id\": \"$creator\", \"tags\": [\"example\"]}"
id=$(field id < added.json)
echo "added: $(field title < added.json)"
echo "found: $(send "$api/content/unified?tag=example&page_size=5" | field total_count)"

etag=$(send --head "$api/content/$id" | tr -d '\r' | sed -n 's/^etag: //Ip')
send --request PATCH "$api/content/$id" --header "If-Match: $etag" --output changed.json \
    --data '{"title": "Tea house"}' # 412, if another client changes the item meanwhile
echo "changed: $(field title < changed.json)"

echo "deleted: $(send --request DELETE "$api/content/$id" | field title)"
rm added.json changed.json

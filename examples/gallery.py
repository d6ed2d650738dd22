"""Add, find, change and delete an item of a gallery.

pip install httpx
GALLERY_URL=http://127.0.0.1:8001 GALLERY_TOKEN=gno_... python examples/gallery.py

Without accounts, as in the demo, leave the token out.
"""

import os

import httpx

address = os.environ.get("GALLERY_URL", "http://127.0.0.1:8001")
token = os.environ.get("GALLERY_TOKEN", "")
headers = {"Authorization": f"Bearer {token}"} if token else {}

with httpx.Client(base_url=f"{address}/api/v1", headers=headers) as api:
    api.event_hooks["response"] = [lambda response: response.raise_for_status() and None]

    me = api.get("/account/me").json()["id"]
    creator = me or api.get("/users?limit=1").json()["users"][0]["id"]  # without accounts: a user
    item = {"prompt": "a tea house in the rain", "creator_id": creator, "tags": ["example"]}
    added = api.post("/content", json=item).json()
    path = f"/content/{added['items'][0]['id']}"
    print("added:", added["items"][0]["title"])

    found = api.get("/content/unified", params={"tag": "example", "page_size": 5}).json()
    print("found:", found["pagination"]["total_count"])

    etag = api.get(path).headers["ETag"]  # 412, if another client changes the item meanwhile
    changed = api.patch(path, json={"title": "Tea house"}, headers={"If-Match": etag}).json()
    print("changed:", changed["title"])

    print("deleted:", api.delete(path).json()["deleted"]["title"])

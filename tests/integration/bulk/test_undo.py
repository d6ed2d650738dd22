"""What is deleted together comes back together, with all that referred to it."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from alembic.script import ScriptDirectory

from genonaut.api.repositories.followers import FOLLOWERS
from genonaut.api.services.deletion_service import DeletionService
from genonaut.config import Settings
from genonaut.db.counts import build_counts
from genonaut.db.migrate import downgrade, upgrade
from genonaut.db.revisions import MIGRATIONS
from genonaut.db.session import Database
from tests.integration.bulk.conftest import BULK, Gallery
from tests.support.api import OpenApi
from tests.support.exactness import assert_exact
from tests.support.rows import add_items, add_tag, add_user, run, scalar


def test_one_click_brings_all_back(gallery: Gallery) -> None:
    before = gallery.everything()
    done = gallery.bulk("delete", ids=gallery.mine)
    assert len(gallery.everything()[0]) == 3
    assert_exact(gallery.database)
    answer = gallery.client.post(done["undo"]["url"])
    assert answer.json() == {"done": 8, "failed": []}
    assert gallery.everything() == before
    assert_exact(gallery.database)
    assert scalar(gallery.database, "SELECT count(*) FROM deleted_items") == 0
    late = gallery.client.post(done["undo"]["url"])
    assert (late.status_code, late.json()["error"]) == (404, "not_found")


def test_only_who_deleted_can_undo(gallery: Gallery) -> None:
    done = gallery.bulk("delete", ids=gallery.mine[:1])
    assert gallery.root.post(done["undo"]["url"]).status_code == 404
    assert gallery.client.post(f"{BULK}/{uuid4()}/undo").status_code == 404


def test_after_ten_minutes_it_says_so(gallery: Gallery) -> None:
    done = gallery.bulk("delete", ids=gallery.mine)
    run(gallery.database, "UPDATE deleted_items SET deleted_at = now() - interval '11 minutes'")
    late = gallery.client.post(done["undo"]["url"])
    assert late.status_code == 404
    assert late.json()["detail"].endswith("already restored, or older than ten minutes.")
    gallery.root.post(BULK, json={"action": "delete", "ids": gallery.theirs})
    assert scalar(gallery.database, "SELECT count(*) FROM deleted_items") == 3, "the others went"


def test_what_is_gone_by_then_stays_away(gallery: Gallery) -> None:
    [keyed] = add_items(
        gallery.database, gallery.ada, item_metadata=json.dumps({"import_key": "k"})
    )
    add_tag(gallery.database, "night", [*gallery.mine, keyed])
    done = gallery.bulk("delete", ids=[*gallery.mine, keyed])
    run(gallery.database, "DELETE FROM tags WHERE name = 'sea'")
    add_items(gallery.database, gallery.ada, item_metadata=json.dumps({"import_key": "k"}))
    answer = gallery.client.post(done["undo"]["url"]).json()
    assert answer == {"done": 8, "failed": [{"id": keyed, "reason": "taken"}]}
    assert gallery.carrying("night") == gallery.mine
    assert_exact(gallery.database)
    assert run(gallery.database, "SELECT id FROM deleted_items") == [(keyed,)], "it can yet come"


def test_the_creator_may_be_gone(gallery: Gallery) -> None:
    sent = {"action": "delete", "ids": [*gallery.mine, *gallery.theirs]}
    done = gallery.root.post(BULK, json=sent).json()
    run(gallery.database, "DELETE FROM users WHERE username = 'bo'")
    answer = gallery.root.post(done["undo"]["url"]).json()
    assert answer["done"] == 8
    assert [one["id"] for one in answer["failed"]] == gallery.theirs
    assert_exact(gallery.database)


def test_what_was_deleted_together_is_recorded_once(gallery: Gallery) -> None:
    done = gallery.bulk("delete", ids=gallery.mine)
    gallery.client.post(done["undo"]["url"])
    written = run(
        gallery.database, "SELECT action, subject FROM audit_log ORDER BY id DESC LIMIT 2"
    )
    assert written == [("item-restored", "8 items"), ("item-deleted", "8 items")]


def test_without_accounts_it_is_deleted_by_no_user(
    open_api: OpenApi, settings: Settings, database: Database
) -> None:
    ids = add_items(database, add_user(database), 3)
    build_counts(database, "test")
    client = open_api(settings, database)
    done = client.post(BULK, json={"action": "delete", "ids": ids}).json()
    assert run(database, "SELECT DISTINCT deleted_by FROM deleted_items") == [(None,)]
    assert client.post(done["undo"]["url"]).json() == {"done": 3, "failed": []}
    assert_exact(database)


def test_every_table_that_refers_to_items_is_known(database: Database) -> None:
    """Its rows would leave with an item and not come back."""
    referring = """
        SELECT DISTINCT conrelid::regclass::text FROM pg_constraint
        WHERE contype = 'f' AND confrelid = 'content_items_all'::regclass
          AND conparentid = 0 AND confdeltype = 'c'"""
    known = {one.table for one in FOLLOWERS}
    assert {name for (name,) in run(database, referring)} <= known


@pytest.mark.both_servers
def test_a_deletion_from_before_can_be_undone(migrated: Database) -> None:
    before = ScriptDirectory(str(MIGRATIONS)).get_revision("0018_deleted_together").down_revision
    downgrade(migrated.engine, str(before))
    ada = add_user(migrated)
    [item] = add_items(migrated, ada)
    tag = add_tag(migrated, "sea", [item])
    run(
        migrated,
        "INSERT INTO deleted_items (id, deleted_by, item, tag_ids) SELECT id, creator_id,"
        f" to_jsonb(i), ARRAY['{tag}'::uuid] FROM content_items_all i; DELETE FROM content_items",
    )
    upgrade(migrated.engine)
    with migrated.transaction() as session:
        DeletionService(session).undo(item, UUID(ada))
    assert run(migrated, "SELECT content_id, tag_id FROM content_tags") == [(item, UUID(tag))]


def test_favourites_and_places_in_albums_come_back_as_well(gallery: Gallery) -> None:
    [[bo]] = run(gallery.database, "SELECT id FROM users WHERE username = 'bo'")
    gallery.bulk("favourite", ids=gallery.mine[:3])
    run(gallery.database, "UPDATE bookmarks SET note = 'n', pinned = true, is_public = true")
    bos = {"action": "favourite", "ids": gallery.mine, "user_id": str(bo)}
    assert gallery.root.post(BULK, json=bos).json()["done"] == 8
    [[album]] = run(
        gallery.database,
        "INSERT INTO bookmark_categories (user_id, name) VALUES (%s, 'Best') RETURNING id",
        gallery.ada,
    )
    gallery.bulk("add_to_album", ids=gallery.mine[1:4], album_id=str(album))
    gallery.bulk("remove_from_album", ids=gallery.mine[3:4], album_id=str(album))
    before = kept(gallery.database)
    assert [len(rows) for rows in before] == [12, 2]
    done = gallery.bulk("delete", ids=gallery.mine)
    assert kept(gallery.database) == [[], []]
    assert_exact(gallery.database)
    assert gallery.client.post(done["undo"]["url"]).json() == {"done": 8, "failed": []}
    assert kept(gallery.database) == before
    assert_exact(gallery.database)
    for visibility in ("private", "public"):
        gallery.bulk("visibility", ids=gallery.mine, visibility=visibility)
        assert_exact(gallery.database)
    again = gallery.bulk("delete", ids=gallery.mine)
    run(
        gallery.database, "DELETE FROM bookmark_categories; DELETE FROM users WHERE username = 'bo'"
    )
    gallery.client.post(again["undo"]["url"])
    assert [len(rows) for rows in kept(gallery.database)] == [4, 0]
    assert_exact(gallery.database)


def kept(database: Database) -> list[list[Any]]:
    """All favourites and all places, as they are stored."""
    tables = ("bookmarks", "bookmark_category_members")
    return [run(database, f"SELECT to_jsonb(t)::text FROM {one} t ORDER BY 1") for one in tables]

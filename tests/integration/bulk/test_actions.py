"""The same for many items: what is possible is done, what is not is listed, counts stay exact."""

from typing import Any
from uuid import UUID

import pytest

from genonaut.api.services.bulk_service import MOST_AT_ONCE
from tests.integration.bulk.conftest import BULK, Gallery
from tests.support.exactness import assert_exact
from tests.support.rows import add_items, add_tag, run, scalar

LIST = "/api/v1/content/unified"
NOWHERE = 10**12


def test_tags_are_added_and_taken(gallery: Gallery) -> None:
    some = gallery.mine[2:6]
    done = gallery.bulk("tag", ids=some, tags=["Sea", "New", "sea"])
    assert done == {"done": 4, "failed": [], "undo": None}
    assert gallery.carrying("new") == some
    assert set(some) < set(gallery.carrying("sea"))
    assert_exact(gallery.database)
    assert gallery.bulk("untag", ids=gallery.mine, tags=["sea", "never"])["done"] == 8
    assert gallery.carrying("sea") == gallery.theirs[:2]
    assert_exact(gallery.database)


def test_only_what_changes_is_changed_last(gallery: Gallery) -> None:
    before = dict(run(gallery.database, "SELECT id, updated_at FROM content_items_all"))
    gallery.bulk("tag", ids=gallery.mine, tags=["sea"])
    after = dict(run(gallery.database, "SELECT id, updated_at FROM content_items_all"))
    assert sorted(one for one in after if after[one] != before[one]) == gallery.mine[4:]


def test_visibility_follows_to_all_that_has_it(gallery: Gallery) -> None:
    for visibility in ("private", "private", "public"):
        done = gallery.bulk("visibility", ids=gallery.mine, visibility=visibility)
        assert (done["done"], done["failed"]) == (8, [])
        items = "SELECT count(*) FROM content_items_all WHERE visibility = %s AND creator_id = %s"
        tags = "SELECT count(*) FROM content_tags WHERE visibility = %s AND creator_id = %s"
        assert scalar(gallery.database, items, visibility, gallery.ada) == 8
        assert scalar(gallery.database, tags, visibility, gallery.ada) == 4
        assert_exact(gallery.database)


@pytest.mark.parametrize(
    ("action", "sent"),
    [
        ("tag", {"tags": ["x"]}),
        ("untag", {"tags": ["sea"]}),
        ("visibility", {"visibility": "private"}),
        ("delete", {}),
    ],
)
def test_what_is_not_ones_own_is_listed_and_nothing_else_lost(
    gallery: Gallery, action: str, sent: dict[str, Any]
) -> None:
    others = "SELECT to_jsonb(i) FROM content_items_all i WHERE creator_id <> %s ORDER BY id"
    before = run(gallery.database, others, gallery.ada)
    tags = gallery.carrying("sea")[-2:]
    ids = [*gallery.theirs, *gallery.mine, NOWHERE, gallery.mine[0]]
    done = gallery.bulk(action, ids=ids, **sent)
    assert done["done"] == len(gallery.mine)
    assert done["failed"] == [
        {"id": gallery.theirs[0], "reason": "forbidden"},
        {"id": gallery.theirs[1], "reason": "forbidden"},
        {"id": gallery.hidden, "reason": "not_found"},
        {"id": NOWHERE, "reason": "not_found"},
    ]
    assert run(gallery.database, others, gallery.ada) == before
    assert gallery.carrying("sea")[-2:] == tags
    assert_exact(gallery.database)


def test_an_administrator_may_change_all(gallery: Gallery) -> None:
    sent = {"action": "tag", "ids": [*gallery.mine, *gallery.theirs], "tags": ["new"]}
    assert gallery.root.post(BULK, json=sent).json() == {"done": 11, "failed": [], "undo": None}
    assert gallery.carrying("new") == sorted([*gallery.mine, *gallery.theirs])


def test_no_item_gets_more_tags_than_it_may_have(gallery: Gallery) -> None:
    for number in range(48):
        add_tag(gallery.database, f"tag {number}", gallery.mine[:1])
    done = gallery.bulk("tag", ids=gallery.mine[:2], tags=["a", "b"])
    assert done["failed"] == [{"id": gallery.mine[0], "reason": "too_many_tags"}]
    assert gallery.carrying("a") == gallery.mine[1:2]
    assert gallery.bulk("tag", ids=gallery.mine[:1], tags=["a", "sea"])["failed"] == []


def test_all_of_a_list(gallery: Gallery) -> None:
    query = {"tag": ["sea"], "content_source_types": ["user-regular"], "user_id": gallery.ada}
    total = gallery.client.get(LIST, params=query).json()["pagination"]["total_count"]
    assert total == 4
    done = gallery.bulk("tag", query=query, expected=total, tags=["new"])
    assert (done["done"], done["failed"]) == (4, [])
    assert gallery.carrying("new") == gallery.mine[:4]
    everything = gallery.bulk("tag", query={}, go_on=True, tags=["all"])
    assert (everything["done"], len(everything["failed"])) == (8, 2), "hidden ones are not listed"


@pytest.mark.parametrize("expected", [3, 5, None])
def test_a_list_that_has_changed_is_left(gallery: Gallery, expected: int | None) -> None:
    before = gallery.everything()
    sent: dict[str, Any] = {"query": {"tag": ["sea"], "creator": gallery.ada}}
    if expected is not None:
        sent["expected"] = expected
    answer = gallery.bulk("delete", 409, **sent)
    assert (answer["error"], answer["total"]) == ("list_changed", 4)
    assert "The list has 4 items" in answer["detail"]
    assert gallery.everything() == before
    assert gallery.bulk("delete", **sent, go_on=True)["done"] == 4


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"action": "tag", "tags": ["x"]}, "either `ids` or `query`"),
        ({"action": "tag", "tags": ["x"], "ids": [1], "query": {}}, "either `ids` or `query`"),
        ({"action": "tag", "ids": [1]}, "`tags`, which `tag` takes"),
        ({"action": "visibility", "ids": [1]}, "`visibility`, which `visibility` takes"),
        ({"action": "burn", "ids": [1]}, "action is wrong"),
        ({"action": "delete", "ids": []}, "ids"),
        ({"action": "delete", "ids": [0]}, "ids[0] is wrong"),
        ({"action": "delete", "query": {"serch_term": "x"}}, "not a field"),
        ({"action": "delete", "ids": [1], "undo": True}, "not a field"),
        ({"action": "delete", "ids": [1], "request_key": "1"}, "request_key is wrong"),
        ({"action": "delete", "ids": list(range(1, MOST_AT_ONCE + 2))}, "at most 10,000 members"),
    ],
)
def test_what_makes_no_sense_is_refused(gallery: Gallery, sent: Any, said: str) -> None:
    answer = gallery.client.post(BULK, json=sent)
    assert answer.status_code == 422, answer.text
    assert said in answer.json()["detail"]


def test_a_deletion_that_is_sent_twice_deletes_once(gallery: Gallery) -> None:
    key = str(UUID(int=7))
    first = gallery.bulk("delete", ids=gallery.mine[:2], request_key=key)
    again = gallery.bulk("delete", ids=gallery.mine[:2], request_key=key)
    assert (first["done"], again["done"], again["failed"]) == (2, 2, [])
    assert first["undo"]["url"] == again["undo"]["url"] == f"{BULK}/{key}/undo"


def test_more_than_one_transaction(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("genonaut.api.http.bulk.MOST_AT_ONCE", 3)
    more = add_items(gallery.database, gallery.ada, 5)
    done = gallery.bulk("delete", query={"creator": gallery.ada}, expected=13)
    assert (done["done"], done["failed"]) == (13, [])
    assert gallery.client.post(done["undo"]["url"]).json() == {"done": 13, "failed": []}
    assert scalar(gallery.database, "SELECT count(*) FROM content_items_all") == 16, more
    assert_exact(gallery.database)


def test_a_list_may_be_too_long(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("genonaut.api.http.bulk.MOST_OF_A_LIST", 7)
    answer = gallery.bulk("delete", 413, query={"creator": gallery.ada}, go_on=True)
    assert answer["detail"].startswith("The list has more than 7 items")

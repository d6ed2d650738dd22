"""Deleting and undoing: the same item comes back, and only its own creator may."""

import threading

import httpx
from sqlalchemy import text

from genonaut.db.session import Database
from tests.support.rows import add_items
from tests.support.site import OURS, USERS, Site, view_as


def test_the_same_item_comes_back(
    client: httpx.Client, database: Database, site: Site, item_id: int
) -> None:
    view_as(client, "ada")
    awkward = {"title": "ä\u2028\\n '\"", "prompt": "x" * 20_000, "score": 0.1 + 0.2}
    with database.transaction() as session:
        session.execute(
            text(
                "UPDATE content_items_all SET title = :title, prompt = :prompt, "
                "quality_score = :score, "
                'item_metadata = \'{"a": [1, 1e-9, null, "\\\\u00e9"]}\', path_thumb = NULL, '
                "created_at = '2020-02-29 12:00:00.123456+05' WHERE id = :id"
            ),
            {**awkward, "id": item_id},
        )
    before = rows(database, item_id)
    stats = counts(client)
    answer = client.post(f"/gallery/items/{item_id}/delete", data={"sort": "best"}, headers=OURS)
    assert answer.headers["location"] == f"/gallery?sort=best&deleted={item_id}"
    assert rows(database, item_id) == ([], [])
    assert sum(counts(client)) == sum(stats) - 2
    answer = client.post(f"/gallery/items/{item_id}/undo", headers=OURS)
    assert answer.headers["location"] == f"/gallery?restored={item_id}"
    assert rows(database, item_id) == before
    assert counts(client) == stats
    assert client.post(f"/gallery/items/{item_id}/undo", headers=OURS).status_code == 404
    assert site.number("SELECT count(*) FROM deleted_items") == 0


def rows(database: Database, item_id: int) -> tuple[list[object], list[object]]:
    """The item and its tags, as they are stored."""
    with database.transaction() as session:
        item = session.execute(
            text("SELECT * FROM content_items_all WHERE id = :id"), {"id": item_id}
        )
        tags = session.execute(
            text("SELECT * FROM content_tags WHERE content_id = :id ORDER BY tag_id"),
            {"id": item_id},
        )
        return list(map(tuple, item)), list(map(tuple, tags))


def counts(client: httpx.Client) -> list[int]:
    found = client.get(f"/api/v1/content/stats/unified?user_id={USERS['ada']}").json()
    return [found[key] for key in sorted(found) if key.endswith("_count")]


def test_only_ones_own(client: httpx.Client, item_id: int) -> None:
    path = f"/gallery/items/{item_id}/delete"
    assert client.post(path, headers=OURS).status_code == 403
    view_as(client, "bo")
    assert client.post(path, headers=OURS).status_code == 403
    assert client.post("/gallery/items/999999/delete", headers=OURS).status_code == 404
    view_as(client, "ada")
    assert client.post(path, headers=OURS).status_code == 303
    view_as(client, "bo")
    assert client.post(f"/gallery/items/{item_id}/undo", headers=OURS).status_code == 404


def test_tags_that_are_gone_stay_gone(
    client: httpx.Client, database: Database, item_id: int
) -> None:
    view_as(client, "ada")
    client.post(f"/gallery/items/{item_id}/delete", headers=OURS)
    with database.transaction() as session:
        session.execute(text("DELETE FROM tags"))
    assert client.post(f"/gallery/items/{item_id}/undo", headers=OURS).status_code == 303
    assert rows(database, item_id)[1] == []


def test_an_undo_does_not_replace_what_was_imported_again(
    client: httpx.Client, database: Database, site: Site, item_id: int
) -> None:
    view_as(client, "ada")
    with database.transaction() as session:
        key = 'UPDATE content_items_all SET item_metadata = \'{"import_key": "k"}\' WHERE id = :id'
        session.execute(text(key), {"id": item_id})
    client.post(f"/gallery/items/{item_id}/delete", headers=OURS)
    add_items(database, USERS["ada"], item_metadata='{"import_key": "k"}')
    assert client.post(f"/gallery/items/{item_id}/undo", headers=OURS).status_code == 409
    assert site.number("SELECT count(*) FROM deleted_items") == 1


def test_one_of_two_undoes_wins(client: httpx.Client, database: Database, item_id: int) -> None:
    view_as(client, "ada")
    client.post(f"/gallery/items/{item_id}/delete", headers=OURS)
    answers: list[int] = []

    def undo() -> None:
        answers.append(client.post(f"/gallery/items/{item_id}/undo", headers=OURS).status_code)

    threads = [threading.Thread(target=undo) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(303) == 1
    assert set(answers) <= {303, 404, 409}
    assert len(rows(database, item_id)[0]) == 1


def test_old_deletions_are_swept_out(
    client: httpx.Client, database: Database, site: Site, item_id: int
) -> None:
    view_as(client, "ada")
    client.post(f"/gallery/items/{item_id}/delete", headers=OURS)
    with database.transaction() as session:
        session.execute(text("UPDATE deleted_items SET deleted_at = now() - interval '11 minutes'"))
    assert client.post(f"/gallery/items/{item_id}/undo", headers=OURS).status_code == 404
    other = site.number(
        "SELECT max(id) FROM content_items_all WHERE creator_id = :id", id=USERS["ada"]
    )
    client.post(f"/gallery/items/{other}/delete", headers=OURS)
    assert site.number("SELECT count(*) FROM deleted_items WHERE id = :id", id=item_id) == 0

"""Every statement can be executed where an engine spreads the items by their creators.

Those of files are all here. Those that are put together are looked at as they are executed: see
tests/integration/conftest.py.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

import genonaut
from genonaut.api.repositories import follower_statements as followers
from genonaut.db.named_sql import HEADING
from tests.support.spread_sql import faults

PACKAGE = Path(genonaut.__file__).parent


def statements() -> Iterator[tuple[str, str]]:
    for file in sorted(PACKAGE.rglob("sql/*.sql")):
        if {"migrations", "counting"} & {*file.parts}:
            continue
        first, *others = HEADING.split(file.read_text(encoding="utf-8"))
        named = zip(others[::2], others[1::2], strict=True) if others else [(file.stem, first)]
        yield from named
    for name in ("_KEEP", "_RETURN_ITEMS", "_SHOW_ITEMS"):
        yield name, getattr(followers, name)
    for number, statement in enumerate(followers.leave()):
        yield f"leave {number}", statement.text


@pytest.mark.parametrize(("name", "statement"), [*statements()])
def test_a_statement_of_a_file_names_the_creators(name: str, statement: str) -> None:
    assert not faults(statement), name


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT FROM content_items_all AS i JOIN content_tags t ON t.content_id = i.id",
        "SELECT FROM content_items, ratings WHERE ratings.content_id = content_items.id",
        """SELECT FROM content_items AS i WHERE EXISTS (
            SELECT FROM bookmarks AS b WHERE b.content_id = i.id AND b.user_id = %(user)s)""",
        """SELECT ARRAY(SELECT name FROM tags JOIN content_tags AS t ON t.tag_id = tags.id
            WHERE t.content_id = item.id) FROM content_items_all AS item""",
        """SELECT FROM (SELECT 1) AS one UNION ALL
            SELECT FROM ratings AS a JOIN bookmarks AS b USING (content_id)""",
        "SELECT FROM content_items_all WHERE id = 1 FOR UPDATE",
        "UPDATE content_items_all SET updated_at = clock_timestamp() WHERE creator_id = :creator",
        "INSERT INTO content_tags (content_id, source_type, tag_id) VALUES (1, 'items', :tag)",
        """INSERT INTO ratings (content_id, creator_id) VALUES (1, :creator)
            ON CONFLICT (content_id) DO NOTHING""",
        """INSERT INTO search_history AS known (user_id, search_query)
            SELECT id, %(query)s FROM users WHERE id = %(user)s
            ON CONFLICT (user_id, search_query) DO UPDATE SET
            search_count = known.search_count + %(more)s""",
    ],
)
def test_what_forgets_the_creator_is_found(statement: str) -> None:
    assert len(faults(statement)) == 1


@pytest.mark.parametrize(
    "statement",
    [
        """SELECT FROM content_items_all AS i JOIN content_tags AS t
            ON t.content_id = i.id AND t.creator_id = i.creator_id""",
        # Each is a question of its own.
        "SELECT FROM content_items AS i WHERE i.id IN (SELECT content_id FROM content_tags)",
        """SELECT FROM content_items AS i UNION ALL SELECT FROM content_items_auto AS i""",
        "SELECT FROM content_items_all JOIN users ON users.id = creator_id WHERE id = ANY (:ids)",
        "SELECT FROM (SELECT id FROM content_items LIMIT 5) AS k JOIN content_items i USING (id)",
        "SELECT FROM content_items_all WHERE id = 1 AND creator_id = ANY (:creators) FOR UPDATE",
        "SELECT id FROM tags WHERE name = 'content_tags' ORDER BY name FOR KEY SHARE",
        """INSERT INTO ratings (content_id, creator_id) VALUES (1, :creator)
            ON CONFLICT ON CONSTRAINT ratings_pkey DO NOTHING""",
    ],
)
def test_what_names_it_is_not(statement: str) -> None:
    assert faults(statement) == []

"""`genonaut seed`: all of it or nothing, and only into an empty database."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import text

from genonaut.api.repositories.growth_repository import GrowthRepository
from genonaut.cli.seed import seed_with_progress
from genonaut.content.viewer import EVERYTHING
from genonaut.db.session import Database
from genonaut.demo.seed import SeedResult, seed
from genonaut.errors import UsageError
from tests.support.recount import differences
from tests.support.rows import add_user

SMALL: dict[str, Any] = {"users": 20, "regular": 100, "auto": 500}


def numbers(database: Database) -> tuple[object, ...]:
    with database.transaction() as session:
        row = session.execute(
            text(
                "SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM content_items), "
                "(SELECT count(*) FROM content_items_auto)"
            )
        ).one()
    return tuple(row)


def fingerprint(database: Database) -> object:
    with database.transaction() as session:
        statement = """
            SELECT md5(string_agg(row_to_json(item)::text, '|' ORDER BY id)) FROM (
                SELECT row_number() OVER (ORDER BY content_items_all.id) AS id, source_type, title,
                    prompt, item_metadata, username, content_items_all.created_at, quality_score
                FROM content_items_all JOIN users ON users.id = creator_id
            ) AS item"""
        return session.execute(text(statement)).scalar_one()


def test_it_makes_the_requested_numbers(database: Database):
    seen: list[tuple[int, int]] = []
    with database.engine.begin() as connection:
        made = seed(connection, **SMALL, on_progress=lambda *at: seen.append(at))
    assert made == SeedResult(20, 100, 500)
    assert numbers(database) == (20, 100, 500)
    assert seen[-1] == (600, 600)
    with database.transaction() as session:
        assert not differences(session)
        growth = GrowthRepository(session).totals(EVERYTHING)
    assert len(growth) > 60
    assert growth == sorted(growth, key=lambda point: (point.at, point.regular, point.auto))
    assert (growth[-1].regular, growth[-1].auto) == (100, 500)


def test_it_makes_the_same_again(database: Database):
    with database.engine.begin() as connection:
        seed(connection, **SMALL)
    first = fingerprint(database)
    with database.transaction() as session:
        session.execute(text("TRUNCATE users CASCADE"))
    with database.engine.begin() as connection:
        seed(connection, **SMALL)
    assert fingerprint(database) == first


def test_it_refuses_a_database_with_users(database: Database):
    add_user(database)
    with (
        pytest.raises(UsageError, match="already has users"),
        database.engine.begin() as connection,
    ):
        seed(connection, **SMALL)
    assert seed_with_progress(database, only_when_empty=True, **SMALL) is None
    assert numbers(database) == (1, 0, 0)


@pytest.mark.parametrize("wrong", [{"users": 0}, {"regular": -1}, {"auto": -1}])
def test_it_refuses_impossible_numbers(database: Database, wrong: dict[str, int]):
    with pytest.raises(UsageError), database.engine.begin() as connection:
        seed(connection, **(SMALL | wrong))


def test_an_interruption_leaves_nothing(database: Database):
    def interrupt(_made: int, _in_all: int) -> None:
        raise KeyboardInterrupt

    with suppress(KeyboardInterrupt), database.engine.begin() as connection:
        seed(connection, **SMALL, on_progress=interrupt)
    assert numbers(database) == (0, 0, 0)


def test_of_two_at_once_one_is_refused(database: Database):
    def run(_number: int) -> bool:
        try:
            seed_with_progress(database, **SMALL)
        except UsageError:
            return False
        return True

    with ThreadPoolExecutor() as threads:
        assert sorted(threads.map(run, range(3))) == [False, False, True]
    assert numbers(database) == (20, 100, 500)


@pytest.mark.long
def test_the_demo_has_its_full_size(database: Database):
    assert seed_with_progress(database, only_when_empty=True) == SeedResult(500, 20_000, 100_000)
    assert numbers(database) == (500, 20_000, 100_000)
    with database.transaction() as session:
        assert not differences(session)


def test_the_tags_are_there_and_the_same_again(database: Database):
    """Also if the names of tags were left from before."""
    seeded = [tags_by_item(database, **SMALL) for _ in range(2)]
    assert seeded[0] == seeded[1]
    assert len(seeded[0]) == 600
    assert {len(names) for names in seeded[0]} <= set(range(2, 8))


def tags_by_item(database: Database, **numbers: Any) -> list[list[str]]:
    statement = """
        SELECT array_agg(name ORDER BY name) FROM content_tags JOIN tags ON tags.id = tag_id
        GROUP BY content_id ORDER BY content_id"""
    with database.transaction() as session:
        session.execute(text("TRUNCATE users CASCADE"))
    with database.engine.begin() as connection:
        seed(connection, **numbers)
        return list(connection.execute(text(statement)).scalars())


def test_the_foreign_keys_are_as_before(database: Database):
    statement = text(
        "SELECT conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint "
        "WHERE conrelid = 'content_tags'::regclass ORDER BY 1, 2"
    )
    with database.engine.begin() as connection:
        before = connection.execute(statement).all()
        seed(connection, **SMALL)
        assert connection.execute(statement).all() == before
        assert connection.execute(text("SELECT count(*) FROM content_tags")).scalar_one() > 1200
    assert {row.convalidated for row in before} == {True}

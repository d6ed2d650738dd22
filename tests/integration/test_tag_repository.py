"""Tags by SQL: what the statements do on a real server."""

from genonaut.api.repositories.tag_repository import TagRepository
from genonaut.db.session import Database
from tests.support.rows import add_items, add_tag, add_user


def test_names_of_items_in_both_partitions_by_one_statement(database: Database) -> None:
    with database.transaction() as session:
        ada = add_user(session)
        first, third = add_items(session, ada, 2, source="auto")
        second, fourth = add_items(session, ada, 2)
        for name in ("zinc", "Ähre"):
            add_tag(session, name, [first, second])
        add_tag(session, "ash", [first, second, third])
        names = TagRepository(session).names_of([fourth, first, second, third, 99_999_999])
    assert names == {
        fourth: [],
        first: ["ash", "zinc", "Ähre"],
        second: ["ash", "zinc", "Ähre"],
        third: ["ash"],
        99_999_999: [],
    }
    with database.transaction() as session:
        assert TagRepository(session).names_of([]) == {}

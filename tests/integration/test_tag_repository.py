"""Tags by SQL: what the statements do on a real server."""

from genonaut.api.repositories.tag_repository import TagRepository
from genonaut.db.session import Database

ITEMS = """
INSERT INTO users (username) VALUES ('ada');
INSERT INTO content_items_all (id, source_type, title, content_data, prompt, creator_id)
SELECT n, CASE WHEN n IN (2, 4) THEN 'items' ELSE 'auto' END, 'Sea', '', 'sea', users.id
FROM generate_series(1, 4) AS n, users;
INSERT INTO tags (name) VALUES ('zinc'), ('Ähre'), ('ash');
INSERT INTO content_tags (content_id, source_type, tag_id)
SELECT content_items_all.id, source_type, tags.id FROM content_items_all, tags
WHERE content_items_all.id < 3 OR content_items_all.id = 3 AND name = 'ash';
"""


def test_names_of_items_in_both_partitions_by_one_statement(database: Database) -> None:
    with database.transaction() as session:
        session.connection().exec_driver_sql(ITEMS)
        names = TagRepository(session).names_of([4, 1, 2, 3, 99])
    assert names == {
        4: [],
        1: ["ash", "zinc", "Ähre"],
        2: ["ash", "zinc", "Ähre"],
        3: ["ash"],
        99: [],
    }
    with database.transaction() as session:
        assert TagRepository(session).names_of([]) == {}

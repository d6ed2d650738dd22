"""A small gallery with something of every facet, and what plain SQL says of it."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from tests.support.viewers import ADA, BO, CY, DEE, SEEN, SOURCE

# Whose, public or private, and made with what. The metadata have what programs write, and what none
# should: other types, empty texts, the same LoRA twice, and names with everything in them.
METADATA = (
    '{"model": "flux dev", "sampler": "Euler a", "loras": [{"name": "ink, wash", "weight": 0.8}]}',
    '{"model": "flux dev", "loras": ["detail", "ink, wash", "detail"]}',
    '{"model": "sd-1.5", "sampler": "DPM++ 2M", "loras": [{"name": "detail"}, {"weight": 1}, 7]}',
    '{"model": "", "sampler": null, "loras": "detail"}',
    '{"model": ["a", "list"], "sampler": 5, "loras": {"name": "no list"}}',
    '{"model": "it\'s 100% <b>&amp;\\" é 🦊", "loras": [null, "", {"name": ""}, {"name": null}]}',
    "{}",
)
FILL = """
INSERT INTO users (id, username)
SELECT id, name FROM unnest(%(ids)s::uuid[], %(names)s::text[]) AS added (id, name);
INSERT INTO content_items_all
    (source_type, title, content_data, prompt, creator_id, visibility, created_at, item_metadata)
SELECT CASE WHEN n %% 3 = 0 THEN 'auto' ELSE 'items' END, 'item ' || n,
       '', CASE WHEN n %% 4 = 0 THEN 'a fox' ELSE 'the sea' END,
       (%(ids)s::uuid[])[1 + n %% 3], CASE WHEN n %% 5 = 0 THEN 'private' ELSE 'public' END,
       timestamptz '2026-01-31 22:30:00-02' + n %% 5 * interval '40 days',
       ((%(metadata)s::text[])[1 + n %% 7])::jsonb
FROM generate_series(1, 90) AS n;
INSERT INTO tags (name) VALUES ('fox'), ('night, sky'), ('sea');
INSERT INTO content_tags (content_id, source_type, tag_id, creator_id)
SELECT item.id, source_type, tags.id, creator_id FROM content_items_all AS item
JOIN (VALUES ('fox', 2), ('night, sky', 3), ('sea', 7)) AS steps (name, step) ON item.id %% step = 0
JOIN tags USING (name)"""

# The facets of each item that is seen, by expressions that share nothing with the functions.
EACH = f"""
    SELECT item.id, 'month' AS facet, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM') AS value
    FROM content_items_all AS item WHERE {SEEN} AND item.id = ANY (%(among)s)
    UNION ALL
    SELECT item.id, key, substr(item_metadata ->> key, 1, 200)
    FROM content_items_all AS item, unnest(ARRAY['model', 'sampler']) AS key
    WHERE {SEEN} AND item_metadata ->> key <> '' AND item.id = ANY (%(among)s)
    UNION ALL
    SELECT DISTINCT item.id, 'lora', name #>> '{{}}'
    FROM content_items_all AS item,
         jsonb_array_elements(CASE WHEN jsonb_typeof(item_metadata -> 'loras') = 'array'
                              THEN item_metadata -> 'loras' ELSE '[]' END) AS one,
         LATERAL (VALUES (CASE jsonb_typeof(one) WHEN 'object' THEN one -> 'name' ELSE one END))
             AS named (name)
    WHERE {SEEN} AND jsonb_typeof(name) = 'string' AND name <> '""' AND item.id = ANY (%(among)s)
    UNION ALL
    SELECT item.id, 'tag', tag_id::text FROM content_items_all AS item
    JOIN content_tags ON content_id = item.id WHERE {SEEN} AND item.id = ANY (%(among)s)
    UNION ALL
    SELECT item.id, 'creator', creator_id::text
    FROM content_items_all AS item WHERE {SEEN} AND item.id = ANY (%(among)s)
    UNION ALL
    SELECT item.id, 'source',
           CASE WHEN creator_id = %(whose)s::uuid THEN 'user-' ELSE 'community-' END || {SOURCE}
    FROM content_items_all AS item WHERE {SEEN} AND item.id = ANY (%(among)s)"""


def fill(connection: Connection) -> None:
    ids = [ADA, BO, CY, DEE]
    given = {"ids": ids, "names": ["ada", "bo", "cy", "dee"], "metadata": list(METADATA)}
    for statement in FILL.split(";"):
        connection.exec_driver_sql(statement, given)


def truth(
    connection: Connection, viewer: Any, whose: Any, among: Iterable[int]
) -> dict[tuple[str, str], int]:
    """How many of these items, as far as the viewer sees them, have each value."""
    given = {"all": viewer.sees_all, "me": viewer.user_id, "whose": whose, "among": list(among)}
    rows = connection.exec_driver_sql(
        f"SELECT facet, value, count(*) FROM ({EACH}) AS each GROUP BY 1, 2", given
    )
    return {(facet, value): number for facet, value, number in rows}

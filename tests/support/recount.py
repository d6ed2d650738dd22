"""The truth, counted plainly, to compare the counts with. Shares nothing with the counting."""

from collections.abc import Collection
from typing import Any

from sqlalchemy.orm import Session

SOURCE = "CASE source_type WHEN 'items' THEN 'regular' ELSE 'auto' END"

PRIVATE_TAGS = """
        SELECT item.creator_id AS user_id, tag_id, count(*) AS count
        FROM content_tags JOIN content_items_all AS item
            ON item.id = content_id AND item.source_type = content_tags.source_type
        WHERE item.visibility = 'private' AND item.source_type = '{partition}' GROUP BY 1, 2
        UNION ALL
        SELECT NULL, tag_id, count(*)
        FROM content_tags JOIN content_items_all AS item
            ON item.id = content_id AND item.source_type = content_tags.source_type
        WHERE item.visibility = 'private' AND item.source_type = '{partition}' GROUP BY 2"""

SOURCES = f"""
        SELECT creator_id AS user_id, {SOURCE} AS source_type, count(*) AS count
        FROM content_items_all GROUP BY 1, 2
        UNION ALL
        SELECT NULL, {SOURCE}, count(*) FROM content_items_all GROUP BY 2"""

# The values of each item, by expressions that share nothing with the functions of the counting.
FACETS = """
        SELECT id, creator_id, visibility,
               source_type || to_char(created_at AT TIME ZONE 'UTC', '" month "YYYY-MM') AS facet
        FROM content_items_all
        UNION ALL
        SELECT id, creator_id, visibility,
               source_type || ' ' || key || ' ' || substr(item_metadata ->> key, 1, 200)
        FROM content_items_all, unnest(ARRAY['model', 'sampler']) AS key
        WHERE item_metadata ->> key <> ''
        UNION ALL
        SELECT DISTINCT id, creator_id, visibility, source_type || ' lora ' || (name #>> '{}')
        FROM content_items_all,
             LATERAL (VALUES (CASE jsonb_typeof(item_metadata -> 'loras') WHEN 'array'
                                   THEN item_metadata -> 'loras' ELSE '[]' END)) AS l (listed),
             jsonb_array_elements(CASE WHEN jsonb_array_length(listed) <= 100
                                  THEN listed ELSE '[]' END) AS one,
             LATERAL (VALUES (CASE jsonb_typeof(one) WHEN 'object' THEN one -> 'name' ELSE one END))
                 AS named (name)
        WHERE jsonb_typeof(name) = 'string' AND length(name #>> '{}') BETWEEN 1 AND 200"""
FACET_COUNTS = """
        SELECT creator_id AS user_id, facet, count(*) AS count
        FROM ({facets}) AS each WHERE {only} GROUP BY 1, 2
        UNION ALL
        SELECT NULL, facet, count(*) FROM ({facets}) AS each WHERE {only} GROUP BY 2"""
CREATOR_TAGS = """
        SELECT item.creator_id AS user_id, tag_id, count(*) AS count
        FROM content_tags JOIN content_items_all AS item
            ON item.id = content_id AND item.source_type = content_tags.source_type
        WHERE item.source_type = '{partition}' GROUP BY 1, 2"""
# By the items as well: what favourites and places say of them is a copy.
KIND = """concat_ws(' ',
            CASE WHEN item.creator_id = kept.user_id THEN 'own' ELSE 'other' END, item.visibility,
            CASE item.source_type WHEN 'items' THEN 'regular' ELSE 'auto' END,
            CASE WHEN kept.pinned THEN 'pinned' END, CASE WHEN kept.is_public THEN 'shown' END)"""
KEPT = """bookmarks AS kept JOIN content_items_all AS item
            ON item.id = kept.content_id AND item.source_type = kept.source_type"""

TRUTHS = {
    "gen_source_counts": SOURCES,
    "tag_cardinality_counts": f"""
        SELECT tag_id, {SOURCE} AS content_source, count(*) AS cardinality
        FROM content_tags GROUP BY 1, 2""",
    "private_source_counts": f"""
        SELECT creator_id AS user_id, {SOURCE} AS source_type, count(*) AS count
        FROM content_items_all WHERE visibility = 'private' GROUP BY 1, 2
        UNION ALL
        SELECT NULL, {SOURCE}, count(*)
        FROM content_items_all WHERE visibility = 'private' GROUP BY 2""",
    # By the items: what their tags say of them is a copy.
    "private_regular_tag_counts": PRIVATE_TAGS.format(partition="items"),
    "private_auto_tag_counts": PRIVATE_TAGS.format(partition="auto"),
    "facet_counts": FACET_COUNTS.format(facets=FACETS, only="true"),
    "private_facet_counts": FACET_COUNTS.format(facets=FACETS, only="visibility = 'private'"),
    "creator_regular_tag_counts": CREATOR_TAGS.format(partition="items"),
    "creator_auto_tag_counts": CREATOR_TAGS.format(partition="auto"),
    "bookmark_counts": f"""
        SELECT kept.user_id, {KIND} AS kind, count(*) AS count FROM {KEPT} GROUP BY 1, 2""",
    "album_item_counts": f"""
        SELECT category_id, {KIND} AS kind, count(*) AS count
        FROM bookmark_category_members AS member
        JOIN ({KEPT}) ON kept.id = member.bookmark_id GROUP BY 1, 2""",
    "album_counts": """
        SELECT user_id, CASE WHEN is_public THEN 'public' ELSE 'private' END AS visibility,
               count(*) AS count
        FROM bookmark_categories GROUP BY 1, 2""",
    "rating_counts": """
        SELECT content_id, value, count(*) AS count FROM ratings GROUP BY 1, 2""",
    # The one of docs/add-a-count.md and the spread one, where they are installed.
    "content_type_counts": """
        SELECT creator_id AS user_id, content_type, count(*) AS count
        FROM content_items_all GROUP BY 1, 2
        UNION ALL
        SELECT NULL, content_type, count(*) FROM content_items_all GROUP BY 2""",
    "spread_source_counts": SOURCES,
}
# One statement, so both sides are seen on one snapshot.
DIFFERENCES = """
    WITH truth AS ({truth})
    (SELECT '{view} lacks', * FROM truth EXCEPT ALL SELECT '{view} lacks', * FROM {view})
    UNION ALL
    (SELECT '{view} has', * FROM {view} EXCEPT ALL SELECT '{view} has', * FROM truth)"""


def differences(session: Session, but_not: Collection[str] = ()) -> list[tuple[Any, ...]]:
    """Of all counts that are there: rows that are not true, and true rows that are not there."""
    connection = session.connection()
    return [
        tuple(row)
        for view, truth in TRUTHS.items()
        if view not in but_not
        if connection.exec_driver_sql("SELECT to_regclass(%s)", (view,)).scalar()
        for row in connection.exec_driver_sql(DIFFERENCES.format(truth=truth, view=view))
    ]

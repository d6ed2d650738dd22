"""The truth, counted plainly, to compare the counts with. Shares nothing with the counting."""

from typing import Any

from sqlalchemy.orm import Session

# One statement, so both sides are seen on one snapshot.
DIFFERENCES = """
WITH truth AS (
    SELECT creator_id AS user_id,
           CASE source_type WHEN 'items' THEN 'regular' ELSE 'auto' END AS source_type,
           count(*) AS count
    FROM content_items_all GROUP BY 1, 2
    UNION ALL
    SELECT NULL, CASE source_type WHEN 'items' THEN 'regular' ELSE 'auto' END, count(*)
    FROM content_items_all GROUP BY 2
)
(SELECT 'truth' AS side, * FROM truth EXCEPT ALL SELECT 'truth', * FROM gen_source_counts)
UNION ALL
(SELECT 'counts' AS side, * FROM gen_source_counts EXCEPT ALL SELECT 'counts', * FROM truth)
"""


def differences(session: Session) -> list[tuple[Any, ...]]:
    """The rows of `gen_source_counts` that are not true, and the true rows that it lacks."""
    return [tuple(row) for row in session.connection().exec_driver_sql(DIFFERENCES)]

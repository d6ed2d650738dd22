-- name: fold
-- Empty the ledger of its visible rows, and add their sums to the stored counts.
-- Stored counts that reach zero are deleted.
WITH
{% if owner %}
{% include "fold_owned_entries.sql" %}
{% else %}
entries_taken AS (
    DELETE FROM {{ ledger }} RETURNING {{ key }}, {{ category }}, delta
),
{% endif %}
{% if total %}
{% include "fold_totals.sql" %}
{% endif %}
amounts AS (
    SELECT {{ key }}, {{ category }}, sum(delta)::bigint AS amount
    FROM entries_taken
    WHERE {{ key }} IS NOT NULL
    GROUP BY {{ key }}, {{ category }}
    HAVING sum(delta) <> 0
),
counts_emptied AS (
    DELETE FROM {{ stats }} AS stored
    USING amounts AS added
    WHERE stored.{{ key }} = added.{{ key }}
      AND stored.{{ category }} = added.{{ category }}
      AND stored.{{ count }} + added.amount = 0
    RETURNING stored.{{ key }}, stored.{{ category }}, stored.{{ count }}
),
{% if owner %}
counts_forgotten AS (
    INSERT INTO {{ ledger }} ({{ key }}, {{ category }}, delta{{ and_home() }})
    SELECT entry.{{ key }}, gone.{{ category }}, entry.delta{{ and_home("gone." ~ key) }}
    FROM counts_emptied AS gone
    CROSS JOIN LATERAL (
        VALUES
{% if total %}
            (NULL, gone.{{ count }}),
{% endif %}
            (gone.{{ key }}, -gone.{{ count }})
    ) AS entry ({{ key }}, delta)
    WHERE NOT EXISTS (SELECT FROM owners_staying WHERE owners_staying.id = gone.{{ key }})
),
{% endif %}
counts_changed AS (
    UPDATE {{ stats }} AS stored
    SET {{ count }} = stored.{{ count }} + added.amount, updated_at = now()
    FROM amounts AS added
    WHERE stored.{{ key }} = added.{{ key }}
      AND stored.{{ category }} = added.{{ category }}
      AND stored.{{ count }} + added.amount <> 0
    RETURNING 1
),
counts_added AS (
    INSERT INTO {{ stats }} ({{ key }}, {{ category }}, {{ count }}{{ and_home() }})
    SELECT added.{{ key }}, added.{{ category }}, added.amount{{ and_home("added." ~ key) }}
    FROM amounts AS added
{% if owner %}
    JOIN owners_staying ON owners_staying.id = added.{{ key }}
{% endif %}
    LEFT JOIN {{ stats }} AS before USING ({{ key }}, {{ category }})
    WHERE before.{{ count }} IS NULL
    ORDER BY added.{{ key }}, added.{{ category }}
    RETURNING 1
)
SELECT
    (SELECT count(*) FROM entries_taken) AS rows_taken,
    (SELECT count(*) FROM counts_emptied) + (SELECT count(*) FROM counts_changed)
        + (SELECT count(*) FROM counts_added)
{% if total %}
        + (SELECT count(*) FROM totals_emptied) + (SELECT count(*) FROM totals_changed)
{% endif %}
        AS rows_written;

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
    INSERT INTO {{ ledger }} ({{ key }}, {{ category }}, delta)
    SELECT entry.{{ key }}, gone.{{ category }}, entry.delta
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
    INSERT INTO {{ stats }} AS stored ({{ key }}, {{ category }}, {{ count }})
    SELECT added.{{ key }}, added.{{ category }}, added.amount
    FROM amounts AS added
    LEFT JOIN {{ stats }} AS before USING ({{ key }}, {{ category }})
{% if owner %}
    LEFT JOIN owners_staying ON owners_staying.id = added.{{ key }}
    WHERE before.{{ count }} + added.amount <> 0
       OR (before.{{ count }} IS NULL AND owners_staying.id IS NOT NULL)
{% else %}
    WHERE before.{{ count }} IS NULL OR before.{{ count }} + added.amount <> 0
{% endif %}
    ORDER BY added.{{ key }}, added.{{ category }}
    ON CONFLICT ({{ key }}, {{ category }})
{% if total %}
        WHERE {{ key }} IS NOT NULL
{% endif %}
    DO UPDATE SET {{ count }} = stored.{{ count }} + excluded.{{ count }}, updated_at = now()
    RETURNING 1
)
SELECT
    (SELECT count(*) FROM entries_taken) AS rows_taken,
    (SELECT count(*) FROM counts_emptied) + (SELECT count(*) FROM counts_changed)
{% if total %}
        + (SELECT count(*) FROM totals_emptied) + (SELECT count(*) FROM totals_changed)
{% endif %}
        AS rows_written;

-- name: fold
-- Empty the ledger of what is visible, and add its sums to the stored counts.
-- Rows that reach zero are deleted.
{% if owner %}
-- Keys whose row of {{ owner }} is being deleted at this moment are left for the next fold: waiting
-- could deadlock. A key whose row is gone gets no new count. (A count that it has is there only
-- because the foreign key was bypassed; that may come to zero. Then {{ name }}_forget_owner enters
-- what it was, and `counts_forgotten` the opposite.)
-- Written such that no plan compares rows with rows one by one, whatever the planner knows of them.
WITH owners_staying AS MATERIALIZED (
    SELECT {{ owner_id }} AS id FROM {{ owner }}
    WHERE {{ owner_id }} IN (SELECT {{ key }} FROM {{ ledger }})
    FOR KEY SHARE SKIP LOCKED
),
owners_leaving AS MATERIALIZED (
    SELECT {{ owner_id }} AS id FROM {{ owner }}
    WHERE {{ owner_id }} IN (SELECT {{ key }} FROM {{ ledger }} EXCEPT SELECT id FROM owners_staying)
),
entries_taken AS (
    DELETE FROM {{ ledger }} AS entry
    WHERE NOT EXISTS (SELECT FROM owners_leaving WHERE owners_leaving.id = entry.{{ key }})
    RETURNING entry.{{ key }}, entry.{{ category }}, entry.delta
),
{% else %}
WITH entries_taken AS (
    DELETE FROM {{ ledger }} RETURNING {{ key }}, {{ category }}, delta
),
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
    ON CONFLICT ({{ key }}, {{ category }}){{ " WHERE " ~ key ~ " IS NOT NULL" if total else "" }}
    DO UPDATE SET {{ count }} = stored.{{ count }} + excluded.{{ count }}, updated_at = now()
    RETURNING 1
){{ "," if owner or total else "" }}
{% if owner %}
counts_forgotten AS (
    INSERT INTO {{ ledger }} ({{ key }}, {{ category }}, delta)
    SELECT entry.{{ key }}, gone.{{ category }}, entry.delta
    FROM counts_emptied AS gone
    CROSS JOIN LATERAL (
        VALUES (gone.{{ key }}, -gone.{{ count }}){{ ", (NULL, gone." ~ count ~ ")" if total else "" }}
    ) AS entry ({{ key }}, delta)
    WHERE NOT EXISTS (SELECT FROM owners_staying WHERE owners_staying.id = gone.{{ key }})
){{ "," if total else "" }}
{% endif %}
{% if total %}
total_amounts AS (
    SELECT {{ category }}, sum(delta)::bigint AS amount
    FROM entries_taken
    GROUP BY {{ category }}
    HAVING sum(delta) <> 0
),
totals_emptied AS (
    DELETE FROM {{ stats }} AS stored
    USING total_amounts AS added
    WHERE stored.{{ key }} IS NULL
      AND stored.{{ category }} = added.{{ category }}
      AND stored.{{ count }} + added.amount = 0
    RETURNING 1
),
totals_changed AS (
    INSERT INTO {{ stats }} AS stored ({{ key }}, {{ category }}, {{ count }})
    SELECT NULL, added.{{ category }}, added.amount
    FROM total_amounts AS added
    LEFT JOIN {{ stats }} AS before
           ON before.{{ key }} IS NULL AND before.{{ category }} = added.{{ category }}
    WHERE before.{{ count }} IS NULL OR before.{{ count }} + added.amount <> 0
    ORDER BY added.{{ category }}
    ON CONFLICT ({{ category }}) WHERE {{ key }} IS NULL
    DO UPDATE SET {{ count }} = stored.{{ count }} + excluded.{{ count }}, updated_at = now()
    RETURNING 1
)
{% endif %}
SELECT
    (SELECT count(*) FROM entries_taken) AS rows_taken,
    (SELECT count(*) FROM counts_emptied) + (SELECT count(*) FROM counts_changed)
{% if total %}
        + (SELECT count(*) FROM totals_emptied) + (SELECT count(*) FROM totals_changed)
{% endif %}
        AS rows_written;

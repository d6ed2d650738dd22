-- name: fold
-- Empty the ledger of what is visible, and add its sums to the stored counts.
-- Rows that reach zero are deleted.
{% if owner %}
-- Keys whose row of {{ owner }} is being deleted at this moment are left for the next fold: waiting
-- could deadlock. Keys whose row is gone (which only a constraint that was bypassed leaves) are not
-- stored.
-- Written such that no plan compares rows with rows one by one, whatever the planner knows of them.
WITH owners AS MATERIALIZED (
    SELECT {{ owner_id }} AS id FROM {{ owner }}
    WHERE {{ owner_id }} IN (SELECT {{ key }} FROM {{ ledger }})
),
staying AS MATERIALIZED (
    SELECT {{ owner_id }} AS id FROM {{ owner }}
    WHERE {{ owner_id }} IN (SELECT {{ key }} FROM {{ ledger }})
    ORDER BY {{ owner_id }}
    FOR KEY SHARE SKIP LOCKED
),
leaving AS MATERIALIZED (
    SELECT id FROM owners EXCEPT SELECT id FROM staying
),
taken AS (
    DELETE FROM {{ ledger }} AS entry
    WHERE NOT EXISTS (SELECT FROM leaving WHERE leaving.id = entry.{{ key }})
    RETURNING entry.{{ key }}, entry.{{ category }}, entry.delta
),
{% else %}
WITH taken AS (
    DELETE FROM {{ ledger }} RETURNING {{ key }}, {{ category }}, delta
),
{% endif %}
amounts AS (
    SELECT {{ key }}, {{ category }}, amount
    FROM (
        SELECT {{ key }}, {{ category }}, sum(delta)::bigint AS amount
        FROM taken
        WHERE {{ key }} IS NOT NULL
        GROUP BY {{ key }}, {{ category }}
        HAVING sum(delta) <> 0
    ) AS sums
{% if owner %}
    JOIN {{ owner }} ON {{ owner }}.{{ owner_id }} = sums.{{ key }}
{% endif %}
),
emptied AS (
    DELETE FROM {{ stats }} AS stored
    USING amounts AS added
    WHERE stored.{{ key }} = added.{{ key }}
      AND stored.{{ category }} = added.{{ category }}
      AND stored.{{ count }} + added.amount = 0
    RETURNING 1
),
changed AS (
    INSERT INTO {{ stats }} AS stored ({{ key }}, {{ category }}, {{ count }})
    SELECT added.{{ key }}, added.{{ category }}, added.amount
    FROM amounts AS added
    LEFT JOIN {{ stats }} AS before USING ({{ key }}, {{ category }})
    WHERE before.{{ count }} IS NULL OR before.{{ count }} + added.amount <> 0
    ORDER BY added.{{ key }}, added.{{ category }}
    ON CONFLICT ({{ key }}, {{ category }}){{ " WHERE " ~ key ~ " IS NOT NULL" if total else "" }}
    DO UPDATE SET {{ count }} = stored.{{ count }} + excluded.{{ count }}, updated_at = now()
    RETURNING 1
){{ "," if total else "" }}
{% if total %}
total_amounts AS (
    SELECT {{ category }}, sum(delta)::bigint AS amount
    FROM taken
    GROUP BY {{ category }}
    HAVING sum(delta) <> 0
),
emptied_totals AS (
    DELETE FROM {{ stats }} AS stored
    USING total_amounts AS added
    WHERE stored.{{ key }} IS NULL
      AND stored.{{ category }} = added.{{ category }}
      AND stored.{{ count }} + added.amount = 0
    RETURNING 1
),
changed_totals AS (
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
    (SELECT count(*) FROM taken) AS rows_taken,
    (SELECT count(*) FROM emptied) + (SELECT count(*) FROM changed)
{% if total %}
        + (SELECT count(*) FROM emptied_totals) + (SELECT count(*) FROM changed_totals)
{% endif %}
        AS rows_written;

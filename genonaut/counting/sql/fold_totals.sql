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
    INSERT INTO {{ stats }} AS stored ({{ key }}, {{ category }}, {{ count }}{{ and_home() }})
    SELECT NULL, added.{{ category }}, added.amount{{ and_home(home) }}
    FROM total_amounts AS added
    LEFT JOIN {{ stats }} AS before
           ON before.{{ key }} IS NULL AND before.{{ category }} = added.{{ category }}
    WHERE before.{{ count }} IS NULL OR before.{{ count }} + added.amount <> 0
    ORDER BY added.{{ category }}
    ON CONFLICT ({{ category }}{{ and_home() }}) WHERE {{ key }} IS NULL
    DO UPDATE SET {{ count }} = stored.{{ count }} + excluded.{{ count }}, updated_at = now()
    RETURNING 1
),

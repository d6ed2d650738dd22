-- `read` of a spread count, in two pieces: `rendering` puts them together, also those of several counts.

-- name: head
-- The row without a category: when this was read, and when the counts were last compared with the truth.
SELECT {{ name|literal }}::text AS of,
       NULL::{{ key_type }} AS key,
       NULL::{{ category_type }} AS category,
       NULL::bigint AS count,
       0::bigint AS ledger_rows,
       statement_timestamp() AS as_of,
       (SELECT started_at FROM {{ refreshes }}
         WHERE outcome <> 'failed' ORDER BY id DESC LIMIT 1) AS verified_at;

-- name: branches
-- Stored counts and ledger of a part are of one moment only if they are read together. So an engine
-- must be able to hand this on to each part as it is: no branch groups by itself or refers to a table
-- that lies elsewhere, and each has the home.
    SELECT {{ name|literal }}::text, {{ key }}, {{ category }}, {{ count }}, 0, home
    FROM {{ stats }}
    WHERE {{ key }} = ANY (%(keys)s::{{ key_type }}[])
{% if total %}
    UNION ALL
    SELECT {{ name|literal }}::text, {{ key }}, {{ category }}, {{ count }}, 0, home
    FROM {{ stats }}
    WHERE {{ key }} IS NULL
{% endif %}
    UNION ALL
    SELECT {{ name|literal }}::text,
           CASE WHEN {{ key }} = ANY (%(keys)s::{{ key_type }}[]) THEN {{ key }} END,
           {{ category }}, delta, 1, home
    FROM {{ ledger }};

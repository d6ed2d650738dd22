-- Stored counts and ledger of a part are of one moment only if they are read together. So an engine
-- must be able to hand this on to each part as it is: no branch groups by itself or refers to a table
-- that lies elsewhere, and each has the home.
UNION ALL
SELECT {{ name|literal }}, key, category, sum(amount)::bigint, sum(of_ledger), NULL, NULL
FROM (
    SELECT {{ key }}, {{ category }}, {{ count }}, 0, home
    FROM {{ stats }}
    WHERE {{ key }} = ANY (%(keys)s::{{ key_type }}[])
{% if total %}
    UNION ALL
    SELECT {{ key }}, {{ category }}, {{ count }}, 0, home
    FROM {{ stats }}
    WHERE {{ key }} IS NULL
{% endif %}
    UNION ALL
    SELECT CASE WHEN {{ key }} = ANY (%(keys)s::{{ key_type }}[]) THEN {{ key }} END,
           {{ category }}, delta, 1, home
    FROM {{ ledger }}
) AS parts (key, category, amount, of_ledger, home)
GROUP BY key, category, of_ledger;

-- What is suggested while one types a search.

-- name: models
-- On one database.
-- Each next model is looked up in the index by itself: as many steps as models that are wanted,
-- however many items there are.
WITH RECURSIVE found (folded, written, number) AS (
    (
        SELECT search_name(item_metadata ->> 'model') COLLATE "C",
               left(item_metadata ->> 'model', 200), 1
        FROM content_items_all
        WHERE visibility = :visibility AND (item_metadata ->> 'model') IS NOT NULL
          AND search_name(item_metadata ->> 'model') COLLATE "C" >= :first
          AND search_name(item_metadata ->> 'model') COLLATE "C" < :last
        ORDER BY search_name(item_metadata ->> 'model') COLLATE "C"
        LIMIT 1
    )
    UNION ALL
    SELECT following.folded, following.written, found.number + 1
    FROM found CROSS JOIN LATERAL (
        SELECT search_name(item_metadata ->> 'model') COLLATE "C" AS folded,
               left(item_metadata ->> 'model', 200) AS written
        FROM content_items_all
        WHERE visibility = :visibility AND (item_metadata ->> 'model') IS NOT NULL
          AND search_name(item_metadata ->> 'model') COLLATE "C" > found.folded
          AND search_name(item_metadata ->> 'model') COLLATE "C" < :last
        ORDER BY search_name(item_metadata ->> 'model') COLLATE "C"
        LIMIT 1
    ) AS following
    WHERE found.number < :number
)
SELECT written FROM found ORDER BY folded;

-- name: next_model
-- Where items are spread: one such step, to the model behind another one.
SELECT search_name(item_metadata ->> 'model') COLLATE "C" AS folded,
       left(item_metadata ->> 'model', 200) AS written
FROM content_items_all
WHERE visibility = :visibility AND (item_metadata ->> 'model') IS NOT NULL
  AND search_name(item_metadata ->> 'model') COLLATE "C" >= :first
  AND search_name(item_metadata ->> 'model') COLLATE "C" <> :behind
  AND search_name(item_metadata ->> 'model') COLLATE "C" < :last
ORDER BY search_name(item_metadata ->> 'model') COLLATE "C"
LIMIT 1;

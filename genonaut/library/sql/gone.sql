-- Files in place that went away.

-- name: known
SELECT name, bytes, modified_ns, missing_since IS NOT NULL AS is_missing
FROM library_files
WHERE root = :root AND starts_with(name, :prefix) AND name > :after
ORDER BY name LIMIT :rows;

-- name: same_bytes
-- The names of these files, each with another file that has its bytes.
SELECT gone.name AS old_name, other.name AS new_name
FROM library_files AS gone
JOIN library_files AS other
    ON other.sha256 = gone.sha256 AND other.name <> gone.name AND other.missing_since IS NULL
WHERE gone.name = ANY(:names);

-- name: showing
-- The items of such files, by the names of both.
SELECT item.id, item.source_type, item.creator_id, given.old_name, given.new_name
FROM (
    SELECT unnest(CAST(:old_names AS text[])) AS old_name,
        unnest(CAST(:new_names AS text[])) AS new_name
) AS given
JOIN content_items_all AS item
    ON item.content_data = given.old_name AND item.names_file AND item.content_data <> ''
ORDER BY item.id, given.new_name;

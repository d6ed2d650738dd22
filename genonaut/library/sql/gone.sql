-- Files in place that went away.

-- name: known
SELECT name, bytes, modified_ns, missing_since IS NOT NULL AS is_missing
FROM library_files
WHERE root = :root AND starts_with(name, :prefix) AND name > :after
ORDER BY name LIMIT :rows;

-- name: same_bytes
-- The items of these files, each with another file that has its bytes.
SELECT item.id, item.source_type, item.content_data AS old_name, other.name AS new_name
FROM library_files AS gone
JOIN content_items_all AS item ON item.content_data = gone.name AND item.names_file
JOIN library_files AS other
    ON other.sha256 = gone.sha256 AND other.name <> gone.name AND other.missing_since IS NULL
WHERE gone.name = ANY(:names)
ORDER BY item.id, other.name;

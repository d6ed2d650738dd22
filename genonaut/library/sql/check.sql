-- Comparing what the database knows of files with what is there.

-- name: files
-- On one database.
SELECT name, root, sha256, bytes, modified_ns, missing_since IS NOT NULL AS is_missing,
    NOT EXISTS (SELECT FROM content_items_all WHERE content_data = files.name)
    AND NOT EXISTS (SELECT FROM deleted_items WHERE item ->> 'content_data' = files.name)
    AS is_unused,
    EXISTS (SELECT FROM picture_hashes WHERE sha256 = files.sha256) AS is_compared
FROM library_files AS files
ORDER BY name;

-- name: names
SELECT name FROM library_files WHERE name > :after ORDER BY name LIMIT :rows;

-- name: files_of
-- `files` of some names, where items are spread: there no statement looks for the items of each file.
SELECT name, root, sha256, bytes, modified_ns, missing_since IS NOT NULL AS is_missing,
    name <> ALL (SELECT content_data FROM content_items_all WHERE content_data = ANY(:names))
    AND NOT EXISTS (SELECT FROM deleted_items WHERE item ->> 'content_data' = files.name)
    AS is_unused,
    EXISTS (SELECT FROM picture_hashes WHERE sha256 = files.sha256) AS is_compared
FROM library_files AS files
WHERE name = ANY(:names)
ORDER BY name;

-- name: miss
UPDATE library_files SET missing_since = now()
WHERE name = ANY(:names) AND missing_since IS NULL;

-- name: find
UPDATE library_files SET missing_since = NULL WHERE name = ANY(:names);

-- name: forget
-- Unless an item has begun to use it since it was found unused.
DELETE FROM library_files AS files
WHERE name = ANY(:names)
  AND name <> ALL (SELECT content_data FROM content_items_all WHERE content_data = ANY(:names))
  AND NOT EXISTS (SELECT FROM deleted_items WHERE item ->> 'content_data' = files.name)
RETURNING name;

-- name: with_digests
-- Of these images, those that a file still has.
SELECT DISTINCT sha256 FROM library_files WHERE sha256 = ANY(:digests);

-- name: forget_files
-- As `forget`, with what is needed to remove the files.
DELETE FROM library_files AS files
WHERE name = ANY(:names)
  AND name <> ALL (SELECT content_data FROM content_items_all WHERE content_data = ANY(:names))
  AND NOT EXISTS (SELECT FROM deleted_items WHERE item ->> 'content_data' = files.name)
RETURNING name, root, sha256;

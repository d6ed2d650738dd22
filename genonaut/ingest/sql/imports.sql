-- Imports under names, and the items that each has added.

-- name: taken_names
SELECT name FROM imports WHERE starts_with(name, :name);

-- name: begin
INSERT INTO imports (name, sources) VALUES (:name, :sources)
ON CONFLICT (name) DO NOTHING RETURNING id;

-- name: record
INSERT INTO imported_items (import_id, content_id, source_type, fingerprint)
SELECT :import_id, item.id, item.source_type, item_fingerprint(item)
FROM import_batch AS batch JOIN content_items_all AS item USING (id, source_type);

-- name: end
UPDATE imports SET ended_at = clock_timestamp() WHERE id = :import_id;

-- name: forget_empty
-- Of an import that has added nothing, or whose items were all removed.
DELETE FROM imports
WHERE id = :import_id
  AND NOT EXISTS (SELECT FROM imported_items WHERE import_id = imports.id);

-- name: name
SELECT name FROM imports WHERE id = :import_id;

-- name: list
-- The newest first; `there` are those of its items that have not been deleted.
SELECT imports.*, count(imported.content_id) AS added, count(item.id) AS there
FROM imports
LEFT JOIN imported_items AS imported ON imported.import_id = imports.id
LEFT JOIN content_items_all AS item
    ON item.id = imported.content_id AND item.source_type = imported.source_type
GROUP BY imports.id
ORDER BY imports.id DESC;

-- name: find
SELECT * FROM imports WHERE name = :wanted OR id::text = :wanted
ORDER BY name = :wanted DESC LIMIT 1;

-- name: contents
SELECT
    count(*) AS added,
    count(item.id) AS there,
    count(item.id) FILTER (WHERE imported.fingerprint <> item_fingerprint(item)) AS changed,
    count(DISTINCT files.name) AS files
FROM imported_items AS imported
LEFT JOIN content_items_all AS item
    ON item.id = imported.content_id AND item.source_type = imported.source_type
LEFT JOIN library_files AS files ON files.name = item.content_data AND item.names_file
WHERE imported.import_id = :import_id;

-- name: creators
SELECT users.username AS name, count(*) AS items
FROM imported_items AS imported
JOIN content_items_all AS item
    ON item.id = imported.content_id AND item.source_type = imported.source_type
JOIN users ON users.id = item.creator_id
WHERE imported.import_id = :import_id
GROUP BY users.username ORDER BY items DESC, name LIMIT 10;

-- name: hold
-- A writer who changes one of them waits. In one order, so that two removals never deadlock.
SELECT count(*) FROM (
    SELECT FROM content_items_all AS item
    JOIN imported_items AS imported
        ON item.id = imported.content_id AND item.source_type = imported.source_type
    WHERE imported.import_id = :import_id
    ORDER BY item.id
    FOR UPDATE OF item
) AS held;

-- name: remove
-- A statement of its own, so that it sees what had changed before they were held.
WITH removed AS (
    DELETE FROM content_items_all AS item
    USING imported_items AS imported
    WHERE imported.import_id = :import_id
      AND item.id = imported.content_id AND item.source_type = imported.source_type
      AND imported.fingerprint = item_fingerprint(item)
    RETURNING CASE WHEN item.names_file THEN item.content_data END AS name
)
SELECT name, count(*) AS items FROM removed GROUP BY name;

-- name: forget_items
-- Those that are gone, also by an earlier deletion that can no longer be undone.
DELETE FROM imported_items AS imported
WHERE import_id = :import_id
  AND NOT EXISTS (
    SELECT FROM content_items_all AS item
    WHERE item.id = imported.content_id AND item.source_type = imported.source_type)
  AND NOT EXISTS (SELECT FROM deleted_items WHERE deleted_items.id = imported.content_id);

-- Imports under names, and the items that each has added.
--
-- FINGERPRINT stands for the hash of what a person may have changed of an `item`.

-- name: taken_names
SELECT name FROM imports WHERE starts_with(name, :name);

-- name: begin
INSERT INTO imports (name, sources) VALUES (:name, :sources)
ON CONFLICT (name) DO NOTHING RETURNING id;

-- name: record
INSERT INTO imported_items (import_id, content_id, source_type, fingerprint)
SELECT :import_id, item.id, item.source_type, FINGERPRINT
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
SELECT imports.*, coalesce(made.items, 0) AS added, coalesce(found.items, 0) AS there
FROM imports
LEFT JOIN (
    SELECT import_id, count(*) AS items FROM imported_items GROUP BY import_id
) AS made ON made.import_id = imports.id
LEFT JOIN (
    SELECT imported.import_id, count(*) AS items
    FROM imported_items AS imported
    JOIN content_items_all AS item
        ON item.id = imported.content_id AND item.source_type = imported.source_type
    GROUP BY imported.import_id
) AS found ON found.import_id = imports.id
ORDER BY imports.id DESC;

-- name: find
SELECT * FROM imports WHERE name = :wanted OR id::text = :wanted
ORDER BY name = :wanted DESC LIMIT 1;

-- name: contents
SELECT
    (SELECT count(*) FROM imported_items WHERE import_id = :import_id) AS added,
    count(*) AS there,
    count(*) FILTER (WHERE found.has_changed) AS changed,
    count(DISTINCT files.name) AS files
FROM (
    SELECT imported.fingerprint <> FINGERPRINT AS has_changed,
        CASE WHEN item.names_file THEN item.content_data END AS name
    FROM imported_items AS imported
    JOIN content_items_all AS item
        ON item.id = imported.content_id AND item.source_type = imported.source_type
    WHERE imported.import_id = :import_id
    OFFSET 0  -- each fingerprint is compared before it is counted
) AS found
LEFT JOIN library_files AS files ON files.name = found.name;

-- name: creators
SELECT users.username AS name, count(*) AS items
FROM imported_items AS imported
JOIN content_items_all AS item
    ON item.id = imported.content_id AND item.source_type = imported.source_type
JOIN users ON users.id = item.creator_id
WHERE imported.import_id = :import_id
GROUP BY users.username ORDER BY items DESC, name LIMIT 10;

-- name: items
SELECT item.id, item.creator_id
FROM imported_items AS imported
JOIN content_items_all AS item
    ON item.id = imported.content_id AND item.source_type = imported.source_type
WHERE imported.import_id = :import_id;

-- name: hold
-- A writer who changes one of them waits. In one order, so that two removals never deadlock.
SELECT count(*) FROM (
    SELECT FROM content_items_all
    WHERE id = ANY(:ids) AND creator_id = ANY(:creators)
    ORDER BY id
    FOR UPDATE
) AS held;

-- name: unchanged
-- A statement of its own, so that it sees what had changed before they were held.
SELECT item.id, item.creator_id
FROM imported_items AS imported
JOIN content_items_all AS item
    ON item.id = imported.content_id AND item.source_type = imported.source_type
WHERE imported.import_id = :import_id AND imported.fingerprint = FINGERPRINT;

-- name: remove
WITH removed AS (
    DELETE FROM content_items_all
    WHERE id = ANY(:ids) AND creator_id = ANY(:creators)
    RETURNING CASE WHEN names_file THEN content_data END AS name
)
SELECT name, count(*) AS items FROM removed GROUP BY name;

-- name: forget_items
-- Those that are gone, also by an earlier deletion that can no longer be undone.
DELETE FROM imported_items AS imported
WHERE import_id = :import_id
  AND content_id <> ALL (
    SELECT item.id
    FROM imported_items AS there
    JOIN content_items_all AS item
        ON item.id = there.content_id AND item.source_type = there.source_type
    WHERE there.import_id = :import_id)
  AND NOT EXISTS (SELECT FROM deleted_items WHERE deleted_items.id = imported.content_id);

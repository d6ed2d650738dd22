-- What the database knows of files.

-- name: served
-- The files that items name, with the folders that are registered.
SELECT files.*, roots.path,
    EXISTS (SELECT FROM picture_hashes WHERE sha256 = files.sha256) AS is_compared
FROM library_files AS files LEFT JOIN library_roots AS roots ON roots.name = files.root
WHERE files.name = ANY(:names);

-- name: any_missing
SELECT EXISTS (SELECT FROM library_files WHERE missing_since IS NOT NULL);

-- name: seen
-- On one database.
-- What imports made of paths, if it still holds: an item's file is not missing. Without a name, the
-- item was deleted. Where no file is missing, looking at each would be a third of the work.
-- LIMIT: without it, the planner may join all items that were ever imported, for each thousand.
SELECT seen.path_digest, seen.bytes, seen.modified_ns, item.content_data AS name, seen.reason
FROM library_seen AS seen
LEFT JOIN LATERAL (
    SELECT content_data FROM content_items_all
    WHERE item_metadata ->> 'import_key' = seen.import_key AND item_metadata ? 'import_key'
      AND names_file
    LIMIT 1
) AS item ON true
WHERE seen.path_digest = ANY(:digests) AND (
    seen.reason IS NOT NULL
    OR item.content_data IS NULL
    OR NOT :any_missing
    OR (SELECT missing_since IS NULL FROM library_files WHERE name = item.content_data)
);

-- name: seen_paths
-- Where items are spread, `seen` is three statements: what is kept of paths, the files of the items that
-- were made of them, and those of these that are there.
SELECT path_digest, bytes, modified_ns, import_key, reason
FROM library_seen WHERE path_digest = ANY(:digests);

-- name: files_of_keys
SELECT item_metadata ->> 'import_key' AS import_key, content_data AS name
FROM content_items_all
WHERE item_metadata ->> 'import_key' = ANY(:keys) AND item_metadata ? 'import_key' AND names_file;

-- name: there
SELECT name FROM library_files WHERE name = ANY(:names) AND missing_since IS NULL;

-- name: see
INSERT INTO library_seen AS seen (path_digest, bytes, modified_ns, import_key, reason)
SELECT * FROM unnest(
    CAST(:path_digests AS bytea[]), CAST(:bytes AS bigint[]), CAST(:modified AS bigint[]),
    CAST(:import_keys AS text[]), CAST(:reasons AS text[])
) AS given (path_digest) ORDER BY path_digest
ON CONFLICT (path_digest) DO UPDATE SET
    bytes = EXCLUDED.bytes, modified_ns = EXCLUDED.modified_ns,
    import_key = EXCLUDED.import_key, reason = EXCLUDED.reason;

-- name: replaced
-- Names whose files have other bytes now. The bytes that they had are gone, and with them the picture of
-- the items made of them. They get a name of their own, so that they do not show the new bytes, and are
-- found if the old come back.
SELECT files.name, files.name || '@' || left(encode(files.sha256, 'hex'), 12) AS was
FROM library_files AS files
JOIN unnest(CAST(:names AS text[]), CAST(:digests AS bytea[])) AS given (name, sha256)
    ON given.name = files.name AND given.sha256 <> files.sha256
ORDER BY files.name
FOR UPDATE OF files;

-- name: set_aside
INSERT INTO library_files (
    name, root, sha256, bytes, modified_ns, media_type, width, height, colour, missing_since
)
SELECT given.was, root, sha256, bytes, modified_ns, media_type, width, height, colour, now()
FROM library_files JOIN unnest(CAST(:names AS text[]), CAST(:were AS text[])) AS given (name, was)
    USING (name)
ON CONFLICT (name) DO NOTHING;

-- name: name_anew
UPDATE content_items_all AS item SET content_data = given.was
FROM (SELECT unnest(CAST(:names AS text[])) AS name, unnest(CAST(:were AS text[])) AS was) AS given
WHERE item.content_data = given.name AND item.names_file AND item.content_data <> '';

-- name: keep
INSERT INTO library_files (
    name, root, sha256, bytes, modified_ns, media_type, width, height, colour
) VALUES (
    :name, :root, :sha256, :bytes, :modified_ns, :media_type, :width, :height, :colour
)
ON CONFLICT (name) DO UPDATE SET
    sha256 = EXCLUDED.sha256, bytes = EXCLUDED.bytes, modified_ns = EXCLUDED.modified_ns,
    media_type = EXCLUDED.media_type, width = EXCLUDED.width, height = EXCLUDED.height,
    colour = EXCLUDED.colour, missing_since = NULL;

-- name: elsewhere
-- Items of these keys that name another file than the one that was just kept.
SELECT item.id, item.source_type, item.creator_id, item.content_data AS old_name,
    given.name AS new_name
FROM (
    SELECT unnest(CAST(:import_keys AS text[])) AS import_key,
        unnest(CAST(:creators AS text[])) AS creator, unnest(CAST(:names AS text[])) AS name
) AS given
JOIN users ON users.username = given.creator
JOIN content_items_all AS item
    ON item.item_metadata ->> 'import_key' = given.import_key
   AND item.item_metadata ? 'import_key' AND item.creator_id = users.id
   AND item.content_data <> given.name AND item.names_file;

-- name: relocate
UPDATE content_items_all SET content_data = :name
WHERE id = :id AND source_type = :source_type AND creator_id = :creator_id
  AND content_data = :old_name;

-- name: set_colour
UPDATE library_files SET colour = :colour WHERE sha256 = :sha256;

-- name: keep_likenesses
INSERT INTO picture_hashes (sha256, likeness)
SELECT * FROM unnest(CAST(:digests AS bytea[]), CAST(:likenesses AS bigint[])) AS given (sha256)
ORDER BY sha256
ON CONFLICT (sha256) DO UPDATE SET likeness = EXCLUDED.likeness
WHERE picture_hashes.likeness IS DISTINCT FROM EXCLUDED.likeness;

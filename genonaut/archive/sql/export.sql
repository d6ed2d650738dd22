-- A gallery as lines of JSON. The database writes them, so that no number of the metadata and no
-- part of a second is lost on the way. All of them are read on one snapshot.

-- name: counts
SELECT
    (SELECT count(*) FROM content_items_all
      WHERE (CAST(:creator AS uuid) IS NULL OR creator_id = :creator)
        AND (CAST(:partition AS text) IS NULL OR source_type = :partition)) AS items,
    (SELECT count(*) FROM library_files) AS files;

-- name: users
SELECT json_build_object(
    'id', id, 'username', username, 'created_at', created_at,
    'default_visibility', default_visibility)::text AS line
FROM users
WHERE (CAST(:creator AS uuid) IS NULL OR id = :creator)
  AND (CAST(:partition AS text) IS NULL OR id IN (
      SELECT DISTINCT creator_id FROM content_items_all WHERE source_type = :partition))
ORDER BY id;

-- name: tags
SELECT json_build_object(
    'id', id, 'name', name, 'created_at', created_at, 'metadata', metadata)::text AS line
FROM tags
WHERE (CAST(:creator AS uuid) IS NULL AND CAST(:partition AS text) IS NULL) OR EXISTS (
    SELECT FROM content_tags JOIN content_items_all AS item
        ON item.id = content_id AND item.source_type = content_tags.source_type
        AND item.creator_id = content_tags.creator_id
    WHERE tag_id = tags.id
      AND (CAST(:creator AS uuid) IS NULL OR item.creator_id = :creator)
      AND (CAST(:partition AS text) IS NULL OR item.source_type = :partition))
ORDER BY id;

-- name: files
SELECT name, root, sha256, bytes
FROM library_files AS files
WHERE name IN (
    SELECT content_data FROM content_items_all
    WHERE names_file
      AND (CAST(:creator AS uuid) IS NULL OR creator_id = :creator)
      AND (CAST(:partition AS text) IS NULL OR source_type = :partition))
ORDER BY name;

-- name: items
-- An absolute path names a place on this machine's disk: it does not leave it.
SELECT files.name, json_build_object(
    'id', item.id,
    'source', CASE source_type WHEN 'items' THEN 'regular' ELSE source_type END,
    'title', title,
    'prompt', prompt,
    'content_type', content_type,
    'content_data', CASE WHEN content_data ~* ('^' || :absolute) THEN '' ELSE content_data END,
    'path_thumb', CASE WHEN path_thumb ~* ('^' || :absolute) THEN NULL ELSE path_thumb END,
    'creator', username,
    'created_at', item.created_at,
    'updated_at', updated_at,
    'quality_score', quality_score,
    'visibility', item.visibility,
    'names_file', names_file,
    'tags', ARRAY(
        SELECT tags.name FROM content_tags JOIN tags ON tags.id = tag_id
        WHERE content_id = item.id AND content_tags.source_type = item.source_type
            AND content_tags.creator_id = item.creator_id
        ORDER BY tags.name COLLATE "C"),
    'metadata', item_metadata)::text AS line,
    json_build_object(
        'name', files.name,
        'sha256', encode(sha256, 'hex'),
        'bytes', bytes,
        'modified_ns', modified_ns,
        'media_type', media_type,
        'width', width,
        'height', height,
        'colour', colour,
        'added_at', added_at)::text AS file
FROM content_items_all AS item
JOIN users ON users.id = creator_id
LEFT JOIN library_files AS files ON files.name = content_data AND names_file
WHERE (CAST(:creator AS uuid) IS NULL OR creator_id = :creator)
  AND (CAST(:partition AS text) IS NULL OR source_type = :partition)
ORDER BY item.id;

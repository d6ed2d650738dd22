-- An exported gallery comes back. Nothing that is there is changed.

-- name: stage_names
CREATE TEMPORARY TABLE restore_names (
    id          uuid NOT NULL,
    name        text NOT NULL,
    created_at  timestamptz NOT NULL,
    line        json NOT NULL
) ON COMMIT DROP;

-- name: add_users
-- With their own ids, unless another user has the name or the id. Always in the same order.
INSERT INTO users (id, username, created_at, default_visibility)
SELECT id, name, created_at, coalesce(line ->> 'default_visibility', 'public')
FROM restore_names ORDER BY name
ON CONFLICT DO NOTHING RETURNING id;

-- name: add_other_users
-- Those whose ids other users have.
INSERT INTO users (username, created_at, default_visibility)
SELECT DISTINCT ON (name) name, created_at, coalesce(line ->> 'default_visibility', 'public')
FROM restore_names
WHERE name NOT IN (SELECT username FROM users)
ORDER BY name, created_at
ON CONFLICT DO NOTHING RETURNING id;

-- name: add_tags
INSERT INTO tags (id, name, created_at, metadata)
SELECT id, name, created_at, (line -> 'metadata')::jsonb FROM restore_names ORDER BY name
ON CONFLICT DO NOTHING RETURNING id;

-- name: add_other_tags
INSERT INTO tags (name, created_at, metadata)
SELECT DISTINCT ON (name) name, created_at, (line -> 'metadata')::jsonb FROM restore_names
WHERE name NOT IN (SELECT tags.name FROM tags)
ORDER BY name
ON CONFLICT DO NOTHING RETURNING id;

-- name: last_id
SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM content_items_id_seq;

-- name: draw_ids
SELECT count(nextval('content_items_id_seq')) FROM generate_series(1, :number);

-- name: set_id
SELECT setval('content_items_id_seq', :number);

-- name: drawing
-- Transactions that have drawn ids and are not over: the sequence stays locked until then.
SELECT virtualtransaction FROM pg_locks
WHERE relation = 'content_items_id_seq'::regclass AND pid <> pg_backend_pid()
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database());

-- name: stage
CREATE TEMPORARY TABLE import_batch (
    id             bigint NOT NULL,
    source_type    text NOT NULL,
    title          text NOT NULL,
    content_type   text NOT NULL,
    content_data   text NOT NULL,
    path_thumb     text,
    prompt         text NOT NULL,
    username       text NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    quality_score  double precision NOT NULL,
    visibility     text NOT NULL,
    tags           text[] NOT NULL,
    line           json NOT NULL,
    other_key      text NOT NULL,
    import_key     text GENERATED ALWAYS AS (line -> 'metadata' ->> 'import_key') STORED
) ON COMMIT DROP;

-- name: drop_known
-- On one database.
-- Items that are there: by the key of their import, or by the key that an item without one was
-- given when its number was taken, or by number, source, creator, time, and title or prompt.
-- Each is looked up by index, hence LIMIT: the planner might join all items.
DELETE FROM import_batch AS batch WHERE coalesce(
    (SELECT true FROM content_items_all AS item
     WHERE item.item_metadata ->> 'import_key' = coalesce(batch.import_key, batch.other_key)
       AND item.item_metadata ? 'import_key' AND item.source_type = batch.source_type
       AND item.creator_id = (SELECT id FROM users WHERE username = batch.username)
     LIMIT 1),
    (SELECT true FROM content_items_all AS item JOIN users ON users.id = item.creator_id
     WHERE batch.import_key IS NULL
       AND item.id = batch.id AND item.source_type = batch.source_type
       AND item.created_at = batch.created_at AND users.username = batch.username
       AND (item.title = batch.title OR item.prompt = batch.prompt)
     LIMIT 1),
    false);

-- name: known
-- The same where items are spread: which these are, and then they are dropped.
SELECT batch.id
FROM import_batch AS batch JOIN users ON users.username = batch.username
JOIN content_items_all AS item
    ON item.creator_id = users.id AND item.source_type = batch.source_type
   AND item.item_metadata ->> 'import_key' = coalesce(batch.import_key, batch.other_key)
   AND item.item_metadata ? 'import_key'
UNION
SELECT batch.id
FROM import_batch AS batch JOIN users ON users.username = batch.username
JOIN content_items_all AS item
    ON item.creator_id = users.id AND item.source_type = batch.source_type AND item.id = batch.id
WHERE batch.import_key IS NULL AND item.created_at = batch.created_at
  AND (item.title = batch.title OR item.prompt = batch.prompt);

-- name: drop
DELETE FROM import_batch WHERE id = ANY(CAST(:ids AS bigint[]));

-- name: taken
SELECT batch.id FROM import_batch AS batch JOIN content_items_all AS item ON item.id = batch.id;

-- name: give_these_other_ids
-- `give_other_ids` where items are spread.
UPDATE import_batch SET id = nextval('content_items_id_seq')
WHERE id = ANY(CAST(:ids AS bigint[]))
RETURNING id;

-- name: give_other_ids
-- On one database.
-- Their numbers are those of other items. A key makes that they are known the next time.
UPDATE import_batch AS batch SET id = nextval('content_items_id_seq')
WHERE (SELECT true FROM content_items_all AS item WHERE item.id = batch.id LIMIT 1)
RETURNING id;

-- name: add_items
-- LEFT JOIN: a creator who is missing is an error and not a row lost in silence.
INSERT INTO content_items_all (
    id, source_type, title, content_type, content_data, path_thumb, prompt, item_metadata,
    creator_id, created_at, updated_at, quality_score, visibility, names_file
)
SELECT
    batch.id, batch.source_type, batch.title, batch.content_type, batch.content_data,
    batch.path_thumb, batch.prompt,
    CASE WHEN batch.id = ANY(:renumbered) AND batch.import_key IS NULL
        THEN (line -> 'metadata')::jsonb || jsonb_build_object('import_key', batch.other_key)
        ELSE (line -> 'metadata')::jsonb END,
    users.id, batch.created_at, batch.updated_at, batch.quality_score, batch.visibility,
    (line ->> 'names_file') IS DISTINCT FROM 'false'
FROM import_batch AS batch LEFT JOIN users USING (username)
ORDER BY batch.import_key, batch.source_type, batch.id
ON CONFLICT ((item_metadata ->> 'import_key'), source_type, creator_id)
    WHERE item_metadata ? 'import_key'
DO NOTHING
RETURNING id;

-- name: keep
-- A file that is not in the export is known, and missing until it is there.
INSERT INTO library_files (
    name, root, sha256, bytes, modified_ns, media_type, width, height, colour,
    missing_since, added_at
) VALUES (
    :name, :root, :sha256, :bytes, :modified_ns, :media_type, :width, :height, :colour,
    CASE WHEN :is_missing THEN now() END, :added_at
)
ON CONFLICT (name) DO UPDATE SET
    missing_since = CASE WHEN :is_missing THEN library_files.missing_since END;

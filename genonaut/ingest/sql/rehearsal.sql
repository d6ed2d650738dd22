-- What an import would find.

-- name: known_keys
-- A key is its creator's own.
SELECT item_metadata ->> 'import_key', source_type, username
FROM content_items_all JOIN users ON users.id = creator_id
WHERE item_metadata ->> 'import_key' = ANY(:keys) AND item_metadata ? 'import_key';

-- name: known_tags
SELECT name FROM tags WHERE name = ANY(:names);

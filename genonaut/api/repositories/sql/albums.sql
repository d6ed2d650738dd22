-- Albums: what takes more than a plain statement.

-- name: take_turns
-- Changes of one user's albums take turns: two of them at once could put an album into itself, or
-- make more of them than there may be.
SELECT pg_advisory_xact_lock(hashtextextended('albums of ' || CAST(:user_id AS text), 0));

-- name: covers
-- On one database.
-- The covers of albums for a viewer's eyes: the chosen item if it is in the album, and seen there, or
-- public; else the first that is seen there.
SELECT album.id AS category_id, item.id, item.source_type
FROM bookmark_categories AS album
CROSS JOIN LATERAL (
    SELECT coalesce(
        (SELECT content_id FROM bookmark_category_members
         WHERE category_id = album.id AND content_id = album.cover_content_id
           AND kind = ANY (CAST(:kinds AS text[]))),
        (SELECT chosen.id FROM content_items_all AS chosen
         WHERE chosen.id = album.cover_content_id AND chosen.visibility = 'public'),
        (SELECT content_id FROM bookmark_category_members
         WHERE category_id = album.id AND kind = ANY (CAST(:kinds AS text[]))
         ORDER BY position, added_at DESC, bookmark_id LIMIT 1)
    ) AS content_id
) AS cover
JOIN content_items_all AS item ON item.id = cover.content_id
WHERE album.id = ANY (CAST(:album_ids AS uuid[]));

-- name: cover
-- The same of one album, where items are spread: each question in it can be asked by itself.
SELECT id, source_type FROM content_items_all
WHERE id = coalesce(
    (SELECT content_id FROM bookmark_category_members
     WHERE category_id = :album_id AND content_id = :chosen
       AND kind = ANY (CAST(:kinds AS text[]))),
    (SELECT id FROM content_items_all WHERE id = :chosen AND visibility = 'public'),
    (SELECT content_id FROM bookmark_category_members
     WHERE category_id = :album_id AND kind = ANY (CAST(:kinds AS text[]))
     ORDER BY position, added_at DESC, bookmark_id LIMIT 1)
);

-- name: put
-- Put favourites of the album's owner into it; those that are in it stay where they are.
INSERT INTO bookmark_category_members (bookmark_id, creator_id, category_id)
SELECT kept.id, kept.creator_id, :category_id
FROM bookmarks AS kept
JOIN bookmark_categories AS album ON album.id = :category_id AND album.user_id = kept.user_id
WHERE kept.content_id = ANY (CAST(:item_ids AS bigint[]))
ORDER BY kept.content_id
ON CONFLICT DO NOTHING
RETURNING content_id;

-- name: move_all
-- Put all of an album into another one of the same user.
INSERT INTO bookmark_category_members (bookmark_id, creator_id, category_id)
SELECT bookmark_id, creator_id, :into FROM bookmark_category_members
WHERE category_id = :category_id
ORDER BY content_id
ON CONFLICT DO NOTHING;

-- name: arrange
-- Give favourites the places of an album in which they are listed, from 0.
UPDATE bookmark_category_members AS member
SET position = wanted.place - 1
FROM unnest(CAST(:bookmark_ids AS uuid[])) WITH ORDINALITY AS wanted (bookmark_id, place)
WHERE member.category_id = :category_id AND member.bookmark_id = wanted.bookmark_id;

-- name: arrange_albums
-- The same for a user's albums.
UPDATE bookmark_categories AS album
SET sort_index = wanted.place - 1, updated_at = statement_timestamp()
FROM unnest(CAST(:album_ids AS uuid[])) WITH ORDINALITY AS wanted (id, place)
WHERE album.user_id = :user_id AND album.id = wanted.id;

-- name: step_aside
-- An album that is to be deleted gives its name free.
UPDATE bookmark_categories SET name = id::text WHERE id = :category_id;

-- name: move_up
-- The albums in an album come to where it is. One whose name is taken there gets a part of its id.
UPDATE bookmark_categories AS inner_album
SET parent_id = album.parent_id,
    name = CASE WHEN EXISTS (
        SELECT FROM bookmark_categories AS there
        WHERE there.user_id = album.user_id AND there.name = inner_album.name
          AND there.parent_id IS NOT DISTINCT FROM album.parent_id
    ) THEN left(inner_album.name, 240) || ' (' || left(inner_album.id::text, 8) || ')'
    ELSE inner_album.name END
FROM bookmark_categories AS album
WHERE album.id = :category_id AND inner_album.parent_id = album.id;

-- name: find_shared
-- The album of a secret link, by the link's hash.
SELECT share.category_id, share.with_prompts, users.username
FROM bookmark_category_shares AS share
JOIN bookmark_categories AS album ON album.id = share.category_id
JOIN users ON users.id = album.user_id
WHERE share.digest = :digest AND users.disabled_at IS NULL;

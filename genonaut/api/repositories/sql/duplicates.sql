-- Pictures that look alike.

-- name: alike
-- On one database.
-- Of each of these items, the items whose picture differs in at most so many bits, the most alike
-- first. One of four pieces of the likeness is the same then, which the index finds. The same bytes
-- are alike also if they have no likeness.
SELECT lead.id AS lead, found.id, found.distance, found.creator_id
FROM content_items_all AS lead
JOIN library_files AS lead_file ON lead_file.name = lead.content_data
JOIN picture_hashes AS looks ON looks.sha256 = lead_file.sha256
CROSS JOIN LATERAL (
    SELECT other.id, other.creator_id, close.distance
    FROM (
        SELECT hashes.sha256, likeness_distance(hashes.likeness, looks.likeness) AS distance
        FROM picture_hashes AS hashes
        WHERE hashes.likeness IS NOT NULL
          AND likeness_pieces(hashes.likeness) && likeness_pieces(looks.likeness)
          AND likeness_distance(hashes.likeness, looks.likeness) <= :bits
        UNION
        SELECT looks.sha256, 0
    ) AS close
    JOIN library_files AS file ON file.sha256 = close.sha256
    JOIN content_items_all AS other
        ON other.content_data = file.name AND other.names_file AND other.content_data <> ''
    WHERE other.id <> lead.id
      AND (:sees_all OR other.visibility = 'public' OR other.creator_id = CAST(:viewer AS uuid))
      AND NOT EXISTS (
          SELECT FROM not_duplicates AS said
          WHERE said.user_id = CAST(:asker AS uuid)
            AND said.one = LEAST(looks.sha256, close.sha256)
            AND said.other = GREATEST(looks.sha256, close.sha256)
      )
    ORDER BY close.distance, other.id
    LIMIT :most
) AS found
WHERE lead.id = ANY(CAST(:item_ids AS bigint[])) AND lead.names_file AND lead.content_data <> ''
  AND (:sees_all OR lead.visibility = 'public' OR lead.creator_id = CAST(:viewer AS uuid))
ORDER BY lead.id DESC, found.distance, found.id;

-- name: leads
-- The files of items that the viewer may see. Where items are spread, this and the two below are what
-- `alike` is.
SELECT id, content_data AS name
FROM content_items_all
WHERE id = ANY(CAST(:item_ids AS bigint[])) AND names_file AND content_data <> ''
  AND (:sees_all OR visibility = 'public' OR creator_id = CAST(:viewer AS uuid));

-- name: alike_files
-- Files and those that look like them.
SELECT lead_file.name AS lead, file.name, close.distance
FROM library_files AS lead_file
JOIN picture_hashes AS looks ON looks.sha256 = lead_file.sha256
CROSS JOIN LATERAL (
    SELECT hashes.sha256, likeness_distance(hashes.likeness, looks.likeness) AS distance
    FROM picture_hashes AS hashes
    WHERE hashes.likeness IS NOT NULL
      AND likeness_pieces(hashes.likeness) && likeness_pieces(looks.likeness)
      AND likeness_distance(hashes.likeness, looks.likeness) <= :bits
    UNION
    SELECT looks.sha256, 0
) AS close
JOIN library_files AS file ON file.sha256 = close.sha256
WHERE lead_file.name = ANY(CAST(:names AS text[]))
  AND NOT EXISTS (
      SELECT FROM not_duplicates AS said
      WHERE said.user_id = CAST(:asker AS uuid)
        AND said.one = LEAST(looks.sha256, close.sha256)
        AND said.other = GREATEST(looks.sha256, close.sha256)
  );

-- name: items_of_files
-- And whose items these are.
SELECT id, creator_id, content_data AS name
FROM content_items_all
WHERE content_data = ANY(CAST(:names AS text[])) AND names_file AND content_data <> ''
  AND (:sees_all OR visibility = 'public' OR creator_id = CAST(:viewer AS uuid));

-- name: walk
-- Items with a file, the newest first: one user's, or all that the viewer may see.
SELECT id
FROM content_items_all AS item
WHERE names_file AND content_data <> '' AND id < :before
  AND (CAST(:whose AS uuid) IS NULL OR creator_id = CAST(:whose AS uuid))
  AND (:sees_all OR visibility = 'public' OR creator_id = CAST(:viewer AS uuid))
ORDER BY id DESC
LIMIT :number;

-- name: files
-- What is known of files.
SELECT name, bytes, media_type, width, height FROM library_files
WHERE name = ANY(CAST(:names AS text[]));

-- name: remember
-- That these are no duplicates of one another, for one user. Two items may show the same file.
INSERT INTO not_duplicates (user_id, one, other)
SELECT DISTINCT CAST(:asker AS uuid), LEAST(of_one.sha256, of_other.sha256),
    GREATEST(of_one.sha256, of_other.sha256)
FROM unnest(CAST(:names AS text[])) WITH ORDINALITY AS one (name, place)
JOIN unnest(CAST(:names AS text[])) WITH ORDINALITY AS other (name, place) ON one.place < other.place
JOIN library_files AS of_one ON of_one.name = one.name
JOIN library_files AS of_other ON of_other.name = other.name
ON CONFLICT DO NOTHING;

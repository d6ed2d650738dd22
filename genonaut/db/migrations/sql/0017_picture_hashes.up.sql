-- What pictures look like, to find those that look alike.

-- 1. Of the bytes of each picture that was looked at; without a likeness, it is nearly of one colour.

CREATE TABLE picture_hashes (
    sha256    bytea PRIMARY KEY,
    likeness  bigint
);

-- Of two likenesses that differ in at most three of 64 bits, one of four pieces is the same.
CREATE FUNCTION likeness_pieces(likeness bigint) RETURNS integer[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN ARRAY[
    (likeness & 65535)::integer,
    ((likeness >> 16) & 65535)::integer + 65536,
    ((likeness >> 32) & 65535)::integer + 131072,
    ((likeness >> 48) & 65535)::integer + 196608
];

CREATE FUNCTION likeness_distance(one bigint, other bigint) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN bit_count((one # other)::bit(64))::integer;

CREATE INDEX idx_picture_hashes_pieces ON picture_hashes USING gin (likeness_pieces(likeness))
    WHERE likeness IS NOT NULL;

-- 2. From a file to the items that show it. Other text than names of files may be long: hence a hash.

CREATE INDEX idx_content_file ON content_items_all USING hash (content_data)
    WHERE names_file AND content_data <> '';

-- 3. What a user has said: these two are not duplicates. About bytes and not items, so that it holds
--    if an item is deleted and comes back. No other user is told.

CREATE TABLE not_duplicates (
    user_id  uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    one      bytea NOT NULL,
    other    bytea NOT NULL,
    said_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, one, other),
    CONSTRAINT not_duplicates_order CHECK (one <= other)
);

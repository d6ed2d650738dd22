-- Imports from the command line, each under a name, and the items that it added. An item that is
-- deleted leaves its row here: a deletion can be undone, and numbers are never used again. The
-- fingerprint is of what a person may change, as it was when the item was added.
CREATE TABLE imports (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        varchar(80) NOT NULL UNIQUE,
    sources     varchar(1000) NOT NULL,
    started_at  timestamptz NOT NULL DEFAULT now(),
    ended_at    timestamptz
);
CREATE TABLE imported_items (
    import_id    bigint NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    content_id   bigint NOT NULL,
    source_type  varchar(10) NOT NULL,
    fingerprint  bytea NOT NULL,
    PRIMARY KEY (import_id, content_id, source_type)
);

-- Not of where its file is: that changes when a file in place is moved. A tag that is
-- renamed stays the same.
CREATE FUNCTION item_fingerprint(item content_items_all) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(convert_to(concat_ws(
        chr(31), item.creator_id, item.visibility, item.title, item.content_type, item.prompt,
        item.quality_score, item.item_metadata,
        (SELECT string_agg(tag_id::text, ',' ORDER BY tag_id) FROM content_tags
         WHERE content_id = item.id AND content_tags.source_type = item.source_type)
    ), 'UTF8'))
$$;

-- Tags, and which item carries which.

CREATE TABLE tags (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name        varchar(255) NOT NULL,
    metadata    jsonb NOT NULL DEFAULT '{}',
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tags_name_key UNIQUE (name)
);

-- An item's tags go with the item, wherever it goes: ON UPDATE is for the one that moves to the
-- other partition.
CREATE TABLE content_tags (
    content_id   bigint NOT NULL,
    source_type  varchar(10) NOT NULL,
    tag_id       uuid NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
    PRIMARY KEY (content_id, source_type, tag_id),
    FOREIGN KEY (content_id, source_type) REFERENCES content_items_all (id, source_type)
        ON DELETE CASCADE ON UPDATE CASCADE
);

-- A tag's newest items: ids are drawn in the order in which items are added.
CREATE INDEX idx_content_tags_newest ON content_tags (tag_id, content_id DESC, source_type);

-- Users, the content of the gallery in one table of two partitions, its tags, and what was deleted.

CREATE TABLE users (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    username    varchar(255) NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT users_username_key UNIQUE (username)
);

-- One sequence for both partitions: an id alone identifies an item.
CREATE SEQUENCE content_items_id_seq AS bigint;

CREATE TABLE content_items_all (
    id             bigint NOT NULL DEFAULT nextval('content_items_id_seq'),
    source_type    varchar(10) NOT NULL,
    title          varchar(255) NOT NULL,
    content_type   varchar(50) NOT NULL DEFAULT 'image',
    content_data   text NOT NULL,
    path_thumb     varchar(512),
    prompt         varchar(20000) NOT NULL,
    item_metadata  jsonb NOT NULL DEFAULT '{}',
    creator_id     uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    quality_score  double precision NOT NULL DEFAULT 0,
    PRIMARY KEY (id, source_type)
) PARTITION BY LIST (source_type);

CREATE TABLE content_items      PARTITION OF content_items_all FOR VALUES IN ('items');
CREATE TABLE content_items_auto PARTITION OF content_items_all FOR VALUES IN ('auto');

-- A writer that names a partition need not repeat what its name says.
ALTER TABLE content_items      ALTER COLUMN source_type SET DEFAULT 'items';
ALTER TABLE content_items_auto ALTER COLUMN source_type SET DEFAULT 'auto';

-- An imported row keeps its fingerprint, so importing it again adds nothing.
CREATE UNIQUE INDEX idx_content_import_key
    ON content_items_all ((item_metadata ->> 'import_key'), source_type)
    WHERE item_metadata ? 'import_key';

CREATE TABLE tags (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name        varchar(255) NOT NULL,
    metadata    jsonb NOT NULL DEFAULT '{}',
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tags_name_key UNIQUE (name)
);

-- An item's tags follow the item: ON UPDATE is for one that moves to the other partition.
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

-- Items that were deleted in the pages, kept as long as that can be undone. The next deletion
-- removes those that are too old. This table has no triggers: its rows are not counted.
CREATE TABLE deleted_items (
    id          bigint PRIMARY KEY,
    deleted_by  uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    deleted_at  timestamptz NOT NULL DEFAULT now(),
    item        jsonb NOT NULL,
    tag_ids     uuid[] NOT NULL
);

CREATE INDEX idx_deleted_items_oldest ON deleted_items (deleted_at);

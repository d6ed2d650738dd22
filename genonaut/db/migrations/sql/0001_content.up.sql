-- Users, and the content of the gallery in one table of two partitions.

CREATE TABLE users (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    username    varchar(255) NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT users_username_key UNIQUE (username)
);

-- One sequence for both partitions: an id alone names an item.
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

-- Whoever writes to a partition by name need not repeat what its name says.
ALTER TABLE content_items      ALTER COLUMN source_type SET DEFAULT 'items';
ALTER TABLE content_items_auto ALTER COLUMN source_type SET DEFAULT 'auto';

-- The gallery's orders; a page by keyset cursor is a scan of one of these.
CREATE INDEX idx_content_newest         ON content_items_all (created_at DESC, id DESC);
CREATE INDEX idx_content_creator_newest ON content_items_all (creator_id, created_at DESC, id DESC);
CREATE INDEX idx_content_best           ON content_items_all (quality_score DESC, id DESC);

-- A row that was imported knows its fingerprint, so importing it again adds nothing.
CREATE UNIQUE INDEX idx_content_import_key
    ON content_items_all ((item_metadata ->> 'import_key'), source_type)
    WHERE item_metadata ? 'import_key';

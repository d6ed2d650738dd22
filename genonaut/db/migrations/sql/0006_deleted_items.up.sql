-- Items that were deleted in the page, for as long as that can be undone. Whoever deletes another
-- one sweeps out what is too old. No trigger looks here: what is in this table is not counted.

CREATE TABLE deleted_items (
    id          bigint PRIMARY KEY,
    deleted_by  uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    deleted_at  timestamptz NOT NULL DEFAULT now(),
    item        jsonb NOT NULL,
    tag_ids     uuid[] NOT NULL
);

CREATE INDEX idx_deleted_items_oldest ON deleted_items (deleted_at);

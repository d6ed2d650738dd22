-- What users think of items: 1 to 5 each.

-- 1. A rating knows whose the item is and who may see it, as an item's tags do: the foreign key keeps
--    that true. It takes a lock that raters of the same item share, so they never wait for one
--    another.

CREATE TABLE ratings (
    content_id   bigint NOT NULL,
    source_type  varchar(10) NOT NULL,
    user_id      uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    value        smallint NOT NULL CONSTRAINT ratings_value CHECK (value BETWEEN 1 AND 5),
    creator_id   uuid NOT NULL,
    visibility   varchar(10) NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (content_id, source_type, user_id),
    CONSTRAINT ratings_item_fkey FOREIGN KEY (content_id, source_type, creator_id, visibility)
        REFERENCES content_items_all (id, source_type, creator_id, visibility)
        ON DELETE CASCADE ON UPDATE CASCADE
);

-- One's own, the best first; and all of a user's, when the user is deleted.
CREATE INDEX idx_ratings_own ON ratings (user_id, value DESC, content_id DESC)
    INCLUDE (source_type, creator_id, visibility);

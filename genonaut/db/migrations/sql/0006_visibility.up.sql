-- Who may see an item: all viewers, or its creator and admins. What is there already is public.

-- 1. Items, and the default of a creator's new ones.

ALTER TABLE content_items_all ADD COLUMN visibility varchar(10) NOT NULL DEFAULT 'public'
    CONSTRAINT content_items_all_visibility CHECK (visibility IN ('public', 'private'));
ALTER TABLE users ADD COLUMN default_visibility varchar(10) NOT NULL DEFAULT 'public'
    CONSTRAINT users_default_visibility CHECK (default_visibility IN ('public', 'private'));
-- So that a deletion from before can be undone.
UPDATE deleted_items SET item = item || '{"visibility": "public"}';

-- 2. The orders. What is public is one stretch of an index, and what is private another.
--    Of a creator's items others see a part, so there it is decided in the index.

DROP INDEX idx_content_newest, idx_content_updated, idx_content_best, idx_content_title,
    idx_content_creator_newest, idx_content_creator_updated, idx_content_creator_best,
    idx_content_creator_title;

CREATE INDEX idx_content_newest
    ON content_items_all (visibility, created_at DESC, id DESC) INCLUDE (creator_id);
CREATE INDEX idx_content_updated
    ON content_items_all (visibility, updated_at DESC, id DESC) INCLUDE (creator_id);
CREATE INDEX idx_content_best
    ON content_items_all (visibility, quality_score DESC, id DESC) INCLUDE (creator_id);
CREATE INDEX idx_content_title
    ON content_items_all (visibility, title, id) INCLUDE (creator_id);

CREATE INDEX idx_content_creator_newest
    ON content_items_all (creator_id, created_at DESC, id DESC) INCLUDE (visibility);
CREATE INDEX idx_content_creator_updated
    ON content_items_all (creator_id, updated_at DESC, id DESC) INCLUDE (visibility);
CREATE INDEX idx_content_creator_best
    ON content_items_all (creator_id, quality_score DESC, id DESC) INCLUDE (visibility);
CREATE INDEX idx_content_creator_title
    ON content_items_all (creator_id, title, id) INCLUDE (visibility);

-- 3. An item's tags know whose it is and who may see it. The foreign key keeps that true: it looks
--    with a snapshot of its own at every isolation level, and because these columns are in a unique
--    index, a writer that changes them waits for one that adds a tag, and the other way round.

CREATE UNIQUE INDEX idx_content_with_rights
    ON content_items_all (id, source_type, creator_id, visibility);

ALTER TABLE content_tags ADD COLUMN creator_id uuid;
ALTER TABLE content_tags ADD COLUMN visibility varchar(10) NOT NULL DEFAULT 'public';
ALTER TABLE content_tags ALTER COLUMN visibility DROP DEFAULT;

-- No count changes by this.
ALTER TABLE content_tags DISABLE TRIGGER tag_cardinality_update;
UPDATE content_tags SET creator_id = item.creator_id
FROM content_items_all AS item
WHERE item.id = content_id AND item.source_type = content_tags.source_type;
ALTER TABLE content_tags ENABLE TRIGGER tag_cardinality_update;

ALTER TABLE content_tags ALTER COLUMN creator_id SET NOT NULL;
ALTER TABLE content_tags DROP CONSTRAINT content_tags_content_id_source_type_fkey;
ALTER TABLE content_tags ADD CONSTRAINT content_tags_item_fkey
    FOREIGN KEY (content_id, source_type, creator_id, visibility)
    REFERENCES content_items_all (id, source_type, creator_id, visibility)
    ON DELETE CASCADE ON UPDATE CASCADE;

DROP INDEX idx_content_tags_newest;
CREATE INDEX idx_content_tags_newest ON content_tags (tag_id, content_id DESC, source_type)
    INCLUDE (creator_id, visibility);

-- For writers that do not name them. If there is no such item, the foreign key says so: no creator
-- has the nil UUID.
CREATE FUNCTION content_tags_take_rights() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    SELECT item.creator_id, item.visibility INTO NEW.creator_id, NEW.visibility
    FROM content_items_all AS item
    WHERE item.id = NEW.content_id AND item.source_type = NEW.source_type
    FOR KEY SHARE;
    IF NOT FOUND THEN
        NEW.creator_id := '00000000-0000-0000-0000-000000000000';
        NEW.visibility := 'public';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER content_tags_take_rights BEFORE INSERT ON content_tags
    FOR EACH ROW WHEN (NEW.creator_id IS NULL OR NEW.visibility IS NULL)
    EXECUTE FUNCTION content_tags_take_rights();

-- 4. How many items there were, at each refresh. Until now all of them were public.

CREATE TABLE growth_points (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at               timestamptz NOT NULL DEFAULT now(),
    regular          bigint NOT NULL,
    auto             bigint NOT NULL,
    private_regular  bigint NOT NULL,
    private_auto     bigint NOT NULL
);

INSERT INTO growth_points (at, regular, auto, private_regular, private_auto)
SELECT started_at, coalesce((totals ->> 'regular')::bigint, 0),
       coalesce((totals ->> 'auto')::bigint, 0), 0, 0
FROM gen_source_refreshes
WHERE outcome <> 'failed' AND totals ?| ARRAY['regular', 'auto']
ORDER BY id;

-- 5. Only after this does the planner know how many items are public: all of them.

ANALYZE content_items_all;
ANALYZE content_tags;

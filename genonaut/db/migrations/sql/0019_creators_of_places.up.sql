-- A place in an album knows whose the item is, as all rows about an item do. It is the favourite's,
-- which the foreign key says, and in the indexes that an item is looked up in by itself.

ALTER TABLE bookmark_category_members ADD COLUMN creator_id uuid;

-- No count changes by this.
ALTER TABLE bookmark_category_members DISABLE TRIGGER album_item_update;
UPDATE bookmark_category_members AS place SET creator_id = kept.creator_id
FROM bookmarks AS kept WHERE kept.id = place.bookmark_id;
ALTER TABLE bookmark_category_members ENABLE TRIGGER album_item_update;

ALTER TABLE bookmark_category_members
    ALTER COLUMN creator_id SET NOT NULL,
    DROP CONSTRAINT bookmark_category_members_bookmark_fkey;
ALTER TABLE bookmarks
    DROP CONSTRAINT bookmarks_kind_key,
    ADD CONSTRAINT bookmarks_kind_key UNIQUE (id, user_id, content_id, creator_id, kind);
ALTER TABLE bookmark_category_members ADD CONSTRAINT bookmark_category_members_bookmark_fkey
    FOREIGN KEY (bookmark_id, user_id, content_id, creator_id, kind)
    REFERENCES bookmarks (id, user_id, content_id, creator_id, kind)
    ON DELETE CASCADE ON UPDATE CASCADE;

DROP INDEX idx_bookmark_category_members_order, idx_bookmark_category_members_item;
CREATE INDEX idx_bookmark_category_members_order
    ON bookmark_category_members (category_id, position, added_at DESC, bookmark_id)
    INCLUDE (content_id, creator_id, kind);
CREATE INDEX idx_bookmark_category_members_item
    ON bookmark_category_members (category_id, content_id) INCLUDE (creator_id, kind);

-- For writers that do not name it, and for places of items that were deleted before.
CREATE OR REPLACE FUNCTION bookmark_category_members_take_kind() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    SELECT kept.user_id, kept.content_id, kept.creator_id, kept.kind
    INTO NEW.user_id, NEW.content_id, NEW.creator_id, NEW.kind
    FROM bookmarks AS kept
    WHERE kept.id = NEW.bookmark_id
    FOR KEY SHARE;
    IF NOT FOUND THEN
        NEW.user_id := '00000000-0000-0000-0000-000000000000';
        NEW.content_id := 0;
        NEW.creator_id := '00000000-0000-0000-0000-000000000000';
        NEW.kind := '';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER bookmark_category_members_take_kind
    BEFORE INSERT ON bookmark_category_members
    FOR EACH ROW WHEN (
        NEW.user_id IS NULL OR NEW.content_id IS NULL
        OR NEW.creator_id IS NULL OR NEW.kind IS NULL
    )
    EXECUTE FUNCTION bookmark_category_members_take_kind();

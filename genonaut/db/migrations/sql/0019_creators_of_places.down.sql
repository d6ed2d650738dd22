-- Places do not know whose the item is.

CREATE OR REPLACE TRIGGER bookmark_category_members_take_kind
    BEFORE INSERT ON bookmark_category_members
    FOR EACH ROW WHEN (NEW.user_id IS NULL OR NEW.content_id IS NULL OR NEW.kind IS NULL)
    EXECUTE FUNCTION bookmark_category_members_take_kind();

CREATE OR REPLACE FUNCTION bookmark_category_members_take_kind() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    SELECT kept.user_id, kept.content_id, kept.kind INTO NEW.user_id, NEW.content_id, NEW.kind
    FROM bookmarks AS kept
    WHERE kept.id = NEW.bookmark_id
    FOR KEY SHARE;
    IF NOT FOUND THEN
        NEW.user_id := '00000000-0000-0000-0000-000000000000';
        NEW.content_id := 0;
        NEW.kind := '';
    END IF;
    RETURN NEW;
END $$;

DROP INDEX idx_bookmark_category_members_order, idx_bookmark_category_members_item;
ALTER TABLE bookmark_category_members
    DROP CONSTRAINT bookmark_category_members_bookmark_fkey,
    DROP COLUMN creator_id;
ALTER TABLE bookmarks
    DROP CONSTRAINT bookmarks_kind_key,
    ADD CONSTRAINT bookmarks_kind_key UNIQUE (id, user_id, content_id, kind);
ALTER TABLE bookmark_category_members ADD CONSTRAINT bookmark_category_members_bookmark_fkey
    FOREIGN KEY (bookmark_id, user_id, content_id, kind)
    REFERENCES bookmarks (id, user_id, content_id, kind)
    ON DELETE CASCADE ON UPDATE CASCADE;

CREATE INDEX idx_bookmark_category_members_order
    ON bookmark_category_members (category_id, position, added_at DESC, bookmark_id)
    INCLUDE (content_id, kind);
CREATE INDEX idx_bookmark_category_members_item
    ON bookmark_category_members (category_id, content_id) INCLUDE (kind);

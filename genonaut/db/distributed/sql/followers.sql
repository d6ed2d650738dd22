-- What refers to an item has its visibility, and a place in an album has the kind of its favourite.
-- Citus refuses ON UPDATE CASCADE. These triggers do the same at the same moment: a trigger of a row
-- fires in the order of the names, and AAA comes before the R of a foreign key's.

CREATE FUNCTION items_take_followers_along() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    follower text;
BEGIN
    FOREACH follower IN ARRAY ARRAY['content_tags', 'ratings', 'bookmarks'] LOOP
        EXECUTE in_part(TG_RELID, format(
            'UPDATE %s__here SET visibility = $1 WHERE content_id = $2 AND source_type = $3', follower)
        ) USING NEW.visibility, NEW.id, NEW.source_type;
    END LOOP;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION items_take_followers_along() FROM PUBLIC;

CREATE FUNCTION bookmarks_take_places_along() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE in_part(TG_RELID,
        'UPDATE bookmark_category_members__here SET kind = $1 WHERE bookmark_id = $2'
    ) USING NEW.kind, NEW.id;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION bookmarks_take_places_along() FROM PUBLIC;

CREATE TRIGGER "AAA_take_followers_along" AFTER UPDATE OF visibility ON content_items_all
    FOR EACH ROW WHEN (OLD.visibility <> NEW.visibility)
    EXECUTE FUNCTION items_take_followers_along();
CREATE TRIGGER "AAA_take_places_along" AFTER UPDATE ON bookmarks
    FOR EACH ROW WHEN (OLD.kind <> NEW.kind)
    EXECUTE FUNCTION bookmarks_take_places_along();

-- Writers name the creator, by which a row finds its part, and need not name the rest.

CREATE FUNCTION take_rights() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE in_part(TG_RELID, '
        SELECT visibility FROM content_items_all__here
        WHERE id = $1 AND source_type = $2 AND creator_id = $3 FOR KEY SHARE'
    ) INTO NEW.visibility USING NEW.content_id, NEW.source_type, NEW.creator_id;
    -- If there is no such item, the foreign key says so.
    NEW.visibility := coalesce(NEW.visibility, 'public');
    RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION take_rights() FROM PUBLIC;

CREATE FUNCTION take_kind() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE in_part(TG_RELID, '
        SELECT user_id, content_id, kind FROM bookmarks__here
        WHERE id = $1 AND creator_id = $2 FOR KEY SHARE'
    ) INTO NEW.user_id, NEW.content_id, NEW.kind USING NEW.bookmark_id, NEW.creator_id;
    NEW.user_id := coalesce(NEW.user_id, '00000000-0000-0000-0000-000000000000');
    NEW.content_id := coalesce(NEW.content_id, 0);
    NEW.kind := coalesce(NEW.kind, '');
    RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION take_kind() FROM PUBLIC;

CREATE TRIGGER content_tags_take_rights BEFORE INSERT ON content_tags
    FOR EACH ROW WHEN (NEW.visibility IS NULL) EXECUTE FUNCTION take_rights();
CREATE TRIGGER bookmarks_take_rights BEFORE INSERT ON bookmarks
    FOR EACH ROW WHEN (NEW.visibility IS NULL) EXECUTE FUNCTION take_rights();
CREATE TRIGGER bookmark_category_members_take_kind BEFORE INSERT ON bookmark_category_members
    FOR EACH ROW WHEN (NEW.user_id IS NULL OR NEW.content_id IS NULL OR NEW.kind IS NULL)
    EXECUTE FUNCTION take_kind();

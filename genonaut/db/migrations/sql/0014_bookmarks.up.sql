-- Favourites, and the albums that they are arranged in.

-- 1. A favourite: that a user keeps an item. It knows whose the item is and who may see it, as an
--    item's tags do (0006_visibility): the foreign key keeps that true at every commit.

CREATE TABLE bookmarks (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id      uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    content_id   bigint NOT NULL,
    source_type  varchar(10) NOT NULL,
    creator_id   uuid NOT NULL,
    visibility   varchar(10) NOT NULL,
    note         varchar(2000),
    pinned       boolean NOT NULL DEFAULT false,
    is_public    boolean NOT NULL DEFAULT false,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    -- What it is counted by, in words: each list of favourites is one of some kinds. Whether its
    -- owner sees the item is one of them: not if it is another user's and private.
    kind         varchar(40) NOT NULL GENERATED ALWAYS AS (
        CASE WHEN creator_id = user_id THEN 'own ' ELSE 'other ' END
        || visibility
        || CASE WHEN source_type = 'items' THEN ' regular' ELSE ' auto' END
        || CASE WHEN pinned THEN ' pinned' ELSE '' END
        || CASE WHEN is_public THEN ' shown' ELSE '' END
    ) STORED,
    CONSTRAINT bookmarks_item_key UNIQUE (user_id, content_id, source_type),
    -- What the places in albums refer to.
    CONSTRAINT bookmarks_kind_key UNIQUE (id, user_id, content_id, kind),
    CONSTRAINT bookmarks_item_fkey
        FOREIGN KEY (content_id, source_type, creator_id, visibility)
        REFERENCES content_items_all (id, source_type, creator_id, visibility)
        ON DELETE CASCADE ON UPDATE CASCADE
);

-- For the foreign key, and for the lists: the newest first.
CREATE INDEX idx_bookmarks_item ON bookmarks (content_id, source_type);
CREATE INDEX idx_bookmarks_newest
    ON bookmarks (user_id, created_at DESC, id DESC) INCLUDE (content_id, kind);

-- Writers need not name whose the item is. If there is no such item, the foreign key says so: no
-- creator has the nil UUID.
CREATE FUNCTION bookmarks_take_rights() RETURNS trigger
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

CREATE TRIGGER bookmarks_take_rights BEFORE INSERT ON bookmarks
    FOR EACH ROW WHEN (NEW.creator_id IS NULL OR NEW.visibility IS NULL)
    EXECUTE FUNCTION bookmarks_take_rights();

-- 2. Albums, which may be in one another. The names are those of an older client.

CREATE TABLE bookmark_categories (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id      uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name         varchar(255) NOT NULL,
    description  varchar(2000),
    color        varchar(7)
        CONSTRAINT bookmark_categories_color CHECK (color ~ '^#([0-9A-Fa-f]{3}){1,2}$'),
    icon         varchar(50),
    -- A wish, and no foreign key: TRUNCATE of the items would empty the albums. Who reads it looks
    -- whether there is such an item for the reader's eyes.
    cover_content_id           bigint,
    cover_content_source_type  varchar(10),
    parent_id    uuid,
    sort_index   integer NOT NULL DEFAULT 0,
    is_public    boolean NOT NULL DEFAULT false,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT bookmark_categories_user_key UNIQUE (id, user_id),
    CONSTRAINT bookmark_categories_name_key
        UNIQUE NULLS NOT DISTINCT (user_id, parent_id, name),
    CONSTRAINT bookmark_categories_parent
        CHECK (parent_id <> id),
    -- An album is in one of the same user's.
    CONSTRAINT bookmark_categories_parent_fkey
        FOREIGN KEY (parent_id, user_id) REFERENCES bookmark_categories (id, user_id)
        ON DELETE SET NULL (parent_id)
);

CREATE INDEX idx_bookmark_categories_parent ON bookmark_categories (parent_id)
    WHERE parent_id IS NOT NULL;
CREATE INDEX idx_bookmark_categories_order ON bookmark_categories (user_id, sort_index, name, id);

-- 3. A favourite's place in an album, of the same user. Its kind is the favourite's: so what is
--    hidden leaves the counts of albums at the same commit.

CREATE TABLE bookmark_category_members (
    bookmark_id  uuid NOT NULL,
    category_id  uuid NOT NULL,
    user_id      uuid NOT NULL,
    content_id   bigint NOT NULL,
    kind         varchar(40) NOT NULL,
    position     integer,
    added_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (bookmark_id, category_id),
    CONSTRAINT bookmark_category_members_bookmark_fkey
        FOREIGN KEY (bookmark_id, user_id, content_id, kind)
        REFERENCES bookmarks (id, user_id, content_id, kind)
        ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT bookmark_category_members_category_fkey
        FOREIGN KEY (category_id, user_id) REFERENCES bookmark_categories (id, user_id)
        ON DELETE CASCADE
);

-- For the foreign key and an album's order, and to ask whether it has an item.
CREATE INDEX idx_bookmark_category_members_order
    ON bookmark_category_members (category_id, position, added_at DESC, bookmark_id)
    INCLUDE (content_id, kind);
CREATE INDEX idx_bookmark_category_members_item
    ON bookmark_category_members (category_id, content_id) INCLUDE (kind);

-- The same for places: the favourite's row is locked, so that its kind stays until the commit.
CREATE FUNCTION bookmark_category_members_take_kind() RETURNS trigger
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

CREATE TRIGGER bookmark_category_members_take_kind BEFORE INSERT ON bookmark_category_members
    FOR EACH ROW WHEN (NEW.user_id IS NULL OR NEW.content_id IS NULL OR NEW.kind IS NULL)
    EXECUTE FUNCTION bookmark_category_members_take_kind();

-- 4. Secret links to albums: one each. The secret is kept, as its owner may read it again; it is
--    found by its hash, so that how long a comparison takes says nothing of it. The table is apart,
--    because the worker counts the rows of the other ones, and need not read this.

CREATE TABLE bookmark_category_shares (
    category_id   uuid PRIMARY KEY REFERENCES bookmark_categories (id) ON DELETE CASCADE,
    token         varchar(43) NOT NULL,
    digest        bytea NOT NULL GENERATED ALWAYS AS (sha256(token::bytea)) STORED,
    with_prompts  boolean NOT NULL DEFAULT false,
    created_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT bookmark_category_shares_digest_key UNIQUE (digest)
);

-- 5. The counts, as `genonaut stats sql NAME` prints them.

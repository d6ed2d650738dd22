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

-- A. bookmark

-- 1. Stored counts. A count of zero has no row.
--    There is no CHECK (count >= 0): it would abort users' own transactions for a fault of ours.

CREATE TABLE bookmark_stats (
    user_id uuid REFERENCES users (id) ON DELETE CASCADE,
    kind varchar(40) NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (user_id, kind),
    updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);

-- 2. The ledger, a queue: writers append, the fold removes. So it has no key and no index, and is
--    vacuumed as soon as a fold has left dead rows.

CREATE TABLE bookmark_deltas (
    user_id uuid NOT NULL,
    kind varchar(40) NOT NULL,
    delta bigint NOT NULL
) WITH (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_insert_threshold = -1,
    autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0,
    autovacuum_analyze_threshold = 100000
);

--    Without a key, a publication for all tables would forbid the fold's deletes; this allows them.
ALTER TABLE bookmark_deltas REPLICA IDENTITY FULL;

-- 3. The exact counts right now: stored plus ledger, in one statement and so on one snapshot.

CREATE VIEW bookmark_counts AS
SELECT user_id, kind, sum(count)::bigint AS count
FROM (
    SELECT user_id, kind, count FROM bookmark_stats
    UNION ALL
    SELECT user_id, kind, delta FROM bookmark_deltas
) AS stored_and_ledger
GROUP BY user_id, kind
HAVING sum(count) <> 0;

-- 4. The record of refreshes: what each recount found.

CREATE TABLE bookmark_refreshes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    started_at timestamptz NOT NULL,
    duration_seconds double precision NOT NULL,
    requested_by varchar(50) NOT NULL,
    outcome varchar(10) NOT NULL,
    rows_checked bigint NOT NULL DEFAULT 0,
    rows_wrong bigint NOT NULL DEFAULT 0,
    largest_error bigint NOT NULL DEFAULT 0,
    worst jsonb NOT NULL DEFAULT '[]',
    error text,
    totals jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT bookmark_refreshes_outcome
        CHECK (outcome IN ('built', 'exact', 'repaired', 'failed'))
);

CREATE INDEX idx_bookmark_refreshes_good
    ON bookmark_refreshes (id) WHERE outcome <> 'failed';

-- 5. The triggers' functions. One row per key and category that a statement changed is appended in
--    the writer's own transaction: it commits or rolls back with what is counted, and no writer
--    touches a row that another writer needs.
--    SECURITY DEFINER: a role that may write what is counted need not be able to write the ledger.
--    But only triggers may call them: a role that puts one on a table of its own would have it write
--    into the ledger what it likes.
--    Most statements change a single row, and grouping it would take longer than appending it. To
--    look first whether there is a second one would cost a statement, so two rows are appended as
--    they are, and the others by groups. (A table of changed rows is read in one order only: that
--    in which the rows were changed.)

CREATE FUNCTION bookmark_count_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    appended bigint;
BEGIN
    INSERT INTO bookmark_deltas (user_id, kind, delta)
    SELECT user_id, kind, 1::bigint
    FROM new_rows
    WHERE kind IS NOT NULL AND user_id IS NOT NULL
    LIMIT 2;
    GET DIAGNOSTICS appended = ROW_COUNT;
    IF appended = 2 THEN
        INSERT INTO bookmark_deltas (user_id, kind, delta)
        SELECT user_id, kind, count(*)
        FROM (
            SELECT user_id, kind
            FROM new_rows
            WHERE kind IS NOT NULL AND user_id IS NOT NULL
            OFFSET 2
        ) AS others
        GROUP BY user_id, kind;
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION bookmark_count_insert() FROM PUBLIC;

CREATE FUNCTION bookmark_count_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    appended bigint;
BEGIN
    INSERT INTO bookmark_deltas (user_id, kind, delta)
    SELECT user_id, kind, -1::bigint
    FROM old_rows
    WHERE kind IS NOT NULL AND user_id IS NOT NULL
    LIMIT 2;
    GET DIAGNOSTICS appended = ROW_COUNT;
    IF appended = 2 THEN
        INSERT INTO bookmark_deltas (user_id, kind, delta)
        SELECT user_id, kind, -count(*)
        FROM (
            SELECT user_id, kind
            FROM old_rows
            WHERE kind IS NOT NULL AND user_id IS NOT NULL
            OFFSET 2
        ) AS others
        GROUP BY user_id, kind;
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION bookmark_count_delete() FROM PUBLIC;

CREATE FUNCTION bookmark_count_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO bookmark_deltas (user_id, kind, delta)
    SELECT user_id, kind, sum(change)
    FROM (
        SELECT user_id, kind, 1 AS change FROM new_rows
        UNION ALL
        SELECT user_id, kind, -1 FROM old_rows
    ) AS changes
    WHERE kind IS NOT NULL AND user_id IS NOT NULL
    GROUP BY user_id, kind
    HAVING sum(change) <> 0;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION bookmark_count_update() FROM PUBLIC;

-- TRUNCATE has no transition table, so the rows are counted before they are removed. A snapshot
-- older than the lock could miss some of them: better no TRUNCATE than a wrong count.
CREATE FUNCTION bookmark_count_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'TRUNCATE of % can only be counted at READ COMMITTED', TG_TABLE_NAME
            USING ERRCODE = 'feature_not_supported',
                  HINT = 'Use DELETE, or begin the transaction at READ COMMITTED.';
    END IF;
    EXECUTE $count$
        INSERT INTO bookmark_deltas (user_id, kind, delta)
        SELECT user_id, kind, -count(*)
        FROM $count$ || TG_RELID::regclass || $count$
        WHERE kind IS NOT NULL AND user_id IS NOT NULL
        GROUP BY user_id, kind $count$;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION bookmark_count_truncate() FROM PUBLIC;

-- Deleting a row of users deletes its stored counts (ON DELETE CASCADE). Its entries in the
-- ledger must then add up to zero, or they might be added to a new row with the same id. So a
-- deleted stored count is entered in the ledger, where the entries of the deleted rows cancel it.
-- It uses the rows that were deleted, not what a snapshot shows of them.
CREATE FUNCTION bookmark_forget_owner() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO bookmark_deltas (user_id, kind, delta)
    SELECT gone.user_id, gone.kind, gone.count
    FROM old_rows AS gone
    WHERE NOT EXISTS (SELECT FROM users WHERE users.id = gone.user_id);
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION bookmark_forget_owner() FROM PUBLIC;

-- TRUNCATE users CASCADE empties what is counted and the stored counts as well, so nothing is
-- left to add. (Without CASCADE PostgreSQL refuses it.)
CREATE FUNCTION bookmark_forget_everything() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    DELETE FROM bookmark_deltas;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION bookmark_forget_everything() FROM PUBLIC;

CREATE TRIGGER bookmark_forget_owner AFTER DELETE ON bookmark_stats
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION bookmark_forget_owner();
CREATE TRIGGER bookmark_forget_everything AFTER TRUNCATE ON users
    FOR EACH STATEMENT EXECUTE FUNCTION bookmark_forget_everything();

-- 6. The triggers. A statement trigger fires only on the table that the statement names, so the
--    partitioned table and each of its partitions need their own. Only TRUNCATE of the partitioned
--    table fires those of the partitions too, so it needs none itself. Call this again after
--    adding a partition, and refresh.

CREATE FUNCTION bookmark_place_triggers() RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    part regclass;
    has_parts boolean;
BEGIN
    -- What is written through a parent that we do not see would not be counted.
    IF (SELECT relispartition FROM pg_class WHERE oid = 'bookmarks'::regclass)
       OR EXISTS (SELECT FROM pg_inherits JOIN pg_class AS parent ON parent.oid = inhparent
                  WHERE parent.relkind = 'r'
                    AND 'bookmarks'::regclass IN (inhparent, inhrelid)) THEN
        RAISE EXCEPTION '% is part of another table, or inherits: count the whole',
            'bookmarks';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_constraint
                   WHERE contype = 'f' AND conrelid = 'bookmarks'::regclass
                     AND confrelid = 'users'::regclass) THEN
        RAISE EXCEPTION '% has no foreign key to its owner %',
            'bookmarks', 'users';
    END IF;
    FOR part, has_parts IN
        SELECT oid, relkind = 'p' FROM pg_class
        WHERE oid = 'bookmarks'::regclass
           OR oid IN (SELECT relid FROM pg_partition_tree('bookmarks'))
    LOOP
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER bookmark_insert AFTER INSERT ON %s'
            ' REFERENCING NEW TABLE AS new_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION bookmark_count_insert()', part);
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER bookmark_update AFTER UPDATE ON %s'
            ' REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION bookmark_count_update()', part);
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER bookmark_delete AFTER DELETE ON %s'
            ' REFERENCING OLD TABLE AS old_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION bookmark_count_delete()', part);
        CONTINUE WHEN has_parts;
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER bookmark_truncate BEFORE TRUNCATE ON %s'
            ' FOR EACH STATEMENT EXECUTE FUNCTION bookmark_count_truncate()', part);
    END LOOP;
END $$;

SELECT bookmark_place_triggers();

-- B. album_item

-- 1. Stored counts. A count of zero has no row.
--    There is no CHECK (count >= 0): it would abort users' own transactions for a fault of ours.

CREATE TABLE album_item_stats (
    category_id uuid REFERENCES bookmark_categories (id) ON DELETE CASCADE,
    kind varchar(40) NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (category_id, kind),
    updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);

-- 2. The ledger, a queue: writers append, the fold removes. So it has no key and no index, and is
--    vacuumed as soon as a fold has left dead rows.

CREATE TABLE album_item_deltas (
    category_id uuid NOT NULL,
    kind varchar(40) NOT NULL,
    delta bigint NOT NULL
) WITH (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_insert_threshold = -1,
    autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0,
    autovacuum_analyze_threshold = 100000
);

--    Without a key, a publication for all tables would forbid the fold's deletes; this allows them.
ALTER TABLE album_item_deltas REPLICA IDENTITY FULL;

-- 3. The exact counts right now: stored plus ledger, in one statement and so on one snapshot.

CREATE VIEW album_item_counts AS
SELECT category_id, kind, sum(count)::bigint AS count
FROM (
    SELECT category_id, kind, count FROM album_item_stats
    UNION ALL
    SELECT category_id, kind, delta FROM album_item_deltas
) AS stored_and_ledger
GROUP BY category_id, kind
HAVING sum(count) <> 0;

-- 4. The record of refreshes: what each recount found.

CREATE TABLE album_item_refreshes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    started_at timestamptz NOT NULL,
    duration_seconds double precision NOT NULL,
    requested_by varchar(50) NOT NULL,
    outcome varchar(10) NOT NULL,
    rows_checked bigint NOT NULL DEFAULT 0,
    rows_wrong bigint NOT NULL DEFAULT 0,
    largest_error bigint NOT NULL DEFAULT 0,
    worst jsonb NOT NULL DEFAULT '[]',
    error text,
    totals jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT album_item_refreshes_outcome
        CHECK (outcome IN ('built', 'exact', 'repaired', 'failed'))
);

CREATE INDEX idx_album_item_refreshes_good
    ON album_item_refreshes (id) WHERE outcome <> 'failed';

-- 5. The triggers' functions. One row per key and category that a statement changed is appended in
--    the writer's own transaction: it commits or rolls back with what is counted, and no writer
--    touches a row that another writer needs.
--    SECURITY DEFINER: a role that may write what is counted need not be able to write the ledger.
--    But only triggers may call them: a role that puts one on a table of its own would have it write
--    into the ledger what it likes.
--    Most statements change a single row, and grouping it would take longer than appending it. To
--    look first whether there is a second one would cost a statement, so two rows are appended as
--    they are, and the others by groups. (A table of changed rows is read in one order only: that
--    in which the rows were changed.)

CREATE FUNCTION album_item_count_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    appended bigint;
BEGIN
    INSERT INTO album_item_deltas (category_id, kind, delta)
    SELECT category_id, kind, 1::bigint
    FROM new_rows
    WHERE kind IS NOT NULL AND category_id IS NOT NULL
    LIMIT 2;
    GET DIAGNOSTICS appended = ROW_COUNT;
    IF appended = 2 THEN
        INSERT INTO album_item_deltas (category_id, kind, delta)
        SELECT category_id, kind, count(*)
        FROM (
            SELECT category_id, kind
            FROM new_rows
            WHERE kind IS NOT NULL AND category_id IS NOT NULL
            OFFSET 2
        ) AS others
        GROUP BY category_id, kind;
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION album_item_count_insert() FROM PUBLIC;

CREATE FUNCTION album_item_count_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    appended bigint;
BEGIN
    INSERT INTO album_item_deltas (category_id, kind, delta)
    SELECT category_id, kind, -1::bigint
    FROM old_rows
    WHERE kind IS NOT NULL AND category_id IS NOT NULL
    LIMIT 2;
    GET DIAGNOSTICS appended = ROW_COUNT;
    IF appended = 2 THEN
        INSERT INTO album_item_deltas (category_id, kind, delta)
        SELECT category_id, kind, -count(*)
        FROM (
            SELECT category_id, kind
            FROM old_rows
            WHERE kind IS NOT NULL AND category_id IS NOT NULL
            OFFSET 2
        ) AS others
        GROUP BY category_id, kind;
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION album_item_count_delete() FROM PUBLIC;

CREATE FUNCTION album_item_count_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO album_item_deltas (category_id, kind, delta)
    SELECT category_id, kind, sum(change)
    FROM (
        SELECT category_id, kind, 1 AS change FROM new_rows
        UNION ALL
        SELECT category_id, kind, -1 FROM old_rows
    ) AS changes
    WHERE kind IS NOT NULL AND category_id IS NOT NULL
    GROUP BY category_id, kind
    HAVING sum(change) <> 0;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION album_item_count_update() FROM PUBLIC;

-- TRUNCATE has no transition table, so the rows are counted before they are removed. A snapshot
-- older than the lock could miss some of them: better no TRUNCATE than a wrong count.
CREATE FUNCTION album_item_count_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'TRUNCATE of % can only be counted at READ COMMITTED', TG_TABLE_NAME
            USING ERRCODE = 'feature_not_supported',
                  HINT = 'Use DELETE, or begin the transaction at READ COMMITTED.';
    END IF;
    EXECUTE $count$
        INSERT INTO album_item_deltas (category_id, kind, delta)
        SELECT category_id, kind, -count(*)
        FROM $count$ || TG_RELID::regclass || $count$
        WHERE kind IS NOT NULL AND category_id IS NOT NULL
        GROUP BY category_id, kind $count$;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION album_item_count_truncate() FROM PUBLIC;

-- Deleting a row of bookmark_categories deletes its stored counts (ON DELETE CASCADE). Its entries in the
-- ledger must then add up to zero, or they might be added to a new row with the same id. So a
-- deleted stored count is entered in the ledger, where the entries of the deleted rows cancel it.
-- It uses the rows that were deleted, not what a snapshot shows of them.
CREATE FUNCTION album_item_forget_owner() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO album_item_deltas (category_id, kind, delta)
    SELECT gone.category_id, gone.kind, gone.count
    FROM old_rows AS gone
    WHERE NOT EXISTS (SELECT FROM bookmark_categories WHERE bookmark_categories.id = gone.category_id);
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION album_item_forget_owner() FROM PUBLIC;

-- TRUNCATE bookmark_categories CASCADE empties what is counted and the stored counts as well, so nothing is
-- left to add. (Without CASCADE PostgreSQL refuses it.)
CREATE FUNCTION album_item_forget_everything() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    DELETE FROM album_item_deltas;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION album_item_forget_everything() FROM PUBLIC;

CREATE TRIGGER album_item_forget_owner AFTER DELETE ON album_item_stats
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION album_item_forget_owner();
CREATE TRIGGER album_item_forget_everything AFTER TRUNCATE ON bookmark_categories
    FOR EACH STATEMENT EXECUTE FUNCTION album_item_forget_everything();

-- 6. The triggers. A statement trigger fires only on the table that the statement names, so the
--    partitioned table and each of its partitions need their own. Only TRUNCATE of the partitioned
--    table fires those of the partitions too, so it needs none itself. Call this again after
--    adding a partition, and refresh.

CREATE FUNCTION album_item_place_triggers() RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    part regclass;
    has_parts boolean;
BEGIN
    -- What is written through a parent that we do not see would not be counted.
    IF (SELECT relispartition FROM pg_class WHERE oid = 'bookmark_category_members'::regclass)
       OR EXISTS (SELECT FROM pg_inherits JOIN pg_class AS parent ON parent.oid = inhparent
                  WHERE parent.relkind = 'r'
                    AND 'bookmark_category_members'::regclass IN (inhparent, inhrelid)) THEN
        RAISE EXCEPTION '% is part of another table, or inherits: count the whole',
            'bookmark_category_members';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_constraint
                   WHERE contype = 'f' AND conrelid = 'bookmark_category_members'::regclass
                     AND confrelid = 'bookmark_categories'::regclass) THEN
        RAISE EXCEPTION '% has no foreign key to its owner %',
            'bookmark_category_members', 'bookmark_categories';
    END IF;
    FOR part, has_parts IN
        SELECT oid, relkind = 'p' FROM pg_class
        WHERE oid = 'bookmark_category_members'::regclass
           OR oid IN (SELECT relid FROM pg_partition_tree('bookmark_category_members'))
    LOOP
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER album_item_insert AFTER INSERT ON %s'
            ' REFERENCING NEW TABLE AS new_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION album_item_count_insert()', part);
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER album_item_update AFTER UPDATE ON %s'
            ' REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION album_item_count_update()', part);
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER album_item_delete AFTER DELETE ON %s'
            ' REFERENCING OLD TABLE AS old_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION album_item_count_delete()', part);
        CONTINUE WHEN has_parts;
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER album_item_truncate BEFORE TRUNCATE ON %s'
            ' FOR EACH STATEMENT EXECUTE FUNCTION album_item_count_truncate()', part);
    END LOOP;
END $$;

SELECT album_item_place_triggers();

-- C. album

-- 1. Stored counts. A count of zero has no row.
--    There is no CHECK (count >= 0): it would abort users' own transactions for a fault of ours.

CREATE TABLE album_stats (
    user_id uuid REFERENCES users (id) ON DELETE CASCADE,
    visibility varchar(10) NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (user_id, visibility),
    updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);

-- 2. The ledger, a queue: writers append, the fold removes. So it has no key and no index, and is
--    vacuumed as soon as a fold has left dead rows.

CREATE TABLE album_deltas (
    user_id uuid NOT NULL,
    visibility varchar(10) NOT NULL,
    delta bigint NOT NULL
) WITH (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_insert_threshold = -1,
    autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0,
    autovacuum_analyze_threshold = 100000
);

--    Without a key, a publication for all tables would forbid the fold's deletes; this allows them.
ALTER TABLE album_deltas REPLICA IDENTITY FULL;

-- 3. The exact counts right now: stored plus ledger, in one statement and so on one snapshot.

CREATE VIEW album_counts AS
SELECT user_id, visibility, sum(count)::bigint AS count
FROM (
    SELECT user_id, visibility, count FROM album_stats
    UNION ALL
    SELECT user_id, visibility, delta FROM album_deltas
) AS stored_and_ledger
GROUP BY user_id, visibility
HAVING sum(count) <> 0;

-- 4. The record of refreshes: what each recount found.

CREATE TABLE album_refreshes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    started_at timestamptz NOT NULL,
    duration_seconds double precision NOT NULL,
    requested_by varchar(50) NOT NULL,
    outcome varchar(10) NOT NULL,
    rows_checked bigint NOT NULL DEFAULT 0,
    rows_wrong bigint NOT NULL DEFAULT 0,
    largest_error bigint NOT NULL DEFAULT 0,
    worst jsonb NOT NULL DEFAULT '[]',
    error text,
    totals jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT album_refreshes_outcome
        CHECK (outcome IN ('built', 'exact', 'repaired', 'failed'))
);

CREATE INDEX idx_album_refreshes_good
    ON album_refreshes (id) WHERE outcome <> 'failed';

-- 5. The triggers' functions. One row per key and category that a statement changed is appended in
--    the writer's own transaction: it commits or rolls back with what is counted, and no writer
--    touches a row that another writer needs.
--    SECURITY DEFINER: a role that may write what is counted need not be able to write the ledger.
--    But only triggers may call them: a role that puts one on a table of its own would have it write
--    into the ledger what it likes.
--    Most statements change a single row, and grouping it would take longer than appending it. To
--    look first whether there is a second one would cost a statement, so two rows are appended as
--    they are, and the others by groups. (A table of changed rows is read in one order only: that
--    in which the rows were changed.)

CREATE FUNCTION album_count_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    appended bigint;
BEGIN
    INSERT INTO album_deltas (user_id, visibility, delta)
    SELECT user_id, CASE is_public WHEN 'true' THEN 'public'::varchar(10) ELSE 'private'::varchar(10) END, 1::bigint
    FROM new_rows
    WHERE is_public IN ('true', 'false') AND user_id IS NOT NULL
    LIMIT 2;
    GET DIAGNOSTICS appended = ROW_COUNT;
    IF appended = 2 THEN
        INSERT INTO album_deltas (user_id, visibility, delta)
        SELECT user_id, CASE is_public WHEN 'true' THEN 'public'::varchar(10) ELSE 'private'::varchar(10) END, count(*)
        FROM (
            SELECT user_id, is_public
            FROM new_rows
            WHERE is_public IN ('true', 'false') AND user_id IS NOT NULL
            OFFSET 2
        ) AS others
        GROUP BY user_id, is_public;
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION album_count_insert() FROM PUBLIC;

CREATE FUNCTION album_count_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    appended bigint;
BEGIN
    INSERT INTO album_deltas (user_id, visibility, delta)
    SELECT user_id, CASE is_public WHEN 'true' THEN 'public'::varchar(10) ELSE 'private'::varchar(10) END, -1::bigint
    FROM old_rows
    WHERE is_public IN ('true', 'false') AND user_id IS NOT NULL
    LIMIT 2;
    GET DIAGNOSTICS appended = ROW_COUNT;
    IF appended = 2 THEN
        INSERT INTO album_deltas (user_id, visibility, delta)
        SELECT user_id, CASE is_public WHEN 'true' THEN 'public'::varchar(10) ELSE 'private'::varchar(10) END, -count(*)
        FROM (
            SELECT user_id, is_public
            FROM old_rows
            WHERE is_public IN ('true', 'false') AND user_id IS NOT NULL
            OFFSET 2
        ) AS others
        GROUP BY user_id, is_public;
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION album_count_delete() FROM PUBLIC;

CREATE FUNCTION album_count_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO album_deltas (user_id, visibility, delta)
    SELECT user_id, CASE is_public WHEN 'true' THEN 'public'::varchar(10) ELSE 'private'::varchar(10) END, sum(change)
    FROM (
        SELECT user_id, is_public, 1 AS change FROM new_rows
        UNION ALL
        SELECT user_id, is_public, -1 FROM old_rows
    ) AS changes
    WHERE is_public IN ('true', 'false') AND user_id IS NOT NULL
    GROUP BY user_id, is_public
    HAVING sum(change) <> 0;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION album_count_update() FROM PUBLIC;

-- TRUNCATE has no transition table, so the rows are counted before they are removed. A snapshot
-- older than the lock could miss some of them: better no TRUNCATE than a wrong count.
CREATE FUNCTION album_count_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'TRUNCATE of % can only be counted at READ COMMITTED', TG_TABLE_NAME
            USING ERRCODE = 'feature_not_supported',
                  HINT = 'Use DELETE, or begin the transaction at READ COMMITTED.';
    END IF;
    EXECUTE $count$
        INSERT INTO album_deltas (user_id, visibility, delta)
        SELECT user_id, CASE is_public WHEN 'true' THEN 'public'::varchar(10) ELSE 'private'::varchar(10) END, -count(*)
        FROM $count$ || TG_RELID::regclass || $count$
        WHERE is_public IN ('true', 'false') AND user_id IS NOT NULL
        GROUP BY user_id, is_public $count$;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION album_count_truncate() FROM PUBLIC;

-- Deleting a row of users deletes its stored counts (ON DELETE CASCADE). Its entries in the
-- ledger must then add up to zero, or they might be added to a new row with the same id. So a
-- deleted stored count is entered in the ledger, where the entries of the deleted rows cancel it.
-- It uses the rows that were deleted, not what a snapshot shows of them.
CREATE FUNCTION album_forget_owner() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO album_deltas (user_id, visibility, delta)
    SELECT gone.user_id, gone.visibility, gone.count
    FROM old_rows AS gone
    WHERE NOT EXISTS (SELECT FROM users WHERE users.id = gone.user_id);
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION album_forget_owner() FROM PUBLIC;

-- TRUNCATE users CASCADE empties what is counted and the stored counts as well, so nothing is
-- left to add. (Without CASCADE PostgreSQL refuses it.)
CREATE FUNCTION album_forget_everything() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    DELETE FROM album_deltas;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION album_forget_everything() FROM PUBLIC;

CREATE TRIGGER album_forget_owner AFTER DELETE ON album_stats
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION album_forget_owner();
CREATE TRIGGER album_forget_everything AFTER TRUNCATE ON users
    FOR EACH STATEMENT EXECUTE FUNCTION album_forget_everything();

-- 6. The triggers. A statement trigger fires only on the table that the statement names, so the
--    partitioned table and each of its partitions need their own. Only TRUNCATE of the partitioned
--    table fires those of the partitions too, so it needs none itself. Call this again after
--    adding a partition, and refresh.

CREATE FUNCTION album_place_triggers() RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    part regclass;
    has_parts boolean;
BEGIN
    -- What is written through a parent that we do not see would not be counted.
    IF (SELECT relispartition FROM pg_class WHERE oid = 'bookmark_categories'::regclass)
       OR EXISTS (SELECT FROM pg_inherits JOIN pg_class AS parent ON parent.oid = inhparent
                  WHERE parent.relkind = 'r'
                    AND 'bookmark_categories'::regclass IN (inhparent, inhrelid)) THEN
        RAISE EXCEPTION '% is part of another table, or inherits: count the whole',
            'bookmark_categories';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_constraint
                   WHERE contype = 'f' AND conrelid = 'bookmark_categories'::regclass
                     AND confrelid = 'users'::regclass) THEN
        RAISE EXCEPTION '% has no foreign key to its owner %',
            'bookmark_categories', 'users';
    END IF;
    FOR part, has_parts IN
        SELECT oid, relkind = 'p' FROM pg_class
        WHERE oid = 'bookmark_categories'::regclass
           OR oid IN (SELECT relid FROM pg_partition_tree('bookmark_categories'))
    LOOP
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER album_insert AFTER INSERT ON %s'
            ' REFERENCING NEW TABLE AS new_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION album_count_insert()', part);
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER album_update AFTER UPDATE ON %s'
            ' REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION album_count_update()', part);
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER album_delete AFTER DELETE ON %s'
            ' REFERENCING OLD TABLE AS old_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION album_count_delete()', part);
        CONTINUE WHEN has_parts;
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER album_truncate BEFORE TRUNCATE ON %s'
            ' FOR EACH STATEMENT EXECUTE FUNCTION album_count_truncate()', part);
    END LOOP;
END $$;

SELECT album_place_triggers();

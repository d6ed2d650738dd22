-- Citus calls triggers unsafe since what they write might lie on another node. Ours write beside.
SET LOCAL citus.enable_unsafe_triggers = on;
-- What every node has and what is spread change in one transaction: over one connection to a node.
SET LOCAL citus.multi_shard_modify_mode = 'sequential';

-- The count gen_source on one database.
-- CASCADE also drops the triggers that call these functions.
DROP FUNCTION gen_source_count_insert() CASCADE;
DROP FUNCTION gen_source_count_update() CASCADE;
DROP FUNCTION gen_source_count_delete() CASCADE;
DROP FUNCTION gen_source_count_truncate() CASCADE;
DROP FUNCTION gen_source_forget_owner() CASCADE;
DROP FUNCTION gen_source_forget_everything() CASCADE;
DROP FUNCTION gen_source_place_triggers();

DROP VIEW gen_source_counts;
DROP TABLE gen_source_refreshes;
DROP TABLE gen_source_deltas;
DROP TABLE gen_source_stats;

-- The count tag_cardinality on one database.
-- CASCADE also drops the triggers that call these functions.
DROP FUNCTION tag_cardinality_count_insert() CASCADE;
DROP FUNCTION tag_cardinality_count_update() CASCADE;
DROP FUNCTION tag_cardinality_count_delete() CASCADE;
DROP FUNCTION tag_cardinality_count_truncate() CASCADE;
DROP FUNCTION tag_cardinality_forget_owner() CASCADE;
DROP FUNCTION tag_cardinality_forget_everything() CASCADE;
DROP FUNCTION tag_cardinality_place_triggers();

DROP VIEW tag_cardinality_counts;
DROP TABLE tag_cardinality_refreshes;
DROP TABLE tag_cardinality_deltas;
DROP TABLE tag_cardinality_stats;

-- The count album on one database.
-- CASCADE also drops the triggers that call these functions.
DROP FUNCTION album_count_insert() CASCADE;
DROP FUNCTION album_count_update() CASCADE;
DROP FUNCTION album_count_delete() CASCADE;
DROP FUNCTION album_count_truncate() CASCADE;
DROP FUNCTION album_forget_owner() CASCADE;
DROP FUNCTION album_forget_everything() CASCADE;
DROP FUNCTION album_place_triggers();

DROP VIEW album_counts;
DROP TABLE album_refreshes;
DROP TABLE album_deltas;
DROP TABLE album_stats;

-- What a trigger or a function on a part needs to find what lies beside it. A shard of a table has the
-- table's name and the shard's number; the shards of one part have the same range of hashes. The
-- statements are executed by their text, so Citus has no part in them.

-- The homes: values that lie in every part, however many there are. Their hashes are at most a
-- thousandth of all hashes apart.
CREATE TABLE part_homes (
    hash integer PRIMARY KEY,
    home uuid NOT NULL
);
INSERT INTO part_homes
SELECT DISTINCT ON (worker_hash(home) >> 21) worker_hash(home), home
FROM (SELECT md5('home ' || number)::uuid AS home FROM generate_series(1, 40000) AS number) AS drawn
ORDER BY worker_hash(home) >> 21, worker_hash(home);
SELECT create_reference_table('part_homes');
-- For all roles whose functions look for the home: nothing in it is secret.
GRANT SELECT ON part_homes TO PUBLIC;

-- The number of a shard.
CREATE FUNCTION shard_number(here oid) RETURNS bigint
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT substring(here::regclass::text FROM '_(\d+)"?$')::bigint
$$;

-- A statement with the tables of a part: `name__here` is the shard of that table beside `here`, or the
-- only one of a table that every node has, and `home__here` is the part's home.
CREATE FUNCTION in_part(here oid, statement text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    part pg_dist_shard%ROWTYPE;
    name text;
    beside text;
BEGIN
    SELECT * INTO STRICT part FROM pg_dist_shard WHERE shardid = shard_number(here);
    FOR name IN SELECT DISTINCT match[1] FROM regexp_matches(statement, '\m(\w+)__here\M', 'g') AS match
    LOOP
        IF name = 'home' THEN
            EXECUTE in_part(here, $part$
                SELECT home FROM part_homes__here WHERE hash BETWEEN $1 AND $2 ORDER BY hash LIMIT 1
            $part$) INTO STRICT beside USING part.shardminvalue::integer, part.shardmaxvalue::integer;
        ELSE
            SELECT name || '_' || shardid INTO STRICT beside FROM pg_dist_shard
            WHERE logicalrelid = name::regclass
              AND (shardminvalue = part.shardminvalue OR shardminvalue IS NULL);
        END IF;
        statement := regexp_replace(statement, '\m' || name || '__here\M', beside, 'g');
    END LOOP;
    RETURN statement;
END $$;

-- At a higher level a snapshot is older than the lock.
CREATE FUNCTION require_read_committed() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'A part is folded and refreshed at READ COMMITTED only';
    END IF;
END $$;

-- What a part has: its size, whether it has a home, and which triggers of its tables are missing. A
-- shard's trigger has the function of that of the table for which it stands. (Those of TRUNCATE, 32,
-- are at the coordinator only.)
CREATE FUNCTION part_state(here regclass) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    WITH part AS (
        SELECT * FROM pg_dist_shard WHERE shardid = shard_number(here)
    ),
    beside AS (
        SELECT other.logicalrelid AS whole,
               (other.logicalrelid || '_' || other.shardid)::regclass AS shard
        FROM part
        JOIN pg_dist_shard AS other USING (shardminvalue)
        JOIN pg_dist_partition AS theirs ON theirs.logicalrelid = other.logicalrelid
        WHERE theirs.colocationid = (
            SELECT colocationid FROM pg_dist_partition WHERE logicalrelid = part.logicalrelid)
    )
    SELECT jsonb_build_object(
        'bytes', (SELECT sum(pg_total_relation_size(shard)) FROM beside),
        'has_home', EXISTS (
            SELECT FROM part, part_homes
            WHERE hash BETWEEN shardminvalue::integer AND shardmaxvalue::integer),
        'missing', coalesce((
            SELECT jsonb_agg(format('%s on %s', tgname, shard) ORDER BY tgname, shard::text)
            FROM beside JOIN pg_trigger AS wanted ON wanted.tgrelid = whole
            WHERE NOT tgisinternal AND tgtype & 32 = 0 AND NOT EXISTS (
                SELECT FROM pg_trigger AS placed
                WHERE placed.tgrelid = shard AND placed.tgenabled IN ('O', 'A')
                  AND (placed.tgfoid, placed.tgtype) = (wanted.tgfoid, wanted.tgtype))), '[]'))
$$;

-- How long a part's ledger is, and what PostgreSQL knows of it. `here` is a shard of a ledger.
CREATE FUNCTION ledger_state(here regclass) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    rows bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM (SELECT FROM %s LIMIT 1000000) AS entries', here) INTO rows;
    RETURN (
        SELECT jsonb_build_object('rows', rows, 'written', n_tup_ins, 'folded', n_tup_del)
        FROM pg_stat_user_tables WHERE relid = here);
END $$;

-- Items lie by their creator, and so does all that refers to an item. Each unique key has the creator.
-- Foreign keys come back when both sides are where they belong.
ALTER TABLE content_items_all DROP CONSTRAINT content_items_all_creator_id_fkey;
ALTER TABLE content_tags DROP CONSTRAINT content_tags_item_fkey;
ALTER TABLE content_tags DROP CONSTRAINT content_tags_tag_id_fkey;
ALTER TABLE ratings DROP CONSTRAINT ratings_item_fkey;
ALTER TABLE ratings DROP CONSTRAINT ratings_user_id_fkey;
ALTER TABLE bookmark_category_members DROP CONSTRAINT bookmark_category_members_bookmark_fkey;
ALTER TABLE bookmark_category_members DROP CONSTRAINT bookmark_category_members_category_fkey;
ALTER TABLE bookmarks DROP CONSTRAINT bookmarks_item_fkey;
ALTER TABLE bookmarks DROP CONSTRAINT bookmarks_user_id_fkey;
DROP FUNCTION content_tags_take_rights() CASCADE;
DROP FUNCTION bookmarks_take_rights() CASCADE;
DROP FUNCTION bookmark_category_members_take_kind() CASCADE;

ALTER TABLE content_items_all DROP CONSTRAINT content_items_all_pkey;
ALTER TABLE content_items_all ADD PRIMARY KEY (id, source_type, creator_id);

ALTER TABLE content_tags DROP CONSTRAINT content_tags_pkey;
ALTER TABLE content_tags ADD PRIMARY KEY (content_id, source_type, tag_id, creator_id);

ALTER TABLE ratings DROP CONSTRAINT ratings_pkey;
ALTER TABLE ratings ADD PRIMARY KEY (content_id, source_type, user_id, creator_id);

ALTER TABLE bookmarks DROP CONSTRAINT bookmarks_pkey;
ALTER TABLE bookmarks DROP CONSTRAINT bookmarks_item_key;
ALTER TABLE bookmarks ADD PRIMARY KEY (id, creator_id);
ALTER TABLE bookmarks
    ADD CONSTRAINT bookmarks_item_key UNIQUE (user_id, content_id, source_type, creator_id);

ALTER TABLE bookmark_category_members DROP CONSTRAINT bookmark_category_members_pkey;
ALTER TABLE bookmark_category_members ADD PRIMARY KEY (bookmark_id, category_id, creator_id);

-- What every node has: users, tags and albums. Their rows are few, and most that lies in a part refers
-- to them.
SELECT create_reference_table('users');
SELECT create_reference_table('tags');
SELECT create_reference_table('bookmark_categories');

SELECT create_distributed_table('content_items_all', 'creator_id', shard_count := 32);
SELECT create_distributed_table('content_tags', 'creator_id', colocate_with := 'content_items_all');
SELECT create_distributed_table('ratings', 'creator_id', colocate_with := 'content_items_all');
SELECT create_distributed_table('bookmarks', 'creator_id', colocate_with := 'content_items_all');
SELECT create_distributed_table(
    'bookmark_category_members', 'creator_id', colocate_with := 'content_items_all');

ALTER TABLE content_items_all ADD CONSTRAINT content_items_all_creator_id_fkey
    FOREIGN KEY (creator_id) REFERENCES users (id) ON DELETE CASCADE;
ALTER TABLE content_tags ADD CONSTRAINT content_tags_tag_id_fkey
    FOREIGN KEY (tag_id) REFERENCES tags (id) ON DELETE CASCADE;
ALTER TABLE ratings ADD CONSTRAINT ratings_user_id_fkey
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE;
ALTER TABLE bookmarks ADD CONSTRAINT bookmarks_user_id_fkey
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE;
ALTER TABLE bookmark_category_members ADD CONSTRAINT bookmark_category_members_category_fkey
    FOREIGN KEY (category_id, user_id) REFERENCES bookmark_categories (id, user_id) ON DELETE CASCADE;
ALTER TABLE content_tags ADD CONSTRAINT content_tags_item_fkey
    FOREIGN KEY (content_id, source_type, creator_id, visibility)
    REFERENCES content_items_all (id, source_type, creator_id, visibility) ON DELETE CASCADE;
ALTER TABLE ratings ADD CONSTRAINT ratings_item_fkey
    FOREIGN KEY (content_id, source_type, creator_id, visibility)
    REFERENCES content_items_all (id, source_type, creator_id, visibility) ON DELETE CASCADE;
ALTER TABLE bookmarks ADD CONSTRAINT bookmarks_item_fkey
    FOREIGN KEY (content_id, source_type, creator_id, visibility)
    REFERENCES content_items_all (id, source_type, creator_id, visibility) ON DELETE CASCADE;
ALTER TABLE bookmark_category_members ADD CONSTRAINT bookmark_category_members_bookmark_fkey
    FOREIGN KEY (bookmark_id, user_id, content_id, creator_id, kind)
    REFERENCES bookmarks (id, user_id, content_id, creator_id, kind) ON DELETE CASCADE;

-- A transaction that has read what is spread may then add a user or a tag, which all nodes have: only if
-- it has read over one connection to a node.
DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I SET citus.multi_shard_modify_mode = %L',
                   current_database(), 'sequential');
END $$;

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

-- The count gen_source.
-- 1. Stored counts. A count of zero has no row.
--    A row whose user_id is null is the total of its source_type.
--    Each row lies in the part that its home is in: that of a key is the key, that of a part's total
--    is the part's own. So a total has a row in each part.
--    There is no CHECK (count >= 0): it would abort users' own transactions for a fault of ours.

CREATE TABLE gen_source_stats (
    user_id uuid REFERENCES users (id) ON DELETE CASCADE,
    source_type varchar(10) NOT NULL,
    count bigint NOT NULL,
    home uuid NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);

CREATE UNIQUE INDEX idx_gen_source_keys
    ON gen_source_stats (user_id, source_type, home) WHERE user_id IS NOT NULL;
CREATE UNIQUE INDEX idx_gen_source_total
    ON gen_source_stats (source_type, home) WHERE user_id IS NULL;
ALTER TABLE gen_source_stats REPLICA IDENTITY FULL;

-- 2. The ledger, a queue: writers append, the fold removes. So it has no key and no index, and is
--    vacuumed as soon as a fold has left dead rows.
--    Every row counts for the total; one whose user_id is null counts for nothing else.

CREATE TABLE gen_source_deltas (
    user_id uuid,
    source_type varchar(10) NOT NULL,
    home uuid NOT NULL,
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
ALTER TABLE gen_source_deltas REPLICA IDENTITY FULL;


CREATE INDEX idx_gen_source_largest ON gen_source_stats (source_type, count DESC) WHERE user_id IS NOT NULL;
SELECT create_distributed_table('gen_source_stats', 'home', colocate_with := 'content_items_all');
SELECT create_distributed_table('gen_source_deltas', 'home', colocate_with := 'content_items_all');
-- 3. The exact counts right now: stored plus ledger, in one statement and so on one snapshot.

CREATE VIEW gen_source_counts AS
SELECT user_id, source_type, sum(count)::bigint AS count
FROM (
    SELECT user_id, source_type, count, home FROM gen_source_stats
    UNION ALL
    SELECT user_id, source_type, delta, home FROM gen_source_deltas WHERE user_id IS NOT NULL
    UNION ALL
    SELECT NULL, source_type, delta, home FROM gen_source_deltas
) AS stored_and_ledger
GROUP BY user_id, source_type
HAVING sum(count) <> 0;

-- 4. The record of refreshes: what each recount found.

CREATE TABLE gen_source_refreshes (
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
    CONSTRAINT gen_source_refreshes_outcome
        CHECK (outcome IN ('built', 'exact', 'repaired', 'failed'))
);

CREATE INDEX idx_gen_source_refreshes_good
    ON gen_source_refreshes (id) WHERE outcome <> 'failed';


-- For an engine whose parts are tables that only a running function can name. Of the engine's own
-- functions, `in_part` puts the names of a part's tables into a statement, where `here` is any table of
-- that part, and `require_read_committed` raises an error if a snapshot may be older than a lock.

-- 1. What the triggers call. One row per key and category that a statement changed is appended in the
--    writer's own transaction, to the ledger beside the table that it changed.

CREATE FUNCTION gen_source_count_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE in_part(TG_RELID, $part$
        INSERT INTO gen_source_deltas__here (user_id, source_type, delta, home)
        SELECT creator_id, CASE source_type WHEN 'items' THEN 'regular'::varchar(10) ELSE 'auto'::varchar(10) END, count(*), creator_id
        FROM new_rows
        WHERE source_type IN ('items', 'auto')
        GROUP BY creator_id, source_type $part$);
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION gen_source_count_insert() FROM PUBLIC;
CREATE FUNCTION gen_source_count_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE in_part(TG_RELID, $part$
        INSERT INTO gen_source_deltas__here (user_id, source_type, delta, home)
        SELECT creator_id, CASE source_type WHEN 'items' THEN 'regular'::varchar(10) ELSE 'auto'::varchar(10) END, -count(*), creator_id
        FROM old_rows
        WHERE source_type IN ('items', 'auto')
        GROUP BY creator_id, source_type $part$);
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION gen_source_count_delete() FROM PUBLIC;
CREATE FUNCTION gen_source_count_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE in_part(TG_RELID, $part$
        INSERT INTO gen_source_deltas__here (user_id, source_type, delta, home)
        SELECT creator_id, CASE source_type WHEN 'items' THEN 'regular'::varchar(10) ELSE 'auto'::varchar(10) END, sum(change), creator_id
        FROM (
            SELECT creator_id, source_type, 1 AS change FROM new_rows
            UNION ALL
            SELECT creator_id, source_type, -1 FROM old_rows
        ) AS changes
        WHERE source_type IN ('items', 'auto')
        GROUP BY creator_id, source_type
        HAVING sum(change) <> 0 $part$);
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION gen_source_count_update() FROM PUBLIC;
-- An engine may keep a trigger of TRUNCATE from its parts, so nothing could be counted.
CREATE FUNCTION gen_source_count_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'TRUNCATE of % cannot be counted on a distributed gallery', TG_TABLE_NAME
        USING ERRCODE = 'feature_not_supported', HINT = 'Use DELETE.';
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION gen_source_count_truncate() FROM PUBLIC;
CREATE FUNCTION gen_source_forget_owner() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE in_part(TG_RELID, $part$
        INSERT INTO gen_source_deltas__here (user_id, source_type, delta, home)
        SELECT entry.user_id, gone.source_type, entry.delta, gone.home
        FROM old_rows AS gone
        CROSS JOIN LATERAL (
            VALUES (gone.user_id, gone.count), (NULL, -gone.count)
        ) AS entry (user_id, delta)
        WHERE gone.user_id IS NOT NULL
          AND NOT EXISTS (
              SELECT FROM users__here AS staying WHERE staying.id = gone.user_id
          ) $part$);
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION gen_source_forget_owner() FROM PUBLIC;
CREATE FUNCTION gen_source_forget_everything() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'TRUNCATE of % cannot be counted on a distributed gallery', TG_TABLE_NAME
        USING ERRCODE = 'feature_not_supported', HINT = 'Use DELETE.';
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION gen_source_forget_everything() FROM PUBLIC;

-- 2. The fold of a part: NULL if another fold or refresh of it has the lock.
CREATE FUNCTION gen_source_fold_part(here regclass) RETURNS jsonb
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    is_ours boolean;
    taken bigint;
    written bigint;
BEGIN
    PERFORM require_read_committed();
    EXECUTE in_part(here, $part$
-- The same without waiting: false if another fold or refresh has the lock.
SELECT pg_try_advisory_xact_lock(
    'pg_class'::regclass::oid::int, 'gen_source_stats__here'::regclass::oid::int) $part$) INTO is_ours;
    IF NOT is_ours THEN
        RETURN NULL;
    END IF;
    -- A statement of its own, so its snapshot is younger than the lock.
    EXECUTE in_part(here, $part$
-- Empty the ledger of its visible rows, and add their sums to the stored counts.
-- Stored counts that reach zero are deleted.
WITH
-- Keys whose row of users__here is being deleted at this moment are skipped, and their entries wait
-- for the next fold: waiting for the row could deadlock. A key whose row is gone gets no new count.
-- (It has one only if the foreign key was bypassed, and that may come to zero. Then
-- gen_source_forget_owner enters what it was, and `counts_forgotten` the opposite.)
-- Written so that no plan compares rows with rows one by one, even without statistics about them.
owners_staying AS MATERIALIZED (
    SELECT id AS id FROM users__here
    WHERE id IN (SELECT user_id FROM gen_source_deltas__here)
    FOR KEY SHARE SKIP LOCKED
),
owners_leaving AS MATERIALIZED (
    SELECT id AS id FROM users__here
    WHERE id IN (SELECT user_id FROM gen_source_deltas__here EXCEPT SELECT id FROM owners_staying)
),
entries_taken AS (
    DELETE FROM gen_source_deltas__here AS entry
    WHERE NOT EXISTS (SELECT FROM owners_leaving WHERE owners_leaving.id = entry.user_id)
    RETURNING entry.user_id, entry.source_type, entry.delta
),
total_amounts AS (
    SELECT source_type, sum(delta)::bigint AS amount
    FROM entries_taken
    GROUP BY source_type
    HAVING sum(delta) <> 0
),
totals_emptied AS (
    DELETE FROM gen_source_stats__here AS stored
    USING total_amounts AS added
    WHERE stored.user_id IS NULL
      AND stored.source_type = added.source_type
      AND stored.count + added.amount = 0
    RETURNING 1
),
totals_changed AS (
    INSERT INTO gen_source_stats__here AS stored (user_id, source_type, count, home)
    SELECT NULL, added.source_type, added.amount, 'home__here'::uuid
    FROM total_amounts AS added
    LEFT JOIN gen_source_stats__here AS before
           ON before.user_id IS NULL AND before.source_type = added.source_type
    WHERE before.count IS NULL OR before.count + added.amount <> 0
    ORDER BY added.source_type
    ON CONFLICT (source_type, home) WHERE user_id IS NULL
    DO UPDATE SET count = stored.count + excluded.count, updated_at = now()
    RETURNING 1
),
amounts AS (
    SELECT user_id, source_type, sum(delta)::bigint AS amount
    FROM entries_taken
    WHERE user_id IS NOT NULL
    GROUP BY user_id, source_type
    HAVING sum(delta) <> 0
),
counts_emptied AS (
    DELETE FROM gen_source_stats__here AS stored
    USING amounts AS added
    WHERE stored.user_id = added.user_id
      AND stored.source_type = added.source_type
      AND stored.count + added.amount = 0
    RETURNING stored.user_id, stored.source_type, stored.count
),
counts_forgotten AS (
    INSERT INTO gen_source_deltas__here (user_id, source_type, delta, home)
    SELECT entry.user_id, gone.source_type, entry.delta, gone.user_id
    FROM counts_emptied AS gone
    CROSS JOIN LATERAL (
        VALUES
            (NULL, gone.count),
            (gone.user_id, -gone.count)
    ) AS entry (user_id, delta)
    WHERE NOT EXISTS (SELECT FROM owners_staying WHERE owners_staying.id = gone.user_id)
),
counts_changed AS (
    UPDATE gen_source_stats__here AS stored
    SET count = stored.count + added.amount, updated_at = now()
    FROM amounts AS added
    WHERE stored.user_id = added.user_id
      AND stored.source_type = added.source_type
      AND stored.count + added.amount <> 0
    RETURNING 1
),
counts_added AS (
    INSERT INTO gen_source_stats__here (user_id, source_type, count, home)
    SELECT added.user_id, added.source_type, added.amount, added.user_id
    FROM amounts AS added
    JOIN owners_staying ON owners_staying.id = added.user_id
    LEFT JOIN gen_source_stats__here AS before USING (user_id, source_type)
    WHERE before.count IS NULL
    ORDER BY added.user_id, added.source_type
    RETURNING 1
)
SELECT
    (SELECT count(*) FROM entries_taken) AS rows_taken,
    (SELECT count(*) FROM counts_emptied) + (SELECT count(*) FROM counts_changed)
        + (SELECT count(*) FROM counts_added)
        + (SELECT count(*) FROM totals_emptied) + (SELECT count(*) FROM totals_changed)
        AS rows_written $part$) INTO taken, written;
    RETURN jsonb_build_object('rows_taken', taken, 'rows_written', written);
END $$;

-- 3. The refresh of a part, and what it found.
CREATE FUNCTION gen_source_refresh_part(here regclass) RETURNS jsonb
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    begun timestamptz;
    result jsonb;
    largest jsonb;
    stored bigint := 0;
    written bigint;
BEGIN
    PERFORM require_read_committed();
    EXECUTE in_part(here, $part$
-- Another transaction's TRUNCATE of users__here waits for this lock, before it holds anything that
-- the refresh needs. It is ROW SHARE, taken by a statement for which the right to update one column
-- is enough; LOCK TABLE would need that of all columns.
SELECT FROM users__here WHERE false FOR KEY SHARE $part$);
    -- Instead of LOCK TABLE, which an engine may keep to itself: this takes the same lock.
    EXECUTE in_part(here, 'SELECT FROM content_items_all__here WHERE false');
    EXECUTE in_part(here, $part$
-- Two refreshes in one transaction would otherwise collide.
DROP TABLE IF EXISTS pg_temp.gen_source_differences $part$);
    EXECUTE in_part(here, $part$
-- Partitions have no row in common, so each may be grouped by itself. And only one refresh runs at
-- a time, so it may use more memory: 64 MB for each step of a plan, if the server gives less.
SELECT set_config('enable_partitionwise_aggregate', 'on', true),
       set_config('work_mem',
                  greatest(pg_size_bytes(current_setting('work_mem')) / 1024, 65536) || 'kB', true) $part$);
    begun := clock_timestamp();
    EXECUTE in_part(here, $part$
-- Where truth and counts differ, on one snapshot, into a table for the rest of this transaction;
-- and, in any case, a row without a key for each category, with its sum and how many were compared.
-- (CREATE TABLE AS, and not one statement with the repair, because a statement that changes rows
-- is never executed in parallel. A difference may be added at any later moment.)
-- OFFSET 0: groups are filtered, and not each row before it is grouped.
CREATE TEMP TABLE gen_source_differences ON COMMIT DROP AS
WITH true_counts AS MATERIALIZED (
    SELECT creator_id AS user_id,
           (CASE source_type WHEN 'items' THEN 'regular'::varchar(10) ELSE 'auto'::varchar(10) END)::varchar(10) AS source_type,
           items AS truth
    FROM (
        SELECT creator_id, source_type, count(*) AS items
        FROM content_items_all__here
        GROUP BY creator_id, source_type
        OFFSET 0
    ) AS counted_groups
    WHERE source_type IN ('items', 'auto')
),
of_keys AS (
    SELECT user_id, source_type, coalesce(true_counts.truth, 0) AS truth,
           coalesce(stored.count, 0) + coalesce(changes.delta, 0) AS counted,
           (true_counts.truth IS NOT NULL)::int::bigint AS keys
    FROM true_counts
    FULL JOIN gen_source_stats__here AS stored USING (user_id, source_type)
    FULL JOIN (
        SELECT user_id, source_type, sum(delta)::bigint AS delta
        FROM gen_source_deltas__here GROUP BY user_id, source_type
    ) AS changes USING (user_id, source_type)
    WHERE user_id IS NOT NULL
),
of_categories AS (
    SELECT source_type, sum(truth) AS truth, 0 AS counted, count(user_id) + 1 AS keys
    FROM true_counts GROUP BY source_type
    UNION ALL
    SELECT source_type, 0, count, 0 FROM gen_source_stats__here WHERE user_id IS NULL
    UNION ALL
    SELECT source_type, 0, sum(delta), 0 FROM gen_source_deltas__here GROUP BY source_type
)
SELECT user_id, source_type, truth, counted, truth - counted AS difference, keys
FROM of_keys
WHERE truth <> counted
UNION ALL
SELECT NULL, source_type, sum(truth)::bigint, sum(counted)::bigint,
       (sum(truth) - sum(counted))::bigint, sum(keys)::bigint
FROM of_categories
GROUP BY source_type $part$);
    EXECUTE $part$
SELECT to_jsonb(summary) FROM (-- The result of the recount. A key that is only in the counts was compared as well. The record keeps
-- the sums of at most 100 categories.
SELECT
    (coalesce(sum(keys) FILTER (WHERE user_id IS NULL), 0)
        + count(*) FILTER (WHERE keys = 0))::bigint AS rows_checked,
    count(*) FILTER (WHERE difference <> 0) AS rows_wrong,
    coalesce(max(abs(difference)), 0)::bigint AS largest_error,
    CASE WHEN count(*) FILTER (WHERE user_id IS NULL) BETWEEN 1 AND 100
        THEN jsonb_object_agg(source_type, truth) FILTER (WHERE user_id IS NULL)
        ELSE '{}' END AS totals
FROM gen_source_differences) AS summary $part$ INTO result;
    EXECUTE $part$
SELECT coalesce(jsonb_agg(to_jsonb(worst)), '[]') FROM (-- The largest errors, as the record of a refresh keeps them.
SELECT user_id::text AS key, source_type::text AS category, counted AS was, truth AS is
FROM gen_source_differences
WHERE difference <> 0
ORDER BY abs(difference) DESC, user_id NULLS FIRST, source_type
LIMIT 10) AS worst $part$ INTO largest;
    EXECUTE in_part(here, $part$
-- One fold at a time. Taken in a statement of its own, so that the next statement's
-- snapshot is younger than the lock.
SELECT pg_advisory_xact_lock('pg_class'::regclass::oid::int, 'gen_source_stats__here'::regclass::oid::int) $part$);
    IF (result ->> 'rows_wrong')::bigint > 0 THEN
        EXECUTE in_part(here, $part$
-- What the recount found missing is added. A key that has no stored count gets one: its difference.
-- That is added to nothing, for no fold runs meanwhile; and a first build writes a third of the rows.
-- All else goes into the ledger, like any other change: what corrects a stored count, and the
-- counts of an owner who is gone, or is being deleted (see the fold).
WITH counts_stored AS (
    INSERT INTO gen_source_stats__here (user_id, source_type, count, home)
    SELECT user_id, source_type, difference, user_id
    FROM (
        SELECT missing.user_id, missing.source_type, missing.difference
        FROM gen_source_differences AS missing
        JOIN users__here AS staying ON staying.id = missing.user_id
        WHERE missing.user_id IS NOT NULL
          AND NOT EXISTS (
              SELECT FROM gen_source_stats__here AS stored
              WHERE stored.user_id = missing.user_id
                AND stored.source_type = missing.source_type
          )
        FOR KEY SHARE OF staying SKIP LOCKED
    ) AS addable
    ORDER BY user_id, source_type
    RETURNING user_id, source_type
),
others AS MATERIALIZED (
    SELECT user_id, source_type, difference
    FROM gen_source_differences AS missing
    WHERE user_id IS NOT NULL
      AND NOT EXISTS (
          SELECT FROM counts_stored AS stored
          WHERE stored.user_id = missing.user_id
            AND stored.source_type = missing.source_type
      )
),
entries AS (
    INSERT INTO gen_source_deltas__here (user_id, source_type, delta, home)
    SELECT user_id, source_type, difference, user_id FROM others
    -- A key's entry counts for the total as well. The total's own difference is known already, so
    -- it is entered minus those of the keys.
    UNION ALL
    SELECT NULL, source_type, sum(difference), 'home__here'::uuid
    FROM (
        SELECT source_type, difference FROM gen_source_differences WHERE user_id IS NULL
        UNION ALL
        SELECT source_type, -difference FROM others
    ) AS of_total
    GROUP BY source_type
    HAVING sum(difference) <> 0
)
SELECT count(*) FROM counts_stored $part$) INTO stored;
    END IF;
    -- The lock is ours already.
    written := (gen_source_fold_part(here) ->> 'rows_written')::bigint;
    RETURN result || jsonb_build_object(
        'started_at', begun, 'worst', largest, 'rows_written', stored + written);
END $$;

-- 4. The auditor's comparison of a part with a recount, on one snapshot, by a statement of its own.
CREATE FUNCTION gen_source_check_part(here regclass) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    result jsonb;
BEGIN
    EXECUTE in_part(here, $part$
WITH compared AS (
    SELECT key::text AS who, kind::text AS kind, sum(reported) AS reported, sum(truth) AS truth
    FROM (
        SELECT creator_id AS key, CASE source_type WHEN 'items' THEN 'regular'::varchar(10) ELSE 'auto'::varchar(10) END AS kind, 0 AS reported, 1 AS truth
        FROM content_items_all__here WHERE source_type IN ('items', 'auto')
        UNION ALL
        SELECT user_id, source_type, count, 0 FROM gen_source_stats__here
        UNION ALL
        SELECT user_id, source_type, delta, 0 FROM gen_source_deltas__here WHERE user_id IS NOT NULL
        UNION ALL
        SELECT NULL, CASE source_type WHEN 'items' THEN 'regular'::varchar(10) ELSE 'auto'::varchar(10) END, 0, 1 FROM content_items_all__here WHERE source_type IN ('items', 'auto')
        UNION ALL
        SELECT NULL, source_type, delta, 0 FROM gen_source_deltas__here
    ) AS all_rows
    GROUP BY key, kind
)
SELECT jsonb_build_object(
    'compared', count(*) FILTER (WHERE reported <> 0 OR truth <> 0),
    'wrong', count(*) FILTER (WHERE reported <> truth),
    'worst', coalesce((
        SELECT jsonb_agg(to_jsonb(worst)) FROM (
            SELECT * FROM compared WHERE reported <> truth
            ORDER BY abs(reported - truth) DESC, who NULLS FIRST, kind LIMIT 5
        ) AS worst), '[]'))
FROM compared $part$) INTO result;
    RETURN result;
END $$;

CREATE TRIGGER gen_source_forget_owner AFTER DELETE ON gen_source_stats
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION gen_source_forget_owner();
CREATE TRIGGER gen_source_forget_everything AFTER TRUNCATE ON users
    FOR EACH STATEMENT EXECUTE FUNCTION gen_source_forget_everything();

-- 6. The triggers. A statement trigger fires only on the table that the statement names, so the
--    partitioned table and each of its partitions need their own. Only TRUNCATE of the partitioned
--    table fires those of the partitions too, so it needs none itself. Call this again after
--    adding a partition, and refresh.

CREATE FUNCTION gen_source_place_triggers() RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    part regclass;
    has_parts boolean;
BEGIN
    -- What is written through a parent that we do not see would not be counted.
    IF (SELECT relispartition FROM pg_class WHERE oid = 'content_items_all'::regclass)
       OR EXISTS (SELECT FROM pg_inherits JOIN pg_class AS parent ON parent.oid = inhparent
                  WHERE parent.relkind = 'r'
                    AND 'content_items_all'::regclass IN (inhparent, inhrelid)) THEN
        RAISE EXCEPTION '% is part of another table, or inherits: count the whole',
            'content_items_all';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_constraint
                   WHERE contype = 'f' AND conrelid = 'content_items_all'::regclass
                     AND confrelid = 'users'::regclass) THEN
        RAISE EXCEPTION '% has no foreign key to its owner %',
            'content_items_all', 'users';
    END IF;
    FOR part, has_parts IN
        SELECT oid, relkind = 'p' FROM pg_class
        WHERE oid = 'content_items_all'::regclass
           OR oid IN (SELECT relid FROM pg_partition_tree('content_items_all'))
    LOOP
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER gen_source_insert AFTER INSERT ON %s'
            ' REFERENCING NEW TABLE AS new_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION gen_source_count_insert()', part);
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER gen_source_update AFTER UPDATE ON %s'
            ' REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION gen_source_count_update()', part);
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER gen_source_delete AFTER DELETE ON %s'
            ' REFERENCING OLD TABLE AS old_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION gen_source_count_delete()', part);
        CONTINUE WHEN has_parts;
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER gen_source_truncate BEFORE TRUNCATE ON %s'
            ' FOR EACH STATEMENT EXECUTE FUNCTION gen_source_count_truncate()', part);
    END LOOP;
END $$;

SELECT gen_source_place_triggers();

-- The count tag_cardinality.
-- 1. Stored counts. A count of zero has no row.
--    Each row lies in the part that its home is in: that of a key is the key, that of a part's total
--    is the part's own. So a total has a row in each part.
--    There is no CHECK (count >= 0): it would abort users' own transactions for a fault of ours.

CREATE TABLE tag_cardinality_stats (
    tag_id uuid REFERENCES tags (id) ON DELETE CASCADE,
    content_source varchar(10) NOT NULL,
    cardinality bigint NOT NULL,
    home uuid NOT NULL,
    PRIMARY KEY (tag_id, content_source, home),
    updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);

-- 2. The ledger, a queue: writers append, the fold removes. So it has no key and no index, and is
--    vacuumed as soon as a fold has left dead rows.

CREATE TABLE tag_cardinality_deltas (
    tag_id uuid NOT NULL,
    content_source varchar(10) NOT NULL,
    home uuid NOT NULL,
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
ALTER TABLE tag_cardinality_deltas REPLICA IDENTITY FULL;


CREATE INDEX idx_tag_cardinality_largest ON tag_cardinality_stats (content_source, cardinality DESC);
SELECT create_distributed_table('tag_cardinality_stats', 'home', colocate_with := 'content_items_all');
SELECT create_distributed_table('tag_cardinality_deltas', 'home', colocate_with := 'content_items_all');
-- 3. The exact counts right now: stored plus ledger, in one statement and so on one snapshot.

CREATE VIEW tag_cardinality_counts AS
SELECT tag_id, content_source, sum(cardinality)::bigint AS cardinality
FROM (
    SELECT tag_id, content_source, cardinality, home FROM tag_cardinality_stats
    UNION ALL
    SELECT tag_id, content_source, delta, home FROM tag_cardinality_deltas
) AS stored_and_ledger
GROUP BY tag_id, content_source
HAVING sum(cardinality) <> 0;

-- 4. The record of refreshes: what each recount found.

CREATE TABLE tag_cardinality_refreshes (
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
    CONSTRAINT tag_cardinality_refreshes_outcome
        CHECK (outcome IN ('built', 'exact', 'repaired', 'failed'))
);

CREATE INDEX idx_tag_cardinality_refreshes_good
    ON tag_cardinality_refreshes (id) WHERE outcome <> 'failed';


-- For an engine whose parts are tables that only a running function can name. Of the engine's own
-- functions, `in_part` puts the names of a part's tables into a statement, where `here` is any table of
-- that part, and `require_read_committed` raises an error if a snapshot may be older than a lock.

-- 1. What the triggers call. One row per key and category that a statement changed is appended in the
--    writer's own transaction, to the ledger beside the table that it changed.

CREATE FUNCTION tag_cardinality_count_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE in_part(TG_RELID, $part$
        INSERT INTO tag_cardinality_deltas__here (tag_id, content_source, delta, home)
        SELECT tag_id, CASE source_type WHEN 'items' THEN 'regular'::varchar(10) ELSE 'auto'::varchar(10) END, count(*), 'home__here'::uuid
        FROM new_rows
        WHERE source_type IN ('items', 'auto') AND tag_id IS NOT NULL
        GROUP BY tag_id, source_type $part$);
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION tag_cardinality_count_insert() FROM PUBLIC;
CREATE FUNCTION tag_cardinality_count_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE in_part(TG_RELID, $part$
        INSERT INTO tag_cardinality_deltas__here (tag_id, content_source, delta, home)
        SELECT tag_id, CASE source_type WHEN 'items' THEN 'regular'::varchar(10) ELSE 'auto'::varchar(10) END, -count(*), 'home__here'::uuid
        FROM old_rows
        WHERE source_type IN ('items', 'auto') AND tag_id IS NOT NULL
        GROUP BY tag_id, source_type $part$);
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION tag_cardinality_count_delete() FROM PUBLIC;
CREATE FUNCTION tag_cardinality_count_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE in_part(TG_RELID, $part$
        INSERT INTO tag_cardinality_deltas__here (tag_id, content_source, delta, home)
        SELECT tag_id, CASE source_type WHEN 'items' THEN 'regular'::varchar(10) ELSE 'auto'::varchar(10) END, sum(change), 'home__here'::uuid
        FROM (
            SELECT tag_id, source_type, 1 AS change FROM new_rows
            UNION ALL
            SELECT tag_id, source_type, -1 FROM old_rows
        ) AS changes
        WHERE source_type IN ('items', 'auto') AND tag_id IS NOT NULL
        GROUP BY tag_id, source_type
        HAVING sum(change) <> 0 $part$);
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION tag_cardinality_count_update() FROM PUBLIC;
-- An engine may keep a trigger of TRUNCATE from its parts, so nothing could be counted.
CREATE FUNCTION tag_cardinality_count_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'TRUNCATE of % cannot be counted on a distributed gallery', TG_TABLE_NAME
        USING ERRCODE = 'feature_not_supported', HINT = 'Use DELETE.';
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION tag_cardinality_count_truncate() FROM PUBLIC;
CREATE FUNCTION tag_cardinality_forget_owner() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE in_part(TG_RELID, $part$
        INSERT INTO tag_cardinality_deltas__here (tag_id, content_source, delta, home)
        SELECT entry.tag_id, gone.content_source, entry.delta, gone.home
        FROM old_rows AS gone
        CROSS JOIN LATERAL (
            VALUES (gone.tag_id, gone.cardinality)
        ) AS entry (tag_id, delta)
        WHERE gone.tag_id IS NOT NULL
          AND NOT EXISTS (
              SELECT FROM tags__here AS staying WHERE staying.id = gone.tag_id
          ) $part$);
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION tag_cardinality_forget_owner() FROM PUBLIC;
CREATE FUNCTION tag_cardinality_forget_everything() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'TRUNCATE of % cannot be counted on a distributed gallery', TG_TABLE_NAME
        USING ERRCODE = 'feature_not_supported', HINT = 'Use DELETE.';
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION tag_cardinality_forget_everything() FROM PUBLIC;

-- 2. The fold of a part: NULL if another fold or refresh of it has the lock.
CREATE FUNCTION tag_cardinality_fold_part(here regclass) RETURNS jsonb
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    is_ours boolean;
    taken bigint;
    written bigint;
BEGIN
    PERFORM require_read_committed();
    EXECUTE in_part(here, $part$
-- The same without waiting: false if another fold or refresh has the lock.
SELECT pg_try_advisory_xact_lock(
    'pg_class'::regclass::oid::int, 'tag_cardinality_stats__here'::regclass::oid::int) $part$) INTO is_ours;
    IF NOT is_ours THEN
        RETURN NULL;
    END IF;
    -- A statement of its own, so its snapshot is younger than the lock.
    EXECUTE in_part(here, $part$
-- Empty the ledger of its visible rows, and add their sums to the stored counts.
-- Stored counts that reach zero are deleted.
WITH
-- Keys whose row of tags__here is being deleted at this moment are skipped, and their entries wait
-- for the next fold: waiting for the row could deadlock. A key whose row is gone gets no new count.
-- (It has one only if the foreign key was bypassed, and that may come to zero. Then
-- tag_cardinality_forget_owner enters what it was, and `counts_forgotten` the opposite.)
-- Written so that no plan compares rows with rows one by one, even without statistics about them.
owners_staying AS MATERIALIZED (
    SELECT id AS id FROM tags__here
    WHERE id IN (SELECT tag_id FROM tag_cardinality_deltas__here)
    FOR KEY SHARE SKIP LOCKED
),
owners_leaving AS MATERIALIZED (
    SELECT id AS id FROM tags__here
    WHERE id IN (SELECT tag_id FROM tag_cardinality_deltas__here EXCEPT SELECT id FROM owners_staying)
),
entries_taken AS (
    DELETE FROM tag_cardinality_deltas__here AS entry
    WHERE NOT EXISTS (SELECT FROM owners_leaving WHERE owners_leaving.id = entry.tag_id)
    RETURNING entry.tag_id, entry.content_source, entry.delta
),
amounts AS (
    SELECT tag_id, content_source, sum(delta)::bigint AS amount
    FROM entries_taken
    WHERE tag_id IS NOT NULL
    GROUP BY tag_id, content_source
    HAVING sum(delta) <> 0
),
counts_emptied AS (
    DELETE FROM tag_cardinality_stats__here AS stored
    USING amounts AS added
    WHERE stored.tag_id = added.tag_id
      AND stored.content_source = added.content_source
      AND stored.cardinality + added.amount = 0
    RETURNING stored.tag_id, stored.content_source, stored.cardinality
),
counts_forgotten AS (
    INSERT INTO tag_cardinality_deltas__here (tag_id, content_source, delta, home)
    SELECT entry.tag_id, gone.content_source, entry.delta, 'home__here'::uuid
    FROM counts_emptied AS gone
    CROSS JOIN LATERAL (
        VALUES
            (gone.tag_id, -gone.cardinality)
    ) AS entry (tag_id, delta)
    WHERE NOT EXISTS (SELECT FROM owners_staying WHERE owners_staying.id = gone.tag_id)
),
counts_changed AS (
    UPDATE tag_cardinality_stats__here AS stored
    SET cardinality = stored.cardinality + added.amount, updated_at = now()
    FROM amounts AS added
    WHERE stored.tag_id = added.tag_id
      AND stored.content_source = added.content_source
      AND stored.cardinality + added.amount <> 0
    RETURNING 1
),
counts_added AS (
    INSERT INTO tag_cardinality_stats__here (tag_id, content_source, cardinality, home)
    SELECT added.tag_id, added.content_source, added.amount, 'home__here'::uuid
    FROM amounts AS added
    JOIN owners_staying ON owners_staying.id = added.tag_id
    LEFT JOIN tag_cardinality_stats__here AS before USING (tag_id, content_source)
    WHERE before.cardinality IS NULL
    ORDER BY added.tag_id, added.content_source
    RETURNING 1
)
SELECT
    (SELECT count(*) FROM entries_taken) AS rows_taken,
    (SELECT count(*) FROM counts_emptied) + (SELECT count(*) FROM counts_changed)
        + (SELECT count(*) FROM counts_added)
        AS rows_written $part$) INTO taken, written;
    RETURN jsonb_build_object('rows_taken', taken, 'rows_written', written);
END $$;

-- 3. The refresh of a part, and what it found.
CREATE FUNCTION tag_cardinality_refresh_part(here regclass) RETURNS jsonb
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    begun timestamptz;
    result jsonb;
    largest jsonb;
    stored bigint := 0;
    written bigint;
BEGIN
    PERFORM require_read_committed();
    EXECUTE in_part(here, $part$
-- Another transaction's TRUNCATE of tags__here waits for this lock, before it holds anything that
-- the refresh needs. It is ROW SHARE, taken by a statement for which the right to update one column
-- is enough; LOCK TABLE would need that of all columns.
SELECT FROM tags__here WHERE false FOR KEY SHARE $part$);
    -- Instead of LOCK TABLE, which an engine may keep to itself: this takes the same lock.
    EXECUTE in_part(here, 'SELECT FROM content_tags__here WHERE false');
    EXECUTE in_part(here, $part$
-- Two refreshes in one transaction would otherwise collide.
DROP TABLE IF EXISTS pg_temp.tag_cardinality_differences $part$);
    EXECUTE in_part(here, $part$
-- Partitions have no row in common, so each may be grouped by itself. And only one refresh runs at
-- a time, so it may use more memory: 64 MB for each step of a plan, if the server gives less.
SELECT set_config('enable_partitionwise_aggregate', 'on', true),
       set_config('work_mem',
                  greatest(pg_size_bytes(current_setting('work_mem')) / 1024, 65536) || 'kB', true) $part$);
    begun := clock_timestamp();
    EXECUTE in_part(here, $part$
-- Where truth and counts differ, on one snapshot, into a table for the rest of this transaction;
-- and, in any case, a row without a key for each category, with its sum and how many were compared.
-- (CREATE TABLE AS, and not one statement with the repair, because a statement that changes rows
-- is never executed in parallel. A difference may be added at any later moment.)
-- OFFSET 0: groups are filtered, and not each row before it is grouped.
CREATE TEMP TABLE tag_cardinality_differences ON COMMIT DROP AS
WITH true_counts AS MATERIALIZED (
    SELECT tag_id AS tag_id,
           (CASE source_type WHEN 'items' THEN 'regular'::varchar(10) ELSE 'auto'::varchar(10) END)::varchar(10) AS content_source,
           items AS truth
    FROM (
        SELECT tag_id, source_type, count(*) AS items
        FROM content_tags__here
        GROUP BY tag_id, source_type
        OFFSET 0
    ) AS counted_groups
    WHERE source_type IN ('items', 'auto') AND tag_id IS NOT NULL
),
of_keys AS (
    SELECT tag_id, content_source, coalesce(true_counts.truth, 0) AS truth,
           coalesce(stored.cardinality, 0) + coalesce(changes.delta, 0) AS counted,
           (true_counts.truth IS NOT NULL)::int::bigint AS keys
    FROM true_counts
    FULL JOIN tag_cardinality_stats__here AS stored USING (tag_id, content_source)
    FULL JOIN (
        SELECT tag_id, content_source, sum(delta)::bigint AS delta
        FROM tag_cardinality_deltas__here GROUP BY tag_id, content_source
    ) AS changes USING (tag_id, content_source)
    WHERE tag_id IS NOT NULL
),
of_categories AS (
    SELECT content_source, sum(truth) AS truth, sum(truth) AS counted, count(*) AS keys
    FROM true_counts GROUP BY content_source
)
SELECT tag_id, content_source, truth, counted, truth - counted AS difference, keys
FROM of_keys
WHERE truth <> counted
UNION ALL
SELECT NULL, content_source, sum(truth)::bigint, sum(counted)::bigint,
       (sum(truth) - sum(counted))::bigint, sum(keys)::bigint
FROM of_categories
GROUP BY content_source $part$);
    EXECUTE $part$
SELECT to_jsonb(summary) FROM (-- The result of the recount. A key that is only in the counts was compared as well. The record keeps
-- the sums of at most 100 categories.
SELECT
    (coalesce(sum(keys) FILTER (WHERE tag_id IS NULL), 0)
        + count(*) FILTER (WHERE keys = 0))::bigint AS rows_checked,
    count(*) FILTER (WHERE difference <> 0) AS rows_wrong,
    coalesce(max(abs(difference)), 0)::bigint AS largest_error,
    CASE WHEN count(*) FILTER (WHERE tag_id IS NULL) BETWEEN 1 AND 100
        THEN jsonb_object_agg(content_source, truth) FILTER (WHERE tag_id IS NULL)
        ELSE '{}' END AS totals
FROM tag_cardinality_differences) AS summary $part$ INTO result;
    EXECUTE $part$
SELECT coalesce(jsonb_agg(to_jsonb(worst)), '[]') FROM (-- The largest errors, as the record of a refresh keeps them.
SELECT tag_id::text AS key, content_source::text AS category, counted AS was, truth AS is
FROM tag_cardinality_differences
WHERE difference <> 0
ORDER BY abs(difference) DESC, tag_id NULLS FIRST, content_source
LIMIT 10) AS worst $part$ INTO largest;
    EXECUTE in_part(here, $part$
-- One fold at a time. Taken in a statement of its own, so that the next statement's
-- snapshot is younger than the lock.
SELECT pg_advisory_xact_lock('pg_class'::regclass::oid::int, 'tag_cardinality_stats__here'::regclass::oid::int) $part$);
    IF (result ->> 'rows_wrong')::bigint > 0 THEN
        EXECUTE in_part(here, $part$
-- What the recount found missing is added. A key that has no stored count gets one: its difference.
-- That is added to nothing, for no fold runs meanwhile; and a first build writes a third of the rows.
-- All else goes into the ledger, like any other change: what corrects a stored count, and the
-- counts of an owner who is gone, or is being deleted (see the fold).
WITH counts_stored AS (
    INSERT INTO tag_cardinality_stats__here (tag_id, content_source, cardinality, home)
    SELECT tag_id, content_source, difference, 'home__here'::uuid
    FROM (
        SELECT missing.tag_id, missing.content_source, missing.difference
        FROM tag_cardinality_differences AS missing
        JOIN tags__here AS staying ON staying.id = missing.tag_id
        WHERE missing.tag_id IS NOT NULL
          AND NOT EXISTS (
              SELECT FROM tag_cardinality_stats__here AS stored
              WHERE stored.tag_id = missing.tag_id
                AND stored.content_source = missing.content_source
          )
        FOR KEY SHARE OF staying SKIP LOCKED
    ) AS addable
    ORDER BY tag_id, content_source
    RETURNING tag_id, content_source
),
others AS MATERIALIZED (
    SELECT tag_id, content_source, difference
    FROM tag_cardinality_differences AS missing
    WHERE tag_id IS NOT NULL
      AND NOT EXISTS (
          SELECT FROM counts_stored AS stored
          WHERE stored.tag_id = missing.tag_id
            AND stored.content_source = missing.content_source
      )
),
entries AS (
    INSERT INTO tag_cardinality_deltas__here (tag_id, content_source, delta, home)
    SELECT tag_id, content_source, difference, 'home__here'::uuid FROM others
)
SELECT count(*) FROM counts_stored $part$) INTO stored;
    END IF;
    -- The lock is ours already.
    written := (tag_cardinality_fold_part(here) ->> 'rows_written')::bigint;
    RETURN result || jsonb_build_object(
        'started_at', begun, 'worst', largest, 'rows_written', stored + written);
END $$;

-- 4. The auditor's comparison of a part with a recount, on one snapshot, by a statement of its own.
CREATE FUNCTION tag_cardinality_check_part(here regclass) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    result jsonb;
BEGIN
    EXECUTE in_part(here, $part$
WITH compared AS (
    SELECT key::text AS who, kind::text AS kind, sum(reported) AS reported, sum(truth) AS truth
    FROM (
        SELECT tag_id AS key, CASE source_type WHEN 'items' THEN 'regular'::varchar(10) ELSE 'auto'::varchar(10) END AS kind, 0 AS reported, 1 AS truth
        FROM content_tags__here WHERE source_type IN ('items', 'auto') AND tag_id IS NOT NULL
        UNION ALL
        SELECT tag_id, content_source, cardinality, 0 FROM tag_cardinality_stats__here
        UNION ALL
        SELECT tag_id, content_source, delta, 0 FROM tag_cardinality_deltas__here WHERE tag_id IS NOT NULL
    ) AS all_rows
    GROUP BY key, kind
)
SELECT jsonb_build_object(
    'compared', count(*) FILTER (WHERE reported <> 0 OR truth <> 0),
    'wrong', count(*) FILTER (WHERE reported <> truth),
    'worst', coalesce((
        SELECT jsonb_agg(to_jsonb(worst)) FROM (
            SELECT * FROM compared WHERE reported <> truth
            ORDER BY abs(reported - truth) DESC, who NULLS FIRST, kind LIMIT 5
        ) AS worst), '[]'))
FROM compared $part$) INTO result;
    RETURN result;
END $$;

CREATE TRIGGER tag_cardinality_forget_owner AFTER DELETE ON tag_cardinality_stats
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION tag_cardinality_forget_owner();
CREATE TRIGGER tag_cardinality_forget_everything AFTER TRUNCATE ON tags
    FOR EACH STATEMENT EXECUTE FUNCTION tag_cardinality_forget_everything();

-- 6. The triggers. A statement trigger fires only on the table that the statement names, so the
--    partitioned table and each of its partitions need their own. Only TRUNCATE of the partitioned
--    table fires those of the partitions too, so it needs none itself. Call this again after
--    adding a partition, and refresh.

CREATE FUNCTION tag_cardinality_place_triggers() RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    part regclass;
    has_parts boolean;
BEGIN
    -- What is written through a parent that we do not see would not be counted.
    IF (SELECT relispartition FROM pg_class WHERE oid = 'content_tags'::regclass)
       OR EXISTS (SELECT FROM pg_inherits JOIN pg_class AS parent ON parent.oid = inhparent
                  WHERE parent.relkind = 'r'
                    AND 'content_tags'::regclass IN (inhparent, inhrelid)) THEN
        RAISE EXCEPTION '% is part of another table, or inherits: count the whole',
            'content_tags';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_constraint
                   WHERE contype = 'f' AND conrelid = 'content_tags'::regclass
                     AND confrelid = 'tags'::regclass) THEN
        RAISE EXCEPTION '% has no foreign key to its owner %',
            'content_tags', 'tags';
    END IF;
    FOR part, has_parts IN
        SELECT oid, relkind = 'p' FROM pg_class
        WHERE oid = 'content_tags'::regclass
           OR oid IN (SELECT relid FROM pg_partition_tree('content_tags'))
    LOOP
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER tag_cardinality_insert AFTER INSERT ON %s'
            ' REFERENCING NEW TABLE AS new_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION tag_cardinality_count_insert()', part);
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER tag_cardinality_update AFTER UPDATE ON %s'
            ' REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION tag_cardinality_count_update()', part);
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER tag_cardinality_delete AFTER DELETE ON %s'
            ' REFERENCING OLD TABLE AS old_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION tag_cardinality_count_delete()', part);
        CONTINUE WHEN has_parts;
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER tag_cardinality_truncate BEFORE TRUNCATE ON %s'
            ' FOR EACH STATEMENT EXECUTE FUNCTION tag_cardinality_count_truncate()', part);
    END LOOP;
END $$;

SELECT tag_cardinality_place_triggers();

-- The count album.
-- 1. Stored counts. A count of zero has no row.
--    There is no CHECK (count >= 0): it would abort users' own transactions for a fault of ours.

CREATE TABLE album_stats (
    user_id uuid,
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
    IF (SELECT groupid <> 0 FROM pg_dist_local_group) THEN
        RETURN NULL;
    END IF;
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
    IF (SELECT groupid <> 0 FROM pg_dist_local_group) THEN
        RETURN NULL;
    END IF;
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
    IF (SELECT groupid <> 0 FROM pg_dist_local_group) THEN
        RETURN NULL;
    END IF;
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
    IF (SELECT groupid <> 0 FROM pg_dist_local_group) THEN
        RETURN NULL;
    END IF;
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

-- The counts of facets, exactly as `genonaut stats sql NAME` prints them.
-- This text is frozen: a change of a declaration or of a template needs another migration.

-- A. facet: of each user, and of the community, the items with each value.

-- 1. Stored counts. A count of zero has no row.
--    A row whose user_id is null is the total of its facet.
--    There is no CHECK (count >= 0): it would abort users' own transactions for a fault of ours.

CREATE TABLE facet_stats (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id uuid REFERENCES users (id) ON DELETE CASCADE,
    facet text NOT NULL,
    count bigint NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);

CREATE UNIQUE INDEX idx_facet_keys
    ON facet_stats (user_id, facet) WHERE user_id IS NOT NULL;
CREATE UNIQUE INDEX idx_facet_total
    ON facet_stats (facet) WHERE user_id IS NULL;

-- 2. The ledger, a queue: writers append, the fold removes. So it has no key and no index, and is
--    vacuumed as soon as a fold has left dead rows.
--    Every row counts for the total; one whose user_id is null counts for nothing else.

CREATE TABLE facet_deltas (
    user_id uuid,
    facet text NOT NULL,
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
ALTER TABLE facet_deltas REPLICA IDENTITY FULL;

-- 3. The exact counts right now: stored plus ledger, in one statement and so on one snapshot.

CREATE VIEW facet_counts AS
SELECT user_id, facet, sum(count)::bigint AS count
FROM (
    SELECT user_id, facet, count FROM facet_stats
    UNION ALL
    SELECT user_id, facet, delta FROM facet_deltas WHERE user_id IS NOT NULL
    UNION ALL
    SELECT NULL, facet, delta FROM facet_deltas
) AS stored_and_ledger
GROUP BY user_id, facet
HAVING sum(count) <> 0;

--    And what is counted, for an auditor who may read the values, but not what they are taken from.

CREATE VIEW facet_values AS
SELECT creator_id, facet
FROM content_items_all CROSS JOIN LATERAL (SELECT DISTINCT facet FROM content_facets(source_type, created_at, item_metadata) AS returned (facet)) AS each_value
WHERE facet IS NOT NULL;

-- 4. The record of refreshes: what each recount found.

CREATE TABLE facet_refreshes (
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
    CONSTRAINT facet_refreshes_outcome
        CHECK (outcome IN ('built', 'exact', 'repaired', 'failed'))
);

CREATE INDEX idx_facet_refreshes_good
    ON facet_refreshes (id) WHERE outcome <> 'failed';

-- 5. The triggers' functions. One row per key and category that a statement changed is appended in
--    the writer's own transaction: it commits or rolls back with what is counted, and no writer
--    touches a row that another writer needs.
--    SECURITY DEFINER: a role that may write what is counted need not be able to write the ledger.
--    But only triggers may call them: a role that puts one on a table of its own would have it write
--    into the ledger what it likes.
--    A row counts once under each of its values, and several rows are grouped.

CREATE FUNCTION facet_count_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO facet_deltas (user_id, facet, delta)
    SELECT creator_id, facet, count(*)
    FROM new_rows CROSS JOIN LATERAL (SELECT DISTINCT facet FROM content_facets(source_type, created_at, item_metadata) AS returned (facet)) AS each_value
    WHERE facet IS NOT NULL
    GROUP BY creator_id, facet;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION facet_count_insert() FROM PUBLIC;

CREATE FUNCTION facet_count_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO facet_deltas (user_id, facet, delta)
    SELECT creator_id, facet, -count(*)
    FROM old_rows CROSS JOIN LATERAL (SELECT DISTINCT facet FROM content_facets(source_type, created_at, item_metadata) AS returned (facet)) AS each_value
    WHERE facet IS NOT NULL
    GROUP BY creator_id, facet;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION facet_count_delete() FROM PUBLIC;

CREATE FUNCTION facet_count_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO facet_deltas (user_id, facet, delta)
    SELECT creator_id, facet, sum(change)
    FROM (
        SELECT creator_id, facet, 1 AS change FROM new_rows CROSS JOIN LATERAL (SELECT DISTINCT facet FROM content_facets(source_type, created_at, item_metadata) AS returned (facet)) AS each_value
        UNION ALL
        SELECT creator_id, facet, -1 FROM old_rows CROSS JOIN LATERAL (SELECT DISTINCT facet FROM content_facets(source_type, created_at, item_metadata) AS returned (facet)) AS each_value
    ) AS changes
    WHERE facet IS NOT NULL
    GROUP BY creator_id, facet
    HAVING sum(change) <> 0;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION facet_count_update() FROM PUBLIC;

-- TRUNCATE has no transition table, so the rows are counted before they are removed. A snapshot
-- older than the lock could miss some of them: better no TRUNCATE than a wrong count.
CREATE FUNCTION facet_count_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'TRUNCATE of % can only be counted at READ COMMITTED', TG_TABLE_NAME
            USING ERRCODE = 'feature_not_supported',
                  HINT = 'Use DELETE, or begin the transaction at READ COMMITTED.';
    END IF;
    EXECUTE $count$
        INSERT INTO facet_deltas (user_id, facet, delta)
        SELECT creator_id, facet, -count(*)
        FROM $count$ || TG_RELID::regclass || $count$ CROSS JOIN LATERAL (SELECT DISTINCT facet FROM content_facets(source_type, created_at, item_metadata) AS returned (facet)) AS each_value
        WHERE facet IS NOT NULL
        GROUP BY creator_id, facet $count$;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION facet_count_truncate() FROM PUBLIC;

-- Deleting a row of users deletes its stored counts (ON DELETE CASCADE). Its entries in the
-- ledger must then add up to zero, or they might be added to a new row with the same id. So a
-- deleted stored count is entered in the ledger, where the entries of the deleted rows cancel it.
-- The total keeps its own stored count and must not change by that: hence the second entry.
-- It uses the rows that were deleted, not what a snapshot shows of them.
CREATE FUNCTION facet_forget_owner() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO facet_deltas (user_id, facet, delta)
    SELECT entry.user_id, gone.facet, entry.delta
    FROM old_rows AS gone
    CROSS JOIN LATERAL (
        VALUES (gone.user_id, gone.count), (NULL, -gone.count)
    ) AS entry (user_id, delta)
    WHERE gone.user_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM users WHERE users.id = gone.user_id);
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION facet_forget_owner() FROM PUBLIC;

-- TRUNCATE users CASCADE empties what is counted and the stored counts as well, so nothing is
-- left to add. (Without CASCADE PostgreSQL refuses it.)
CREATE FUNCTION facet_forget_everything() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    DELETE FROM facet_deltas;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION facet_forget_everything() FROM PUBLIC;

CREATE TRIGGER facet_forget_owner AFTER DELETE ON facet_stats
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION facet_forget_owner();
CREATE TRIGGER facet_forget_everything AFTER TRUNCATE ON users
    FOR EACH STATEMENT EXECUTE FUNCTION facet_forget_everything();

-- 6. The triggers. A statement trigger fires only on the table that the statement names, so the
--    partitioned table and each of its partitions need their own. Only TRUNCATE of the partitioned
--    table fires those of the partitions too, so it needs none itself. Call this again after
--    adding a partition, and refresh.

CREATE FUNCTION facet_place_triggers() RETURNS void
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
            'CREATE OR REPLACE TRIGGER facet_insert AFTER INSERT ON %s'
            ' REFERENCING NEW TABLE AS new_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION facet_count_insert()', part);
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER facet_update AFTER UPDATE ON %s'
            ' REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION facet_count_update()', part);
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER facet_delete AFTER DELETE ON %s'
            ' REFERENCING OLD TABLE AS old_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION facet_count_delete()', part);
        CONTINUE WHEN has_parts;
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER facet_truncate BEFORE TRUNCATE ON %s'
            ' FOR EACH STATEMENT EXECUTE FUNCTION facet_count_truncate()', part);
    END LOOP;
END $$;

SELECT facet_place_triggers();

-- B. private_facet: the private ones among these.

-- 1. Stored counts. A count of zero has no row.
--    A row whose user_id is null is the total of its facet.
--    There is no CHECK (count >= 0): it would abort users' own transactions for a fault of ours.

CREATE TABLE private_facet_stats (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id uuid REFERENCES users (id) ON DELETE CASCADE,
    facet text NOT NULL,
    count bigint NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);

CREATE UNIQUE INDEX idx_private_facet_keys
    ON private_facet_stats (user_id, facet) WHERE user_id IS NOT NULL;
CREATE UNIQUE INDEX idx_private_facet_total
    ON private_facet_stats (facet) WHERE user_id IS NULL;

-- 2. The ledger, a queue: writers append, the fold removes. So it has no key and no index, and is
--    vacuumed as soon as a fold has left dead rows.
--    Every row counts for the total; one whose user_id is null counts for nothing else.

CREATE TABLE private_facet_deltas (
    user_id uuid,
    facet text NOT NULL,
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
ALTER TABLE private_facet_deltas REPLICA IDENTITY FULL;

-- 3. The exact counts right now: stored plus ledger, in one statement and so on one snapshot.

CREATE VIEW private_facet_counts AS
SELECT user_id, facet, sum(count)::bigint AS count
FROM (
    SELECT user_id, facet, count FROM private_facet_stats
    UNION ALL
    SELECT user_id, facet, delta FROM private_facet_deltas WHERE user_id IS NOT NULL
    UNION ALL
    SELECT NULL, facet, delta FROM private_facet_deltas
) AS stored_and_ledger
GROUP BY user_id, facet
HAVING sum(count) <> 0;

--    And what is counted, for an auditor who may read the values, but not what they are taken from.

CREATE VIEW private_facet_values AS
SELECT creator_id, facet
FROM content_items_all CROSS JOIN LATERAL (SELECT DISTINCT facet FROM content_facets(source_type, created_at, item_metadata) AS returned (facet)) AS each_value
WHERE facet IS NOT NULL AND visibility = 'private';

-- 4. The record of refreshes: what each recount found.

CREATE TABLE private_facet_refreshes (
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
    CONSTRAINT private_facet_refreshes_outcome
        CHECK (outcome IN ('built', 'exact', 'repaired', 'failed'))
);

CREATE INDEX idx_private_facet_refreshes_good
    ON private_facet_refreshes (id) WHERE outcome <> 'failed';

-- 5. The triggers' functions. One row per key and category that a statement changed is appended in
--    the writer's own transaction: it commits or rolls back with what is counted, and no writer
--    touches a row that another writer needs.
--    SECURITY DEFINER: a role that may write what is counted need not be able to write the ledger.
--    But only triggers may call them: a role that puts one on a table of its own would have it write
--    into the ledger what it likes.
--    A row counts once under each of its values, and several rows are grouped.

CREATE FUNCTION private_facet_count_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    -- Most statements have no such row, and to look takes less time than to insert nothing.
    IF NOT EXISTS (SELECT FROM new_rows WHERE visibility = 'private') THEN
        RETURN NULL;
    END IF;
    INSERT INTO private_facet_deltas (user_id, facet, delta)
    SELECT creator_id, facet, count(*)
    FROM new_rows CROSS JOIN LATERAL (SELECT DISTINCT facet FROM content_facets(source_type, created_at, item_metadata) AS returned (facet)) AS each_value
    WHERE facet IS NOT NULL AND visibility = 'private'
    GROUP BY creator_id, facet;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION private_facet_count_insert() FROM PUBLIC;

CREATE FUNCTION private_facet_count_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    -- Most statements have no such row, and to look takes less time than to insert nothing.
    IF NOT EXISTS (SELECT FROM old_rows WHERE visibility = 'private') THEN
        RETURN NULL;
    END IF;
    INSERT INTO private_facet_deltas (user_id, facet, delta)
    SELECT creator_id, facet, -count(*)
    FROM old_rows CROSS JOIN LATERAL (SELECT DISTINCT facet FROM content_facets(source_type, created_at, item_metadata) AS returned (facet)) AS each_value
    WHERE facet IS NOT NULL AND visibility = 'private'
    GROUP BY creator_id, facet;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION private_facet_count_delete() FROM PUBLIC;

CREATE FUNCTION private_facet_count_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO private_facet_deltas (user_id, facet, delta)
    SELECT creator_id, facet, sum(change)
    FROM (
        SELECT creator_id, facet, 1 AS change FROM new_rows CROSS JOIN LATERAL (SELECT DISTINCT facet FROM content_facets(source_type, created_at, item_metadata) AS returned (facet)) AS each_value WHERE visibility = 'private'
        UNION ALL
        SELECT creator_id, facet, -1 FROM old_rows CROSS JOIN LATERAL (SELECT DISTINCT facet FROM content_facets(source_type, created_at, item_metadata) AS returned (facet)) AS each_value WHERE visibility = 'private'
    ) AS changes
    WHERE facet IS NOT NULL
    GROUP BY creator_id, facet
    HAVING sum(change) <> 0;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION private_facet_count_update() FROM PUBLIC;

-- TRUNCATE has no transition table, so the rows are counted before they are removed. A snapshot
-- older than the lock could miss some of them: better no TRUNCATE than a wrong count.
CREATE FUNCTION private_facet_count_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'TRUNCATE of % can only be counted at READ COMMITTED', TG_TABLE_NAME
            USING ERRCODE = 'feature_not_supported',
                  HINT = 'Use DELETE, or begin the transaction at READ COMMITTED.';
    END IF;
    EXECUTE $count$
        INSERT INTO private_facet_deltas (user_id, facet, delta)
        SELECT creator_id, facet, -count(*)
        FROM $count$ || TG_RELID::regclass || $count$ CROSS JOIN LATERAL (SELECT DISTINCT facet FROM content_facets(source_type, created_at, item_metadata) AS returned (facet)) AS each_value
        WHERE facet IS NOT NULL AND visibility = 'private'
        GROUP BY creator_id, facet $count$;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION private_facet_count_truncate() FROM PUBLIC;

-- Deleting a row of users deletes its stored counts (ON DELETE CASCADE). Its entries in the
-- ledger must then add up to zero, or they might be added to a new row with the same id. So a
-- deleted stored count is entered in the ledger, where the entries of the deleted rows cancel it.
-- The total keeps its own stored count and must not change by that: hence the second entry.
-- It uses the rows that were deleted, not what a snapshot shows of them.
CREATE FUNCTION private_facet_forget_owner() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO private_facet_deltas (user_id, facet, delta)
    SELECT entry.user_id, gone.facet, entry.delta
    FROM old_rows AS gone
    CROSS JOIN LATERAL (
        VALUES (gone.user_id, gone.count), (NULL, -gone.count)
    ) AS entry (user_id, delta)
    WHERE gone.user_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM users WHERE users.id = gone.user_id);
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION private_facet_forget_owner() FROM PUBLIC;

-- TRUNCATE users CASCADE empties what is counted and the stored counts as well, so nothing is
-- left to add. (Without CASCADE PostgreSQL refuses it.)
CREATE FUNCTION private_facet_forget_everything() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    DELETE FROM private_facet_deltas;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION private_facet_forget_everything() FROM PUBLIC;

CREATE TRIGGER private_facet_forget_owner AFTER DELETE ON private_facet_stats
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION private_facet_forget_owner();
CREATE TRIGGER private_facet_forget_everything AFTER TRUNCATE ON users
    FOR EACH STATEMENT EXECUTE FUNCTION private_facet_forget_everything();

-- 6. The triggers. A statement trigger fires only on the table that the statement names, so the
--    partitioned table and each of its partitions need their own. Only TRUNCATE of the partitioned
--    table fires those of the partitions too, so it needs none itself. Call this again after
--    adding a partition, and refresh.

CREATE FUNCTION private_facet_place_triggers() RETURNS void
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
            'CREATE OR REPLACE TRIGGER private_facet_insert AFTER INSERT ON %s'
            ' REFERENCING NEW TABLE AS new_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION private_facet_count_insert()', part);
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER private_facet_update AFTER UPDATE ON %s'
            ' REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION private_facet_count_update()', part);
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER private_facet_delete AFTER DELETE ON %s'
            ' REFERENCING OLD TABLE AS old_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION private_facet_count_delete()', part);
        CONTINUE WHEN has_parts;
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER private_facet_truncate BEFORE TRUNCATE ON %s'
            ' FOR EACH STATEMENT EXECUTE FUNCTION private_facet_count_truncate()', part);
    END LOOP;
END $$;

SELECT private_facet_place_triggers();

-- C. creator_regular_tag: of each user, the regular items that carry a tag.

-- 1. Stored counts. A count of zero has no row.
--    There is no CHECK (count >= 0): it would abort users' own transactions for a fault of ours.

CREATE TABLE creator_regular_tag_stats (
    user_id uuid,
    tag_id uuid NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (user_id, tag_id),
    updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);

-- 2. The ledger, a queue: writers append, the fold removes. So it has no key and no index, and is
--    vacuumed as soon as a fold has left dead rows.

CREATE TABLE creator_regular_tag_deltas (
    user_id uuid NOT NULL,
    tag_id uuid NOT NULL,
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
ALTER TABLE creator_regular_tag_deltas REPLICA IDENTITY FULL;

-- 3. The exact counts right now: stored plus ledger, in one statement and so on one snapshot.

CREATE VIEW creator_regular_tag_counts AS
SELECT user_id, tag_id, sum(count)::bigint AS count
FROM (
    SELECT user_id, tag_id, count FROM creator_regular_tag_stats
    UNION ALL
    SELECT user_id, tag_id, delta FROM creator_regular_tag_deltas
) AS stored_and_ledger
GROUP BY user_id, tag_id
HAVING sum(count) <> 0;

-- 4. The record of refreshes: what each recount found.

CREATE TABLE creator_regular_tag_refreshes (
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
    CONSTRAINT creator_regular_tag_refreshes_outcome
        CHECK (outcome IN ('built', 'exact', 'repaired', 'failed'))
);

CREATE INDEX idx_creator_regular_tag_refreshes_good
    ON creator_regular_tag_refreshes (id) WHERE outcome <> 'failed';

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

CREATE FUNCTION creator_regular_tag_count_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    appended bigint;
BEGIN
    -- Most statements have no such row, and to look takes less time than to insert nothing.
    IF NOT EXISTS (SELECT FROM new_rows WHERE source_type = 'items') THEN
        RETURN NULL;
    END IF;
    INSERT INTO creator_regular_tag_deltas (user_id, tag_id, delta)
    SELECT creator_id, tag_id, 1::bigint
    FROM new_rows
    WHERE tag_id IS NOT NULL AND creator_id IS NOT NULL AND source_type = 'items'
    LIMIT 2;
    GET DIAGNOSTICS appended = ROW_COUNT;
    IF appended = 2 THEN
        INSERT INTO creator_regular_tag_deltas (user_id, tag_id, delta)
        SELECT creator_id, tag_id, count(*)
        FROM (
            SELECT creator_id, tag_id
            FROM new_rows
            WHERE tag_id IS NOT NULL AND creator_id IS NOT NULL AND source_type = 'items'
            OFFSET 2
        ) AS others
        GROUP BY creator_id, tag_id;
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION creator_regular_tag_count_insert() FROM PUBLIC;

CREATE FUNCTION creator_regular_tag_count_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    appended bigint;
BEGIN
    -- Most statements have no such row, and to look takes less time than to insert nothing.
    IF NOT EXISTS (SELECT FROM old_rows WHERE source_type = 'items') THEN
        RETURN NULL;
    END IF;
    INSERT INTO creator_regular_tag_deltas (user_id, tag_id, delta)
    SELECT creator_id, tag_id, -1::bigint
    FROM old_rows
    WHERE tag_id IS NOT NULL AND creator_id IS NOT NULL AND source_type = 'items'
    LIMIT 2;
    GET DIAGNOSTICS appended = ROW_COUNT;
    IF appended = 2 THEN
        INSERT INTO creator_regular_tag_deltas (user_id, tag_id, delta)
        SELECT creator_id, tag_id, -count(*)
        FROM (
            SELECT creator_id, tag_id
            FROM old_rows
            WHERE tag_id IS NOT NULL AND creator_id IS NOT NULL AND source_type = 'items'
            OFFSET 2
        ) AS others
        GROUP BY creator_id, tag_id;
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION creator_regular_tag_count_delete() FROM PUBLIC;

CREATE FUNCTION creator_regular_tag_count_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO creator_regular_tag_deltas (user_id, tag_id, delta)
    SELECT creator_id, tag_id, sum(change)
    FROM (
        SELECT creator_id, tag_id, 1 AS change FROM new_rows WHERE source_type = 'items'
        UNION ALL
        SELECT creator_id, tag_id, -1 FROM old_rows WHERE source_type = 'items'
    ) AS changes
    WHERE tag_id IS NOT NULL AND creator_id IS NOT NULL
    GROUP BY creator_id, tag_id
    HAVING sum(change) <> 0;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION creator_regular_tag_count_update() FROM PUBLIC;

-- TRUNCATE has no transition table, so the rows are counted before they are removed. A snapshot
-- older than the lock could miss some of them: better no TRUNCATE than a wrong count.
CREATE FUNCTION creator_regular_tag_count_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'TRUNCATE of % can only be counted at READ COMMITTED', TG_TABLE_NAME
            USING ERRCODE = 'feature_not_supported',
                  HINT = 'Use DELETE, or begin the transaction at READ COMMITTED.';
    END IF;
    EXECUTE $count$
        INSERT INTO creator_regular_tag_deltas (user_id, tag_id, delta)
        SELECT creator_id, tag_id, -count(*)
        FROM $count$ || TG_RELID::regclass || $count$
        WHERE tag_id IS NOT NULL AND creator_id IS NOT NULL AND source_type = 'items'
        GROUP BY creator_id, tag_id $count$;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION creator_regular_tag_count_truncate() FROM PUBLIC;

-- 6. The triggers. A statement trigger fires only on the table that the statement names, so the
--    partitioned table and each of its partitions need their own. Only TRUNCATE of the partitioned
--    table fires those of the partitions too, so it needs none itself. Call this again after
--    adding a partition, and refresh.

CREATE FUNCTION creator_regular_tag_place_triggers() RETURNS void
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
    FOR part, has_parts IN
        SELECT oid, relkind = 'p' FROM pg_class
        WHERE oid = 'content_tags'::regclass
           OR oid IN (SELECT relid FROM pg_partition_tree('content_tags'))
    LOOP
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER creator_regular_tag_insert AFTER INSERT ON %s'
            ' REFERENCING NEW TABLE AS new_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION creator_regular_tag_count_insert()', part);
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER creator_regular_tag_update AFTER UPDATE ON %s'
            ' REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION creator_regular_tag_count_update()', part);
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER creator_regular_tag_delete AFTER DELETE ON %s'
            ' REFERENCING OLD TABLE AS old_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION creator_regular_tag_count_delete()', part);
        CONTINUE WHEN has_parts;
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER creator_regular_tag_truncate BEFORE TRUNCATE ON %s'
            ' FOR EACH STATEMENT EXECUTE FUNCTION creator_regular_tag_count_truncate()', part);
    END LOOP;
END $$;

SELECT creator_regular_tag_place_triggers();

-- D. creator_auto_tag: of each user, the auto items that carry a tag.

-- 1. Stored counts. A count of zero has no row.
--    There is no CHECK (count >= 0): it would abort users' own transactions for a fault of ours.

CREATE TABLE creator_auto_tag_stats (
    user_id uuid,
    tag_id uuid NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (user_id, tag_id),
    updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);

-- 2. The ledger, a queue: writers append, the fold removes. So it has no key and no index, and is
--    vacuumed as soon as a fold has left dead rows.

CREATE TABLE creator_auto_tag_deltas (
    user_id uuid NOT NULL,
    tag_id uuid NOT NULL,
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
ALTER TABLE creator_auto_tag_deltas REPLICA IDENTITY FULL;

-- 3. The exact counts right now: stored plus ledger, in one statement and so on one snapshot.

CREATE VIEW creator_auto_tag_counts AS
SELECT user_id, tag_id, sum(count)::bigint AS count
FROM (
    SELECT user_id, tag_id, count FROM creator_auto_tag_stats
    UNION ALL
    SELECT user_id, tag_id, delta FROM creator_auto_tag_deltas
) AS stored_and_ledger
GROUP BY user_id, tag_id
HAVING sum(count) <> 0;

-- 4. The record of refreshes: what each recount found.

CREATE TABLE creator_auto_tag_refreshes (
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
    CONSTRAINT creator_auto_tag_refreshes_outcome
        CHECK (outcome IN ('built', 'exact', 'repaired', 'failed'))
);

CREATE INDEX idx_creator_auto_tag_refreshes_good
    ON creator_auto_tag_refreshes (id) WHERE outcome <> 'failed';

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

CREATE FUNCTION creator_auto_tag_count_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    appended bigint;
BEGIN
    -- Most statements have no such row, and to look takes less time than to insert nothing.
    IF NOT EXISTS (SELECT FROM new_rows WHERE source_type = 'auto') THEN
        RETURN NULL;
    END IF;
    INSERT INTO creator_auto_tag_deltas (user_id, tag_id, delta)
    SELECT creator_id, tag_id, 1::bigint
    FROM new_rows
    WHERE tag_id IS NOT NULL AND creator_id IS NOT NULL AND source_type = 'auto'
    LIMIT 2;
    GET DIAGNOSTICS appended = ROW_COUNT;
    IF appended = 2 THEN
        INSERT INTO creator_auto_tag_deltas (user_id, tag_id, delta)
        SELECT creator_id, tag_id, count(*)
        FROM (
            SELECT creator_id, tag_id
            FROM new_rows
            WHERE tag_id IS NOT NULL AND creator_id IS NOT NULL AND source_type = 'auto'
            OFFSET 2
        ) AS others
        GROUP BY creator_id, tag_id;
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION creator_auto_tag_count_insert() FROM PUBLIC;

CREATE FUNCTION creator_auto_tag_count_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    appended bigint;
BEGIN
    -- Most statements have no such row, and to look takes less time than to insert nothing.
    IF NOT EXISTS (SELECT FROM old_rows WHERE source_type = 'auto') THEN
        RETURN NULL;
    END IF;
    INSERT INTO creator_auto_tag_deltas (user_id, tag_id, delta)
    SELECT creator_id, tag_id, -1::bigint
    FROM old_rows
    WHERE tag_id IS NOT NULL AND creator_id IS NOT NULL AND source_type = 'auto'
    LIMIT 2;
    GET DIAGNOSTICS appended = ROW_COUNT;
    IF appended = 2 THEN
        INSERT INTO creator_auto_tag_deltas (user_id, tag_id, delta)
        SELECT creator_id, tag_id, -count(*)
        FROM (
            SELECT creator_id, tag_id
            FROM old_rows
            WHERE tag_id IS NOT NULL AND creator_id IS NOT NULL AND source_type = 'auto'
            OFFSET 2
        ) AS others
        GROUP BY creator_id, tag_id;
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION creator_auto_tag_count_delete() FROM PUBLIC;

CREATE FUNCTION creator_auto_tag_count_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO creator_auto_tag_deltas (user_id, tag_id, delta)
    SELECT creator_id, tag_id, sum(change)
    FROM (
        SELECT creator_id, tag_id, 1 AS change FROM new_rows WHERE source_type = 'auto'
        UNION ALL
        SELECT creator_id, tag_id, -1 FROM old_rows WHERE source_type = 'auto'
    ) AS changes
    WHERE tag_id IS NOT NULL AND creator_id IS NOT NULL
    GROUP BY creator_id, tag_id
    HAVING sum(change) <> 0;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION creator_auto_tag_count_update() FROM PUBLIC;

-- TRUNCATE has no transition table, so the rows are counted before they are removed. A snapshot
-- older than the lock could miss some of them: better no TRUNCATE than a wrong count.
CREATE FUNCTION creator_auto_tag_count_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'TRUNCATE of % can only be counted at READ COMMITTED', TG_TABLE_NAME
            USING ERRCODE = 'feature_not_supported',
                  HINT = 'Use DELETE, or begin the transaction at READ COMMITTED.';
    END IF;
    EXECUTE $count$
        INSERT INTO creator_auto_tag_deltas (user_id, tag_id, delta)
        SELECT creator_id, tag_id, -count(*)
        FROM $count$ || TG_RELID::regclass || $count$
        WHERE tag_id IS NOT NULL AND creator_id IS NOT NULL AND source_type = 'auto'
        GROUP BY creator_id, tag_id $count$;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION creator_auto_tag_count_truncate() FROM PUBLIC;

-- 6. The triggers. A statement trigger fires only on the table that the statement names, so the
--    partitioned table and each of its partitions need their own. Only TRUNCATE of the partitioned
--    table fires those of the partitions too, so it needs none itself. Call this again after
--    adding a partition, and refresh.

CREATE FUNCTION creator_auto_tag_place_triggers() RETURNS void
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
    FOR part, has_parts IN
        SELECT oid, relkind = 'p' FROM pg_class
        WHERE oid = 'content_tags'::regclass
           OR oid IN (SELECT relid FROM pg_partition_tree('content_tags'))
    LOOP
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER creator_auto_tag_insert AFTER INSERT ON %s'
            ' REFERENCING NEW TABLE AS new_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION creator_auto_tag_count_insert()', part);
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER creator_auto_tag_update AFTER UPDATE ON %s'
            ' REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION creator_auto_tag_count_update()', part);
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER creator_auto_tag_delete AFTER DELETE ON %s'
            ' REFERENCING OLD TABLE AS old_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION creator_auto_tag_count_delete()', part);
        CONTINUE WHEN has_parts;
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER creator_auto_tag_truncate BEFORE TRUNCATE ON %s'
            ' FOR EACH STATEMENT EXECUTE FUNCTION creator_auto_tag_count_truncate()', part);
    END LOOP;
END $$;

SELECT creator_auto_tag_place_triggers();

-- 1. Stored counts. A count of zero has no row.
--    There is no CHECK (count >= 0): it would abort users' own transactions for a fault of ours.

CREATE TABLE rating_stats (
    content_id bigint,
    value smallint NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (content_id, value),
    updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);

-- 2. The ledger, a queue: writers append, the fold removes. So it has no key and no index, and is
--    vacuumed as soon as a fold has left dead rows.

CREATE TABLE rating_deltas (
    content_id bigint NOT NULL,
    value smallint NOT NULL,
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
ALTER TABLE rating_deltas REPLICA IDENTITY FULL;

-- 3. The exact counts right now: stored plus ledger, in one statement and so on one snapshot.

CREATE VIEW rating_counts AS
SELECT content_id, value, sum(count)::bigint AS count
FROM (
    SELECT content_id, value, count FROM rating_stats
    UNION ALL
    SELECT content_id, value, delta FROM rating_deltas
) AS stored_and_ledger
GROUP BY content_id, value
HAVING sum(count) <> 0;

-- 4. The record of refreshes: what each recount found.

CREATE TABLE rating_refreshes (
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
    CONSTRAINT rating_refreshes_outcome
        CHECK (outcome IN ('built', 'exact', 'repaired', 'failed'))
);

CREATE INDEX idx_rating_refreshes_good
    ON rating_refreshes (id) WHERE outcome <> 'failed';

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

CREATE FUNCTION rating_count_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    appended bigint;
BEGIN
    INSERT INTO rating_deltas (content_id, value, delta)
    SELECT content_id, value, 1::bigint
    FROM new_rows
    WHERE value IS NOT NULL AND content_id IS NOT NULL
    LIMIT 2;
    GET DIAGNOSTICS appended = ROW_COUNT;
    IF appended = 2 THEN
        INSERT INTO rating_deltas (content_id, value, delta)
        SELECT content_id, value, count(*)
        FROM (
            SELECT content_id, value
            FROM new_rows
            WHERE value IS NOT NULL AND content_id IS NOT NULL
            OFFSET 2
        ) AS others
        GROUP BY content_id, value;
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION rating_count_insert() FROM PUBLIC;

CREATE FUNCTION rating_count_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    appended bigint;
BEGIN
    INSERT INTO rating_deltas (content_id, value, delta)
    SELECT content_id, value, -1::bigint
    FROM old_rows
    WHERE value IS NOT NULL AND content_id IS NOT NULL
    LIMIT 2;
    GET DIAGNOSTICS appended = ROW_COUNT;
    IF appended = 2 THEN
        INSERT INTO rating_deltas (content_id, value, delta)
        SELECT content_id, value, -count(*)
        FROM (
            SELECT content_id, value
            FROM old_rows
            WHERE value IS NOT NULL AND content_id IS NOT NULL
            OFFSET 2
        ) AS others
        GROUP BY content_id, value;
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION rating_count_delete() FROM PUBLIC;

CREATE FUNCTION rating_count_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO rating_deltas (content_id, value, delta)
    SELECT content_id, value, sum(change)
    FROM (
        SELECT content_id, value, 1 AS change FROM new_rows
        UNION ALL
        SELECT content_id, value, -1 FROM old_rows
    ) AS changes
    WHERE value IS NOT NULL AND content_id IS NOT NULL
    GROUP BY content_id, value
    HAVING sum(change) <> 0;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION rating_count_update() FROM PUBLIC;

-- TRUNCATE has no transition table, so the rows are counted before they are removed. A snapshot
-- older than the lock could miss some of them: better no TRUNCATE than a wrong count.
CREATE FUNCTION rating_count_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'TRUNCATE of % can only be counted at READ COMMITTED', TG_TABLE_NAME
            USING ERRCODE = 'feature_not_supported',
                  HINT = 'Use DELETE, or begin the transaction at READ COMMITTED.';
    END IF;
    EXECUTE $count$
        INSERT INTO rating_deltas (content_id, value, delta)
        SELECT content_id, value, -count(*)
        FROM $count$ || TG_RELID::regclass || $count$
        WHERE value IS NOT NULL AND content_id IS NOT NULL
        GROUP BY content_id, value $count$;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION rating_count_truncate() FROM PUBLIC;

-- 6. The triggers. A statement trigger fires only on the table that the statement names, so the
--    partitioned table and each of its partitions need their own. Only TRUNCATE of the partitioned
--    table fires those of the partitions too, so it needs none itself. Call this again after
--    adding a partition, and refresh.

CREATE FUNCTION rating_place_triggers() RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    part regclass;
    has_parts boolean;
BEGIN
    -- What is written through a parent that we do not see would not be counted.
    IF (SELECT relispartition FROM pg_class WHERE oid = 'ratings'::regclass)
       OR EXISTS (SELECT FROM pg_inherits JOIN pg_class AS parent ON parent.oid = inhparent
                  WHERE parent.relkind = 'r'
                    AND 'ratings'::regclass IN (inhparent, inhrelid)) THEN
        RAISE EXCEPTION '% is part of another table, or inherits: count the whole',
            'ratings';
    END IF;
    FOR part, has_parts IN
        SELECT oid, relkind = 'p' FROM pg_class
        WHERE oid = 'ratings'::regclass
           OR oid IN (SELECT relid FROM pg_partition_tree('ratings'))
    LOOP
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER rating_insert AFTER INSERT ON %s'
            ' REFERENCING NEW TABLE AS new_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION rating_count_insert()', part);
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER rating_update AFTER UPDATE ON %s'
            ' REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION rating_count_update()', part);
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER rating_delete AFTER DELETE ON %s'
            ' REFERENCING OLD TABLE AS old_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION rating_count_delete()', part);
        CONTINUE WHEN has_parts;
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER rating_truncate BEFORE TRUNCATE ON %s'
            ' FOR EACH STATEMENT EXECUTE FUNCTION rating_count_truncate()', part);
    END LOOP;
END $$;

SELECT rating_place_triggers();

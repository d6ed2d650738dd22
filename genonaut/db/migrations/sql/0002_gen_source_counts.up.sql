-- The counts by generation source: what is stored, what was added since (the ledger), and the
-- triggers that write the ledger. docs/counting.md explains it with a picture.

-- 1. Stored counts. A row without a user is the community's. Zero has no row.
--    There is no CHECK (count >= 0): it would abort users' own transactions for a fault of ours.

CREATE TABLE gen_source_stats (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id      uuid REFERENCES users (id) ON DELETE CASCADE,
    source_type  varchar(10) NOT NULL,
    count        bigint NOT NULL,
    updated_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT gen_source_stats_source_type CHECK (source_type IN ('regular', 'auto'))
) WITH (fillfactor = 80);

CREATE UNIQUE INDEX idx_gen_source_stats_user_src
    ON gen_source_stats (user_id, source_type) WHERE user_id IS NOT NULL;
CREATE UNIQUE INDEX idx_gen_source_stats_community
    ON gen_source_stats (source_type) WHERE user_id IS NULL;

-- 2. The ledger. Append-only for writers, emptied by the fold: a queue. So it has no key and no
--    index, and is vacuumed as soon as a fold has left dead rows.
--    Every row counts for the community; one without a user counts for the community only.

CREATE TABLE gen_source_deltas (
    user_id      uuid,
    source_type  varchar(10) NOT NULL,
    delta        bigint NOT NULL
) WITH (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_insert_threshold = -1,
    autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0,
    autovacuum_analyze_threshold = 100000
);

-- 3. The exact counts right now: stored plus ledger, in one statement and so on one snapshot.

CREATE VIEW gen_source_counts AS
SELECT user_id, source_type, sum(count)::bigint AS count
FROM (
    SELECT user_id, source_type, count FROM gen_source_stats
    UNION ALL
    SELECT user_id, source_type, delta FROM gen_source_deltas WHERE user_id IS NOT NULL
    UNION ALL
    SELECT NULL, source_type, delta FROM gen_source_deltas
) AS stored_and_ledger
GROUP BY user_id, source_type
HAVING sum(count) <> 0;

-- 4. The record of refreshes: what each recount found.

CREATE TABLE gen_source_refreshes (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    started_at         timestamptz NOT NULL,
    duration_seconds   double precision NOT NULL,
    requested_by       varchar(50) NOT NULL,
    outcome            varchar(10) NOT NULL,
    rows_checked       bigint NOT NULL DEFAULT 0,
    rows_wrong         bigint NOT NULL DEFAULT 0,
    largest_error      bigint NOT NULL DEFAULT 0,
    worst              jsonb NOT NULL DEFAULT '[]',
    community_regular  bigint,
    community_auto     bigint,
    error              text,
    CONSTRAINT gen_source_refreshes_outcome
        CHECK (outcome IN ('built', 'exact', 'repaired', 'failed'))
);

CREATE INDEX idx_gen_source_refreshes_good ON gen_source_refreshes (id) WHERE outcome <> 'failed';

-- 5. The triggers. One row per (creator, source) that a statement changed is appended in the
--    writer's own transaction: it commits or rolls back with the content, and no writer touches a
--    row that another one needs.
--    SECURITY DEFINER: who may write content need not be allowed to write the ledger.

CREATE FUNCTION gen_source_count_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO gen_source_deltas (user_id, source_type, delta)
    SELECT creator_id, CASE source_type WHEN 'items' THEN 'regular' ELSE 'auto' END, count(*)
    FROM new_rows
    GROUP BY creator_id, source_type;
    RETURN NULL;
END $$;

CREATE FUNCTION gen_source_count_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO gen_source_deltas (user_id, source_type, delta)
    SELECT creator_id, CASE source_type WHEN 'items' THEN 'regular' ELSE 'auto' END, -count(*)
    FROM old_rows
    GROUP BY creator_id, source_type;
    RETURN NULL;
END $$;

CREATE FUNCTION gen_source_count_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO gen_source_deltas (user_id, source_type, delta)
    SELECT creator_id, CASE source_type WHEN 'items' THEN 'regular' ELSE 'auto' END, sum(change)
    FROM (
        SELECT creator_id, source_type, 1 AS change FROM new_rows
        UNION ALL
        SELECT creator_id, source_type, -1 FROM old_rows
    ) AS changes
    GROUP BY creator_id, source_type
    HAVING sum(change) <> 0;
    RETURN NULL;
END $$;

-- TRUNCATE has no transition table, so the rows are counted before they go. A snapshot older than
-- the lock could miss some of them: better no TRUNCATE than a wrong count.
CREATE FUNCTION gen_source_count_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'TRUNCATE of % can only be counted at READ COMMITTED', TG_TABLE_NAME
            USING ERRCODE = 'feature_not_supported',
                  HINT = 'Use DELETE, or begin the transaction at READ COMMITTED.';
    END IF;
    EXECUTE format(
        'INSERT INTO gen_source_deltas (user_id, source_type, delta)
         SELECT creator_id, %L, -count(*) FROM %I.%I GROUP BY creator_id',
        CASE TG_TABLE_NAME WHEN 'content_items' THEN 'regular' ELSE 'auto' END,
        TG_TABLE_SCHEMA, TG_TABLE_NAME);
    RETURN NULL;
END $$;

-- The stored counts of a deleted user go with the user (ON DELETE CASCADE), and what is left in the
-- ledger must then add up to nothing, or it might meet a new user of the same id. So a stored count
-- that goes is entered in the ledger, where the deleted items cancel it. The community, whose own
-- stored count stays, must not see that: hence the second entry.
-- It looks at the rows that did go, not at what a snapshot says of them.
CREATE FUNCTION gen_source_forget_user() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO gen_source_deltas (user_id, source_type, delta)
    SELECT entry.user_id, gone.source_type, entry.delta
    FROM old_rows AS gone
    CROSS JOIN LATERAL (
        VALUES (gone.user_id, gone.count), (NULL, -gone.count)
    ) AS entry (user_id, delta)
    WHERE gone.user_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM users WHERE users.id = gone.user_id);
    RETURN NULL;
END $$;

-- TRUNCATE users CASCADE empties the content and the stored counts as well, so nothing is left to
-- add. (Without CASCADE PostgreSQL refuses it.)
CREATE FUNCTION gen_source_forget_everything() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM gen_source_deltas;
    RETURN NULL;
END $$;

-- A statement trigger fires only on the table that the statement names: the whole and each part
-- need their own. TRUNCATE of the whole does fire the triggers of the parts, so there the parts do.

CREATE TRIGGER gen_source_insert AFTER INSERT ON content_items_all
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION gen_source_count_insert();
CREATE TRIGGER gen_source_insert AFTER INSERT ON content_items
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION gen_source_count_insert();
CREATE TRIGGER gen_source_insert AFTER INSERT ON content_items_auto
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION gen_source_count_insert();

CREATE TRIGGER gen_source_update AFTER UPDATE ON content_items_all
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION gen_source_count_update();
CREATE TRIGGER gen_source_update AFTER UPDATE ON content_items
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION gen_source_count_update();
CREATE TRIGGER gen_source_update AFTER UPDATE ON content_items_auto
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION gen_source_count_update();

CREATE TRIGGER gen_source_delete AFTER DELETE ON content_items_all
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION gen_source_count_delete();
CREATE TRIGGER gen_source_delete AFTER DELETE ON content_items
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION gen_source_count_delete();
CREATE TRIGGER gen_source_delete AFTER DELETE ON content_items_auto
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION gen_source_count_delete();

CREATE TRIGGER gen_source_truncate BEFORE TRUNCATE ON content_items
    FOR EACH STATEMENT EXECUTE FUNCTION gen_source_count_truncate();
CREATE TRIGGER gen_source_truncate BEFORE TRUNCATE ON content_items_auto
    FOR EACH STATEMENT EXECUTE FUNCTION gen_source_count_truncate();

CREATE TRIGGER gen_source_delete AFTER DELETE ON gen_source_stats
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION gen_source_forget_user();
CREATE TRIGGER gen_source_truncate AFTER TRUNCATE ON users
    FOR EACH STATEMENT EXECUTE FUNCTION gen_source_forget_everything();

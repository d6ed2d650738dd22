-- B. tag_cardinality.

-- The triggers on what is counted go with their functions.
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

-- A. gen_source, as 0002 made it.

DROP FUNCTION gen_source_count_insert() CASCADE;
DROP FUNCTION gen_source_count_update() CASCADE;
DROP FUNCTION gen_source_count_delete() CASCADE;
DROP FUNCTION gen_source_count_truncate() CASCADE;
DROP FUNCTION gen_source_forget_owner() CASCADE;
DROP FUNCTION gen_source_forget_everything() CASCADE;
DROP FUNCTION gen_source_place_triggers();

CREATE TEMP TABLE after ON COMMIT DROP AS TABLE gen_source_refreshes;
DROP TABLE gen_source_refreshes;

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

INSERT INTO gen_source_refreshes
    (id, started_at, duration_seconds, requested_by, outcome, rows_checked, rows_wrong, largest_error,
     worst, error, community_regular, community_auto)
OVERRIDING SYSTEM VALUE
SELECT
     id, started_at, duration_seconds, requested_by, outcome, rows_checked, rows_wrong, largest_error,
     worst, error,
     (totals ->> 'regular')::bigint, (totals ->> 'auto')::bigint
FROM after
ORDER BY id;

SELECT setval('gen_source_refreshes_id_seq', coalesce(max(id), 0) + 1, false)
FROM gen_source_refreshes;

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

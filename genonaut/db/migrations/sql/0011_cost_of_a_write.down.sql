-- The functions as 0002_counts and 0006_private_counts made them.

-- A. gen_source

CREATE OR REPLACE FUNCTION gen_source_count_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO gen_source_deltas (user_id, source_type, delta)
        SELECT creator_id, CASE source_type WHEN 'items' THEN 'regular' WHEN 'auto' THEN 'auto' END, count(*)
        FROM new_rows
        WHERE source_type IN ('items', 'auto')
        GROUP BY creator_id, source_type;
    ELSE
        INSERT INTO gen_source_deltas (user_id, source_type, delta)
        SELECT creator_id, CASE source_type WHEN 'items' THEN 'regular' WHEN 'auto' THEN 'auto' END, 1
        FROM new_rows
        WHERE source_type IN ('items', 'auto');
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION gen_source_count_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF EXISTS (SELECT FROM old_rows OFFSET 1) THEN
        INSERT INTO gen_source_deltas (user_id, source_type, delta)
        SELECT creator_id, CASE source_type WHEN 'items' THEN 'regular' WHEN 'auto' THEN 'auto' END, -count(*)
        FROM old_rows
        WHERE source_type IN ('items', 'auto')
        GROUP BY creator_id, source_type;
    ELSE
        INSERT INTO gen_source_deltas (user_id, source_type, delta)
        SELECT creator_id, CASE source_type WHEN 'items' THEN 'regular' WHEN 'auto' THEN 'auto' END, -1
        FROM old_rows
        WHERE source_type IN ('items', 'auto');
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION gen_source_count_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO gen_source_deltas (user_id, source_type, delta)
    SELECT creator_id, CASE source_type WHEN 'items' THEN 'regular' WHEN 'auto' THEN 'auto' END, sum(change)
    FROM (
        SELECT creator_id, source_type, 1 AS change FROM new_rows
        UNION ALL
        SELECT creator_id, source_type, -1 FROM old_rows
    ) AS changes
    WHERE source_type IN ('items', 'auto')
    GROUP BY creator_id, source_type
    HAVING sum(change) <> 0;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION gen_source_count_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'TRUNCATE of % can only be counted at READ COMMITTED', TG_TABLE_NAME
            USING ERRCODE = 'feature_not_supported',
                  HINT = 'Use DELETE, or begin the transaction at READ COMMITTED.';
    END IF;
    EXECUTE $count$
        INSERT INTO gen_source_deltas (user_id, source_type, delta)
        SELECT creator_id, CASE source_type WHEN 'items' THEN 'regular' WHEN 'auto' THEN 'auto' END, -count(*)
        FROM $count$ || TG_RELID::regclass || $count$
        WHERE source_type IN ('items', 'auto')
        GROUP BY creator_id, source_type $count$;
    RETURN NULL;
END $$;

-- B. tag_cardinality

CREATE OR REPLACE FUNCTION tag_cardinality_count_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO tag_cardinality_deltas (tag_id, content_source, delta)
        SELECT tag_id, CASE source_type WHEN 'items' THEN 'regular' WHEN 'auto' THEN 'auto' END, count(*)
        FROM new_rows
        WHERE source_type IN ('items', 'auto') AND tag_id IS NOT NULL
        GROUP BY tag_id, source_type;
    ELSE
        INSERT INTO tag_cardinality_deltas (tag_id, content_source, delta)
        SELECT tag_id, CASE source_type WHEN 'items' THEN 'regular' WHEN 'auto' THEN 'auto' END, 1
        FROM new_rows
        WHERE source_type IN ('items', 'auto') AND tag_id IS NOT NULL;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION tag_cardinality_count_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF EXISTS (SELECT FROM old_rows OFFSET 1) THEN
        INSERT INTO tag_cardinality_deltas (tag_id, content_source, delta)
        SELECT tag_id, CASE source_type WHEN 'items' THEN 'regular' WHEN 'auto' THEN 'auto' END, -count(*)
        FROM old_rows
        WHERE source_type IN ('items', 'auto') AND tag_id IS NOT NULL
        GROUP BY tag_id, source_type;
    ELSE
        INSERT INTO tag_cardinality_deltas (tag_id, content_source, delta)
        SELECT tag_id, CASE source_type WHEN 'items' THEN 'regular' WHEN 'auto' THEN 'auto' END, -1
        FROM old_rows
        WHERE source_type IN ('items', 'auto') AND tag_id IS NOT NULL;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION tag_cardinality_count_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO tag_cardinality_deltas (tag_id, content_source, delta)
    SELECT tag_id, CASE source_type WHEN 'items' THEN 'regular' WHEN 'auto' THEN 'auto' END, sum(change)
    FROM (
        SELECT tag_id, source_type, 1 AS change FROM new_rows
        UNION ALL
        SELECT tag_id, source_type, -1 FROM old_rows
    ) AS changes
    WHERE source_type IN ('items', 'auto') AND tag_id IS NOT NULL
    GROUP BY tag_id, source_type
    HAVING sum(change) <> 0;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION tag_cardinality_count_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'TRUNCATE of % can only be counted at READ COMMITTED', TG_TABLE_NAME
            USING ERRCODE = 'feature_not_supported',
                  HINT = 'Use DELETE, or begin the transaction at READ COMMITTED.';
    END IF;
    EXECUTE $count$
        INSERT INTO tag_cardinality_deltas (tag_id, content_source, delta)
        SELECT tag_id, CASE source_type WHEN 'items' THEN 'regular' WHEN 'auto' THEN 'auto' END, -count(*)
        FROM $count$ || TG_RELID::regclass || $count$
        WHERE source_type IN ('items', 'auto') AND tag_id IS NOT NULL
        GROUP BY tag_id, source_type $count$;
    RETURN NULL;
END $$;

-- C. private_source

CREATE OR REPLACE FUNCTION private_source_count_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    -- Most statements have no such row, and to look takes less time than to insert nothing.
    IF NOT EXISTS (SELECT FROM new_rows WHERE visibility = 'private') THEN
        RETURN NULL;
    END IF;
    IF EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO private_source_deltas (user_id, source_type, delta)
        SELECT creator_id, CASE source_type WHEN 'items' THEN 'regular' WHEN 'auto' THEN 'auto' END, count(*)
        FROM new_rows
        WHERE source_type IN ('items', 'auto') AND visibility = 'private'
        GROUP BY creator_id, source_type;
    ELSE
        INSERT INTO private_source_deltas (user_id, source_type, delta)
        SELECT creator_id, CASE source_type WHEN 'items' THEN 'regular' WHEN 'auto' THEN 'auto' END, 1
        FROM new_rows
        WHERE source_type IN ('items', 'auto') AND visibility = 'private';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION private_source_count_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    -- Most statements have no such row, and to look takes less time than to insert nothing.
    IF NOT EXISTS (SELECT FROM old_rows WHERE visibility = 'private') THEN
        RETURN NULL;
    END IF;
    IF EXISTS (SELECT FROM old_rows OFFSET 1) THEN
        INSERT INTO private_source_deltas (user_id, source_type, delta)
        SELECT creator_id, CASE source_type WHEN 'items' THEN 'regular' WHEN 'auto' THEN 'auto' END, -count(*)
        FROM old_rows
        WHERE source_type IN ('items', 'auto') AND visibility = 'private'
        GROUP BY creator_id, source_type;
    ELSE
        INSERT INTO private_source_deltas (user_id, source_type, delta)
        SELECT creator_id, CASE source_type WHEN 'items' THEN 'regular' WHEN 'auto' THEN 'auto' END, -1
        FROM old_rows
        WHERE source_type IN ('items', 'auto') AND visibility = 'private';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION private_source_count_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO private_source_deltas (user_id, source_type, delta)
    SELECT creator_id, CASE source_type WHEN 'items' THEN 'regular' WHEN 'auto' THEN 'auto' END, sum(change)
    FROM (
        SELECT creator_id, source_type, 1 AS change FROM new_rows WHERE visibility = 'private'
        UNION ALL
        SELECT creator_id, source_type, -1 FROM old_rows WHERE visibility = 'private'
    ) AS changes
    WHERE source_type IN ('items', 'auto')
    GROUP BY creator_id, source_type
    HAVING sum(change) <> 0;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION private_source_count_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'TRUNCATE of % can only be counted at READ COMMITTED', TG_TABLE_NAME
            USING ERRCODE = 'feature_not_supported',
                  HINT = 'Use DELETE, or begin the transaction at READ COMMITTED.';
    END IF;
    EXECUTE $count$
        INSERT INTO private_source_deltas (user_id, source_type, delta)
        SELECT creator_id, CASE source_type WHEN 'items' THEN 'regular' WHEN 'auto' THEN 'auto' END, -count(*)
        FROM $count$ || TG_RELID::regclass || $count$
        WHERE source_type IN ('items', 'auto') AND visibility = 'private'
        GROUP BY creator_id, source_type $count$;
    RETURN NULL;
END $$;

-- D. private_regular_tag

CREATE OR REPLACE FUNCTION private_regular_tag_count_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    -- Most statements have no such row, and to look takes less time than to insert nothing.
    IF NOT EXISTS (SELECT FROM new_rows WHERE visibility = 'private' AND source_type = 'items') THEN
        RETURN NULL;
    END IF;
    IF EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO private_regular_tag_deltas (user_id, tag_id, delta)
        SELECT creator_id, tag_id, count(*)
        FROM new_rows
        WHERE tag_id IS NOT NULL AND visibility = 'private' AND source_type = 'items'
        GROUP BY creator_id, tag_id;
    ELSE
        INSERT INTO private_regular_tag_deltas (user_id, tag_id, delta)
        SELECT creator_id, tag_id, 1
        FROM new_rows
        WHERE tag_id IS NOT NULL AND visibility = 'private' AND source_type = 'items';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION private_regular_tag_count_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    -- Most statements have no such row, and to look takes less time than to insert nothing.
    IF NOT EXISTS (SELECT FROM old_rows WHERE visibility = 'private' AND source_type = 'items') THEN
        RETURN NULL;
    END IF;
    IF EXISTS (SELECT FROM old_rows OFFSET 1) THEN
        INSERT INTO private_regular_tag_deltas (user_id, tag_id, delta)
        SELECT creator_id, tag_id, -count(*)
        FROM old_rows
        WHERE tag_id IS NOT NULL AND visibility = 'private' AND source_type = 'items'
        GROUP BY creator_id, tag_id;
    ELSE
        INSERT INTO private_regular_tag_deltas (user_id, tag_id, delta)
        SELECT creator_id, tag_id, -1
        FROM old_rows
        WHERE tag_id IS NOT NULL AND visibility = 'private' AND source_type = 'items';
    END IF;
    RETURN NULL;
END $$;

-- E. private_auto_tag

CREATE OR REPLACE FUNCTION private_auto_tag_count_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    -- Most statements have no such row, and to look takes less time than to insert nothing.
    IF NOT EXISTS (SELECT FROM new_rows WHERE visibility = 'private' AND source_type = 'auto') THEN
        RETURN NULL;
    END IF;
    IF EXISTS (SELECT FROM new_rows OFFSET 1) THEN
        INSERT INTO private_auto_tag_deltas (user_id, tag_id, delta)
        SELECT creator_id, tag_id, count(*)
        FROM new_rows
        WHERE tag_id IS NOT NULL AND visibility = 'private' AND source_type = 'auto'
        GROUP BY creator_id, tag_id;
    ELSE
        INSERT INTO private_auto_tag_deltas (user_id, tag_id, delta)
        SELECT creator_id, tag_id, 1
        FROM new_rows
        WHERE tag_id IS NOT NULL AND visibility = 'private' AND source_type = 'auto';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION private_auto_tag_count_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    -- Most statements have no such row, and to look takes less time than to insert nothing.
    IF NOT EXISTS (SELECT FROM old_rows WHERE visibility = 'private' AND source_type = 'auto') THEN
        RETURN NULL;
    END IF;
    IF EXISTS (SELECT FROM old_rows OFFSET 1) THEN
        INSERT INTO private_auto_tag_deltas (user_id, tag_id, delta)
        SELECT creator_id, tag_id, -count(*)
        FROM old_rows
        WHERE tag_id IS NOT NULL AND visibility = 'private' AND source_type = 'auto'
        GROUP BY creator_id, tag_id;
    ELSE
        INSERT INTO private_auto_tag_deltas (user_id, tag_id, delta)
        SELECT creator_id, tag_id, -1
        FROM old_rows
        WHERE tag_id IS NOT NULL AND visibility = 'private' AND source_type = 'auto';
    END IF;
    RETURN NULL;
END $$;

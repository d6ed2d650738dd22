-- What lists can be narrowed by: the model, the sampler and the LoRAs that an item names, and the
-- month in which it was created. Of each text the first 200 characters count: metadata may have a
-- megabyte there, and an entry of an index has two kilobytes. docs/decisions/0033-facets.md

-- 1. The values of an item. They are counted in the writer's transaction, so no metadata may make
--    them fail, of any type its values may have. All of these are expressions, or a query in FROM:
--    PostgreSQL makes them a part of the statement that calls them.

-- In UTC, in a session of any time zone; null for years that no calendar of ours has.
CREATE FUNCTION utc_month(moment timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN moment >= timestamptz '1000-01-01 00:00:00+00'
     AND moment < timestamptz '9000-01-01 00:00:00+00'
    THEN extract(year FROM moment AT TIME ZONE 'UTC')::int::text || '-'
         || lpad(extract(month FROM moment AT TIME ZONE 'UTC')::int::text, 2, '0')
END;

-- The names in a list of names, or of objects that have one. Null if it is no list, or one of more
-- than a hundred.
CREATE FUNCTION content_loras(item_metadata jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN jsonb_typeof(item_metadata -> 'loras') = 'array'
    THEN CASE WHEN jsonb_array_length(item_metadata -> 'loras') <= 100
        THEN jsonb_path_query_array(
                item_metadata, 'strict $.loras[*] ? (@.type() == "string")')
             || jsonb_path_query_array(
                item_metadata, 'strict $.loras[*] ? (@.name.type() == "string").name')
    END END;

-- As `items model flux-dev`: the partition, the facet, and the value, which may have blanks.
CREATE FUNCTION content_facets(source_type text, created_at timestamptz, item_metadata jsonb)
RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT source_type || value
    FROM (VALUES
        (' month ' || utc_month(created_at)),
        (' model ' || nullif(left(item_metadata ->> 'model', 200), '')),
        (' sampler ' || nullif(left(item_metadata ->> 'sampler', 200), ''))
    ) AS facet (value)
    UNION ALL
    SELECT source_type || ' lora ' || name
    FROM jsonb_array_elements_text(
        CASE WHEN item_metadata ? 'loras' THEN content_loras(item_metadata) END
    ) AS name
    WHERE length(name) BETWEEN 1 AND 200;
END;

-- 2. The items that have them. A month is a stretch of `idx_content_newest`.

CREATE INDEX idx_content_sampler ON content_items_all (left(item_metadata ->> 'sampler', 200))
    WHERE left(item_metadata ->> 'sampler', 200) IS NOT NULL;
CREATE INDEX idx_content_loras ON content_items_all USING gin (content_loras(item_metadata))
    WHERE item_metadata ? 'loras';

-- 3. How often each value occurs, for the planner: of an index that leaves rows out, it uses no
--    statistics. Without these it would sort the half of all items that one sampler has made.

CREATE STATISTICS content_items_model ON (left(item_metadata ->> 'model', 200)) FROM content_items;
CREATE STATISTICS content_items_sampler ON (left(item_metadata ->> 'sampler', 200)) FROM content_items;
CREATE STATISTICS content_items_loras ON (content_loras(item_metadata)) FROM content_items;
CREATE STATISTICS content_items_auto_model
    ON (left(item_metadata ->> 'model', 200)) FROM content_items_auto;
CREATE STATISTICS content_items_auto_sampler
    ON (left(item_metadata ->> 'sampler', 200)) FROM content_items_auto;
CREATE STATISTICS content_items_auto_loras ON (content_loras(item_metadata)) FROM content_items_auto;

ANALYZE content_items, content_items_auto;

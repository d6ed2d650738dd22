-- For an engine whose parts are tables that only a running function can name. Of the engine's own
-- functions, `in_part` puts the names of a part's tables into a statement, where `here` is any table of
-- that part, and `require_read_committed` raises an error if a snapshot may be older than a lock.

-- 1. What the triggers call. One row per key and category that a statement changed is appended in the
--    writer's own transaction, to the ledger beside the table that it changed.
{% macro trigger_function(event) %}
CREATE FUNCTION {{ in_schema }}{{ name }}_{{ event }}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {{ schema }}, pg_temp AS $$
BEGIN
{{ caller().strip("\n") }}
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION {{ in_schema }}{{ name }}_{{ event }}() FROM PUBLIC;
{% endmacro %}

{% macro append(rows, sign) %}
{% if where_only %}
    -- Most statements have no such row.
    IF NOT EXISTS (SELECT FROM {{ rows }}{{ where_only }}) THEN
        RETURN NULL;
    END IF;
{% endif %}
    EXECUTE in_part(TG_RELID, $part$
        INSERT INTO {{ ledger }} ({{ key }}, {{ category }}, delta, home)
        SELECT {{ row_key }}, {{ row_label }}, {{ sign }}count(*){{ and_home(row_key) }}
        FROM {{ rows }}{{ each_value }}
        WHERE {{ is_counted }}
        GROUP BY {{ row_key }}, {{ row_category }} $part$);
{% endmacro %}
{% call trigger_function("count_insert") %}
{{ append("new_rows", "") }}
{% endcall %}
{% call trigger_function("count_delete") %}
{{ append("old_rows", "-") }}
{% endcall %}
{% call trigger_function("count_update") %}
    EXECUTE in_part(TG_RELID, $part$
        INSERT INTO {{ ledger }} ({{ key }}, {{ category }}, delta, home)
        SELECT {{ row_key }}, {{ row_label }}, sum(change){{ and_home(row_key) }}
        FROM (
            SELECT {{ row_key }}, {{ row_category }}, 1 AS change FROM new_rows{{ each_value }}{{ where_only }}
            UNION ALL
            SELECT {{ row_key }}, {{ row_category }}, -1 FROM old_rows{{ each_value }}{{ where_only }}
        ) AS changes
        WHERE {{ is_counted_group }}
        GROUP BY {{ row_key }}, {{ row_category }}
        HAVING sum(change) <> 0 $part$);
{% endcall %}
-- An engine may keep a trigger of TRUNCATE from its parts, so nothing could be counted.
{% call trigger_function("count_truncate") %}
    RAISE EXCEPTION 'TRUNCATE of % cannot be counted on a distributed gallery', TG_TABLE_NAME
        USING ERRCODE = 'feature_not_supported', HINT = 'Use DELETE.';
{% endcall %}
{% if owner %}
{% call trigger_function("forget_owner") %}
    EXECUTE in_part(TG_RELID, $part$
        INSERT INTO {{ ledger }} ({{ key }}, {{ category }}, delta, home)
        SELECT entry.{{ key }}, gone.{{ category }}, entry.delta, gone.home
        FROM old_rows AS gone
        CROSS JOIN LATERAL (
            VALUES (gone.{{ key }}, gone.{{ count }}){{ ", (NULL, -gone." ~ count ~ ")" if total }}
        ) AS entry ({{ key }}, delta)
        WHERE gone.{{ key }} IS NOT NULL
          AND NOT EXISTS (
              SELECT FROM {{ owner }} AS staying WHERE staying.{{ owner_id }} = gone.{{ key }}
          ) $part$);
{% endcall %}
{% call trigger_function("forget_everything") %}
    RAISE EXCEPTION 'TRUNCATE of % cannot be counted on a distributed gallery', TG_TABLE_NAME
        USING ERRCODE = 'feature_not_supported', HINT = 'Use DELETE.';
{% endcall %}
{% endif %}

-- 2. The fold of a part: NULL if another fold or refresh of it has the lock.
CREATE FUNCTION {{ in_schema }}{{ name }}_fold_part(here regclass) RETURNS jsonb
LANGUAGE plpgsql SET search_path = {{ schema }}, pg_temp AS $$
DECLARE
    is_ours boolean;
    taken bigint;
    written bigint;
BEGIN
    PERFORM require_read_committed();
    EXECUTE in_part(here, $part$
{{ steps.try_lock }} $part$) INTO is_ours;
    IF NOT is_ours THEN
        RETURN NULL;
    END IF;
    -- A statement of its own, so its snapshot is younger than the lock.
    EXECUTE in_part(here, $part$
{{ steps.fold }} $part$) INTO taken, written;
    RETURN jsonb_build_object('rows_taken', taken, 'rows_written', written);
END $$;

-- 3. The refresh of a part, and what it found.
CREATE FUNCTION {{ in_schema }}{{ name }}_refresh_part(here regclass) RETURNS jsonb
LANGUAGE plpgsql SET search_path = {{ schema }}, pg_temp AS $$
DECLARE
    begun timestamptz;
    result jsonb;
    largest jsonb;
    stored bigint := 0;
    written bigint;
BEGIN
    PERFORM require_read_committed();
{% if owner %}
    EXECUTE in_part(here, $part$
{{ steps.keep_owners }} $part$);
{% endif %}
    -- Instead of LOCK TABLE, which an engine may keep to itself: this takes the same lock.
    EXECUTE in_part(here, 'SELECT FROM {{ counted }} WHERE false');
{% for step in ["forget_last_recount", "prepare"] %}
    EXECUTE in_part(here, $part$
{{ steps[step] }} $part$);
{% endfor %}
    begun := clock_timestamp();
    EXECUTE in_part(here, $part$
{{ steps.recount }} $part$);
    EXECUTE $part$
SELECT to_jsonb(summary) FROM ({{ steps.summary }}) AS summary $part$ INTO result;
    EXECUTE $part$
SELECT coalesce(jsonb_agg(to_jsonb(worst)), '[]') FROM ({{ steps.worst }}) AS worst $part$ INTO largest;
    EXECUTE in_part(here, $part$
{{ steps.lock }} $part$);
    IF (result ->> 'rows_wrong')::bigint > 0 THEN
        EXECUTE in_part(here, $part$
{{ steps.enter_differences }} $part$) INTO stored;
    END IF;
    -- The lock is ours already.
    written := ({{ in_schema }}{{ name }}_fold_part(here) ->> 'rows_written')::bigint;
    RETURN result || jsonb_build_object(
        'started_at', begun, 'worst', largest, 'rows_written', stored + written);
END $$;

-- 4. The auditor's comparison of a part with a recount, on one snapshot, by a statement of its own.
CREATE FUNCTION {{ in_schema }}{{ name }}_check_part(here regclass) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = {{ schema }}, pg_temp AS $$
DECLARE
    result jsonb;
BEGIN
    EXECUTE in_part(here, $part$
WITH compared AS (
    SELECT key::text AS who, kind::text AS kind, sum(reported) AS reported, sum(truth) AS truth
    FROM (
        SELECT {{ row_key }} AS key, {{ row_label }} AS kind, 0 AS reported, 1 AS truth
        FROM {{ counted }}{{ each_value }} WHERE {{ is_counted }}
        UNION ALL
        SELECT {{ key }}, {{ category }}, {{ count }}, 0 FROM {{ stats }}
        UNION ALL
        SELECT {{ key }}, {{ category }}, delta, 0 FROM {{ ledger }} WHERE {{ key }} IS NOT NULL
{% if total %}
        UNION ALL
        SELECT NULL, {{ row_label }}, 0, 1 FROM {{ counted }}{{ each_value }} WHERE {{ is_counted }}
        UNION ALL
        SELECT NULL, {{ category }}, delta, 0 FROM {{ ledger }}
{% endif %}
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

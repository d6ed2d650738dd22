-- 5. The triggers' functions. One row per key and category that a statement changed is appended in
--    the writer's own transaction: it commits or rolls back with what is counted, and no writer
--    touches a row that another writer needs.
--    SECURITY DEFINER: a role that may write what is counted need not be able to write the ledger.
--    But only triggers may call them: a role that puts one on a table of its own would have it write
--    into the ledger what it likes.
{% if each_value %}
--    A row counts once under each of its values, and several rows are grouped.
{% else %}
--    Most statements change a single row, and grouping it would take longer than appending it. To
--    look first whether there is a second one would cost a statement, so two rows are appended as
--    they are, and the others by groups. (A table of changed rows is read in one order only: that
--    in which the rows were changed.)
{% endif %}

{% macro count_function(event, rows, sign) %}
CREATE FUNCTION {{ in_schema }}{{ name }}_count_{{ event }}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {{ schema }}, pg_temp AS $$
#variable_conflict use_column
{% if not each_value %}
DECLARE
    appended bigint;
{% endif %}
BEGIN
{% if where_only %}
    -- Most statements have no such row, and to look takes less time than to insert nothing.
    IF NOT EXISTS (SELECT FROM {{ rows }}{{ where_only }}) THEN
        RETURN NULL;
    END IF;
{% endif %}
{% if each_value %}
    INSERT INTO {{ ledger }} ({{ key }}, {{ category }}, delta{{ and_home() }})
    SELECT {{ row_key }}, {{ row_category }}, {{ sign }}count(*){{ and_home(row_key) }}
    FROM {{ rows }}{{ each_value }}
    WHERE {{ is_counted }}
    GROUP BY {{ row_key }}, {{ row_category }};
{% else %}
    INSERT INTO {{ ledger }} ({{ key }}, {{ category }}, delta{{ and_home() }})
    SELECT {{ row_key }}, {{ row_label }}, {{ sign }}1::bigint{{ and_home(row_key) }}
    FROM {{ rows }}
    WHERE {{ is_counted }}
    LIMIT 2;
    GET DIAGNOSTICS appended = ROW_COUNT;
    IF appended = 2 THEN
        INSERT INTO {{ ledger }} ({{ key }}, {{ category }}, delta{{ and_home() }})
        SELECT {{ row_key }}, {{ row_label }}, {{ sign }}count(*){{ and_home(row_key) }}
        FROM (
            SELECT {{ row_key }}, {{ row_category }}
            FROM {{ rows }}
            WHERE {{ is_counted }}
            OFFSET 2
        ) AS others
        GROUP BY {{ row_key }}, {{ row_category }};
    END IF;
{% endif %}
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION {{ in_schema }}{{ name }}_count_{{ event }}() FROM PUBLIC;
{% endmacro %}
{{ count_function("insert", "new_rows", "") }}
{{ count_function("delete", "old_rows", "-") }}
CREATE FUNCTION {{ in_schema }}{{ name }}_count_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {{ schema }}, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO {{ ledger }} ({{ key }}, {{ category }}, delta{{ and_home() }})
    SELECT {{ row_key }}, {{ row_label }}, sum(change){{ and_home(row_key) }}
    FROM (
        SELECT {{ row_key }}, {{ row_category }}, 1 AS change FROM new_rows{{ each_value }}{{ where_only }}
        UNION ALL
        SELECT {{ row_key }}, {{ row_category }}, -1 FROM old_rows{{ each_value }}{{ where_only }}
    ) AS changes
    WHERE {{ is_counted_group }}
    GROUP BY {{ row_key }}, {{ row_category }}
    HAVING sum(change) <> 0;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION {{ in_schema }}{{ name }}_count_update() FROM PUBLIC;

-- TRUNCATE has no transition table, so the rows are counted before they are removed. A snapshot
-- older than the lock could miss some of them: better no TRUNCATE than a wrong count.
CREATE FUNCTION {{ in_schema }}{{ name }}_count_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {{ schema }}, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'TRUNCATE of % can only be counted at READ COMMITTED', TG_TABLE_NAME
            USING ERRCODE = 'feature_not_supported',
                  HINT = 'Use DELETE, or begin the transaction at READ COMMITTED.';
    END IF;
    EXECUTE $count$
        INSERT INTO {{ ledger }} ({{ key }}, {{ category }}, delta{{ and_home() }})
        SELECT {{ row_key }}, {{ row_label }}, -count(*){{ and_home(row_key) }}
        FROM $count$ || TG_RELID::regclass || $count${{ each_value }}
        WHERE {{ is_counted }}
        GROUP BY {{ row_key }}, {{ row_category }} $count$;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION {{ in_schema }}{{ name }}_count_truncate() FROM PUBLIC;
{% if owner %}

-- Deleting a row of {{ owner }} deletes its stored counts (ON DELETE CASCADE). Its entries in the
-- ledger must then add up to zero, or they might be added to a new row with the same id. So a
-- deleted stored count is entered in the ledger, where the entries of the deleted rows cancel it.
{% if total %}
-- The total keeps its own stored count and must not change by that: hence the second entry.
{% endif %}
-- It uses the rows that were deleted, not what a snapshot shows of them.
CREATE FUNCTION {{ in_schema }}{{ name }}_forget_owner() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {{ schema }}, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO {{ ledger }} ({{ key }}, {{ category }}, delta{{ and_home() }})
{% if total %}
    SELECT entry.{{ key }}, gone.{{ category }}, entry.delta{{ and_home("gone." ~ key) }}
    FROM old_rows AS gone
    CROSS JOIN LATERAL (
        VALUES (gone.{{ key }}, gone.{{ count }}), (NULL, -gone.{{ count }})
    ) AS entry ({{ key }}, delta)
    WHERE gone.{{ key }} IS NOT NULL
      AND NOT EXISTS (SELECT FROM {{ owner }} WHERE {{ owner }}.{{ owner_id }} = gone.{{ key }});
{% else %}
    SELECT gone.{{ key }}, gone.{{ category }}, gone.{{ count }}{{ and_home("gone." ~ key) }}
    FROM old_rows AS gone
    WHERE NOT EXISTS (SELECT FROM {{ owner }} WHERE {{ owner }}.{{ owner_id }} = gone.{{ key }});
{% endif %}
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION {{ in_schema }}{{ name }}_forget_owner() FROM PUBLIC;

-- TRUNCATE {{ owner }} CASCADE empties what is counted and the stored counts as well, so nothing is
-- left to add. (Without CASCADE PostgreSQL refuses it.)
CREATE FUNCTION {{ in_schema }}{{ name }}_forget_everything() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {{ schema }}, pg_temp AS $$
#variable_conflict use_column
BEGIN
    DELETE FROM {{ ledger }};
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION {{ in_schema }}{{ name }}_forget_everything() FROM PUBLIC;

CREATE TRIGGER {{ name }}_forget_owner AFTER DELETE ON {{ stats }}
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {{ in_schema }}{{ name }}_forget_owner();
CREATE TRIGGER {{ name }}_forget_everything AFTER TRUNCATE ON {{ owner }}
    FOR EACH STATEMENT EXECUTE FUNCTION {{ in_schema }}{{ name }}_forget_everything();
{% endif %}

{% include "place_triggers.sql" %}

-- 6. The triggers. A statement trigger fires only on the table that the statement names, so the
--    partitioned table and each of its partitions need their own. Only TRUNCATE of the partitioned
--    table fires those of the partitions too, so it needs none itself. Call this again after
--    adding a partition, and refresh.

CREATE FUNCTION {{ in_schema }}{{ name }}_place_triggers() RETURNS void
LANGUAGE plpgsql SET search_path = {{ schema }}, pg_temp AS $$
#variable_conflict use_column
DECLARE
    part regclass;
    has_parts boolean;
BEGIN
    -- What is written through a parent that we do not see would not be counted.
    IF (SELECT relispartition FROM pg_class WHERE oid = {{ counted|literal }}::regclass)
       OR EXISTS (SELECT FROM pg_inherits JOIN pg_class AS parent ON parent.oid = inhparent
                  WHERE parent.relkind = 'r'
                    AND {{ counted|literal }}::regclass IN (inhparent, inhrelid)) THEN
        RAISE EXCEPTION '% is part of another table, or inherits: count the whole',
            {{ counted|literal }};
    END IF;
{% if owner %}
    IF NOT EXISTS (SELECT FROM pg_constraint
                   WHERE contype = 'f' AND conrelid = {{ counted|literal }}::regclass
                     AND confrelid = {{ owner|literal }}::regclass) THEN
        RAISE EXCEPTION '% has no foreign key to its owner %',
            {{ counted|literal }}, {{ owner|literal }};
    END IF;
{% endif %}
    FOR part, has_parts IN
        SELECT oid, relkind = 'p' FROM pg_class
        WHERE oid = {{ counted|literal }}::regclass
           OR oid IN (SELECT relid FROM pg_partition_tree({{ counted|literal }}))
    LOOP
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER {{ name }}_insert AFTER INSERT ON %s'
            ' REFERENCING NEW TABLE AS new_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION {{ name }}_count_insert()', part);
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER {{ name }}_update AFTER UPDATE ON %s'
            ' REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION {{ name }}_count_update()', part);
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER {{ name }}_delete AFTER DELETE ON %s'
            ' REFERENCING OLD TABLE AS old_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION {{ name }}_count_delete()', part);
        CONTINUE WHEN has_parts;
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER {{ name }}_truncate BEFORE TRUNCATE ON %s'
            ' FOR EACH STATEMENT EXECUTE FUNCTION {{ name }}_count_truncate()', part);
    END LOOP;
END $$;

SELECT {{ in_schema }}{{ name }}_place_triggers();

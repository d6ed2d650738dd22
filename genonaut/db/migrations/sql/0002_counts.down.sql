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

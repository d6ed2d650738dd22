-- CASCADE also drops the triggers that call these functions.
DROP FUNCTION private_auto_tag_count_insert() CASCADE;
DROP FUNCTION private_auto_tag_count_update() CASCADE;
DROP FUNCTION private_auto_tag_count_delete() CASCADE;
DROP FUNCTION private_auto_tag_count_truncate() CASCADE;
DROP FUNCTION private_auto_tag_place_triggers();

DROP VIEW private_auto_tag_counts;
DROP TABLE private_auto_tag_refreshes;
DROP TABLE private_auto_tag_deltas;
DROP TABLE private_auto_tag_stats;

-- CASCADE also drops the triggers that call these functions.
DROP FUNCTION private_regular_tag_count_insert() CASCADE;
DROP FUNCTION private_regular_tag_count_update() CASCADE;
DROP FUNCTION private_regular_tag_count_delete() CASCADE;
DROP FUNCTION private_regular_tag_count_truncate() CASCADE;
DROP FUNCTION private_regular_tag_place_triggers();

DROP VIEW private_regular_tag_counts;
DROP TABLE private_regular_tag_refreshes;
DROP TABLE private_regular_tag_deltas;
DROP TABLE private_regular_tag_stats;

-- CASCADE also drops the triggers that call these functions.
DROP FUNCTION private_source_count_insert() CASCADE;
DROP FUNCTION private_source_count_update() CASCADE;
DROP FUNCTION private_source_count_delete() CASCADE;
DROP FUNCTION private_source_count_truncate() CASCADE;
DROP FUNCTION private_source_forget_owner() CASCADE;
DROP FUNCTION private_source_forget_everything() CASCADE;
DROP FUNCTION private_source_place_triggers();

DROP VIEW private_source_counts;
DROP TABLE private_source_refreshes;
DROP TABLE private_source_deltas;
DROP TABLE private_source_stats;

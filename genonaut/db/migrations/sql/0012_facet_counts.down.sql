-- CASCADE also drops the triggers that call these functions.
DROP FUNCTION creator_auto_tag_count_insert() CASCADE;
DROP FUNCTION creator_auto_tag_count_update() CASCADE;
DROP FUNCTION creator_auto_tag_count_delete() CASCADE;
DROP FUNCTION creator_auto_tag_count_truncate() CASCADE;
DROP FUNCTION creator_auto_tag_place_triggers();

DROP VIEW creator_auto_tag_counts;
DROP TABLE creator_auto_tag_refreshes;
DROP TABLE creator_auto_tag_deltas;
DROP TABLE creator_auto_tag_stats;

-- CASCADE also drops the triggers that call these functions.
DROP FUNCTION creator_regular_tag_count_insert() CASCADE;
DROP FUNCTION creator_regular_tag_count_update() CASCADE;
DROP FUNCTION creator_regular_tag_count_delete() CASCADE;
DROP FUNCTION creator_regular_tag_count_truncate() CASCADE;
DROP FUNCTION creator_regular_tag_place_triggers();

DROP VIEW creator_regular_tag_counts;
DROP TABLE creator_regular_tag_refreshes;
DROP TABLE creator_regular_tag_deltas;
DROP TABLE creator_regular_tag_stats;

-- CASCADE also drops the triggers that call these functions.
DROP FUNCTION private_facet_count_insert() CASCADE;
DROP FUNCTION private_facet_count_update() CASCADE;
DROP FUNCTION private_facet_count_delete() CASCADE;
DROP FUNCTION private_facet_count_truncate() CASCADE;
DROP FUNCTION private_facet_forget_owner() CASCADE;
DROP FUNCTION private_facet_forget_everything() CASCADE;
DROP FUNCTION private_facet_place_triggers();

DROP VIEW private_facet_values;
DROP VIEW private_facet_counts;
DROP TABLE private_facet_refreshes;
DROP TABLE private_facet_deltas;
DROP TABLE private_facet_stats;

-- CASCADE also drops the triggers that call these functions.
DROP FUNCTION facet_count_insert() CASCADE;
DROP FUNCTION facet_count_update() CASCADE;
DROP FUNCTION facet_count_delete() CASCADE;
DROP FUNCTION facet_count_truncate() CASCADE;
DROP FUNCTION facet_forget_owner() CASCADE;
DROP FUNCTION facet_forget_everything() CASCADE;
DROP FUNCTION facet_place_triggers();

DROP VIEW facet_values;
DROP VIEW facet_counts;
DROP TABLE facet_refreshes;
DROP TABLE facet_deltas;
DROP TABLE facet_stats;

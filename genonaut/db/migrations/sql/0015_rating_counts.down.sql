-- CASCADE also drops the triggers that call these functions.
DROP FUNCTION rating_count_insert() CASCADE;
DROP FUNCTION rating_count_update() CASCADE;
DROP FUNCTION rating_count_delete() CASCADE;
DROP FUNCTION rating_count_truncate() CASCADE;
DROP FUNCTION rating_place_triggers();

DROP VIEW rating_counts;
DROP TABLE rating_refreshes;
DROP TABLE rating_deltas;
DROP TABLE rating_stats;

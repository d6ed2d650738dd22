DROP TRIGGER gen_source_insert   ON content_items_all;
DROP TRIGGER gen_source_insert   ON content_items;
DROP TRIGGER gen_source_insert   ON content_items_auto;
DROP TRIGGER gen_source_update   ON content_items_all;
DROP TRIGGER gen_source_update   ON content_items;
DROP TRIGGER gen_source_update   ON content_items_auto;
DROP TRIGGER gen_source_delete   ON content_items_all;
DROP TRIGGER gen_source_delete   ON content_items;
DROP TRIGGER gen_source_delete   ON content_items_auto;
DROP TRIGGER gen_source_truncate ON content_items;
DROP TRIGGER gen_source_truncate ON content_items_auto;
DROP TRIGGER gen_source_delete   ON gen_source_stats;
DROP TRIGGER gen_source_truncate ON users;

DROP FUNCTION gen_source_count_insert();
DROP FUNCTION gen_source_count_update();
DROP FUNCTION gen_source_count_delete();
DROP FUNCTION gen_source_count_truncate();
DROP FUNCTION gen_source_forget_user();
DROP FUNCTION gen_source_forget_everything();

DROP VIEW gen_source_counts;
DROP TABLE gen_source_refreshes;
DROP TABLE gen_source_deltas;
DROP TABLE gen_source_stats;

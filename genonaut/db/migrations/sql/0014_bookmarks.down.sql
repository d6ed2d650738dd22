-- Favourites and albums are gone.

-- CASCADE also drops the triggers that call these functions.
DROP FUNCTION album_count_insert() CASCADE;
DROP FUNCTION album_count_update() CASCADE;
DROP FUNCTION album_count_delete() CASCADE;
DROP FUNCTION album_count_truncate() CASCADE;
DROP FUNCTION album_forget_owner() CASCADE;
DROP FUNCTION album_forget_everything() CASCADE;
DROP FUNCTION album_place_triggers();

DROP VIEW album_counts;
DROP TABLE album_refreshes;
DROP TABLE album_deltas;
DROP TABLE album_stats;

-- CASCADE also drops the triggers that call these functions.
DROP FUNCTION album_item_count_insert() CASCADE;
DROP FUNCTION album_item_count_update() CASCADE;
DROP FUNCTION album_item_count_delete() CASCADE;
DROP FUNCTION album_item_count_truncate() CASCADE;
DROP FUNCTION album_item_forget_owner() CASCADE;
DROP FUNCTION album_item_forget_everything() CASCADE;
DROP FUNCTION album_item_place_triggers();

DROP VIEW album_item_counts;
DROP TABLE album_item_refreshes;
DROP TABLE album_item_deltas;
DROP TABLE album_item_stats;

-- CASCADE also drops the triggers that call these functions.
DROP FUNCTION bookmark_count_insert() CASCADE;
DROP FUNCTION bookmark_count_update() CASCADE;
DROP FUNCTION bookmark_count_delete() CASCADE;
DROP FUNCTION bookmark_count_truncate() CASCADE;
DROP FUNCTION bookmark_forget_owner() CASCADE;
DROP FUNCTION bookmark_forget_everything() CASCADE;
DROP FUNCTION bookmark_place_triggers();

DROP VIEW bookmark_counts;
DROP TABLE bookmark_refreshes;
DROP TABLE bookmark_deltas;
DROP TABLE bookmark_stats;

DROP TABLE bookmark_category_shares;
DROP TABLE bookmark_category_members;
DROP TABLE bookmark_categories;
DROP TABLE bookmarks;
DROP FUNCTION bookmark_category_members_take_kind();
DROP FUNCTION bookmarks_take_rights();

-- Favourites and albums are gone.

DROP TABLE bookmark_category_shares;
DROP TABLE bookmark_category_members;
DROP TABLE bookmark_categories;
DROP TABLE bookmarks;
DROP FUNCTION bookmark_category_members_take_kind();
DROP FUNCTION bookmarks_take_rights();

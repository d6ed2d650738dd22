ALTER TABLE deleted_items DROP COLUMN ratings;
DROP TABLE ratings;

DROP FUNCTION item_fingerprint;
DROP TABLE imported_items;
DROP TABLE imports;

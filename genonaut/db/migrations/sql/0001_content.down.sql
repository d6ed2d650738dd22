DROP TABLE deleted_items;
DROP TABLE content_tags;
DROP TABLE tags;
DROP TABLE content_items_all;
DROP SEQUENCE content_items_id_seq;
DROP TABLE users;

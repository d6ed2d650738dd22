DROP TABLE content_tags;
DROP TABLE tags;

DROP TABLE search_history;
ALTER TABLE users DROP COLUMN keeps_searches;
DROP INDEX idx_tags_beginning;

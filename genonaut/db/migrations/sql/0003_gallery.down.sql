DROP INDEX idx_content_search;
DROP FUNCTION has_phrase(text, text);
DROP FUNCTION search_phrase(text);
DROP FUNCTION search_words(text);
DROP FUNCTION content_words(text, text);
DROP FUNCTION search_text(text);
DROP COLLATION letters;

DROP INDEX idx_content_creator_title;
DROP INDEX idx_content_creator_best;
DROP INDEX idx_content_creator_updated;
DROP INDEX idx_content_creator_newest;
DROP INDEX idx_content_title;
DROP INDEX idx_content_best;
DROP INDEX idx_content_updated;
DROP INDEX idx_content_newest;

-- The indexes of 0005, made one by one while everybody goes on reading and writing: for a big table,
-- before `genonaut db upgrade`, which then finds them and is done at once. With psql, and not in a
-- transaction. If one fails or is interrupted, drop the index that it leaves behind, and repeat it.

CREATE FUNCTION search_text(written text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(written, '[-+./:@<&~]', ' ', 'g');

CREATE FUNCTION content_words(title text, prompt text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_tsvector('pg_catalog.simple', search_text(title || ' ' || prompt));

CREATE INDEX CONCURRENTLY content_items_created_at_id_creator_id_idx
    ON content_items (created_at DESC, id DESC) INCLUDE (creator_id);
CREATE INDEX CONCURRENTLY content_items_auto_created_at_id_creator_id_idx
    ON content_items_auto (created_at DESC, id DESC) INCLUDE (creator_id);
CREATE INDEX CONCURRENTLY content_items_updated_at_id_creator_id_idx
    ON content_items (updated_at DESC, id DESC) INCLUDE (creator_id);
CREATE INDEX CONCURRENTLY content_items_auto_updated_at_id_creator_id_idx
    ON content_items_auto (updated_at DESC, id DESC) INCLUDE (creator_id);
CREATE INDEX CONCURRENTLY content_items_quality_score_id_creator_id_idx
    ON content_items (quality_score DESC, id DESC) INCLUDE (creator_id);
CREATE INDEX CONCURRENTLY content_items_auto_quality_score_id_creator_id_idx
    ON content_items_auto (quality_score DESC, id DESC) INCLUDE (creator_id);
CREATE INDEX CONCURRENTLY content_items_title_id_creator_id_idx
    ON content_items (title, id) INCLUDE (creator_id);
CREATE INDEX CONCURRENTLY content_items_auto_title_id_creator_id_idx
    ON content_items_auto (title, id) INCLUDE (creator_id);

CREATE INDEX CONCURRENTLY content_items_creator_id_updated_at_id_idx
    ON content_items (creator_id, updated_at DESC, id DESC);
CREATE INDEX CONCURRENTLY content_items_auto_creator_id_updated_at_id_idx
    ON content_items_auto (creator_id, updated_at DESC, id DESC);
CREATE INDEX CONCURRENTLY content_items_creator_id_quality_score_id_idx
    ON content_items (creator_id, quality_score DESC, id DESC);
CREATE INDEX CONCURRENTLY content_items_auto_creator_id_quality_score_id_idx
    ON content_items_auto (creator_id, quality_score DESC, id DESC);
CREATE INDEX CONCURRENTLY content_items_creator_id_title_id_idx
    ON content_items (creator_id, title, id);
CREATE INDEX CONCURRENTLY content_items_auto_creator_id_title_id_idx
    ON content_items_auto (creator_id, title, id);

CREATE INDEX CONCURRENTLY content_items_content_words_idx
    ON content_items USING gin (content_words(title, prompt));
CREATE INDEX CONCURRENTLY content_items_auto_content_words_idx
    ON content_items_auto USING gin (content_words(title, prompt));

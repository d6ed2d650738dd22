-- The gallery's orders and its search, each with an index. docs/listing.md explains which is for
-- what.

-- 1. Orders. A page is a stretch of one of these, forward or backward. The creator is included, so
--    that "all but mine" is decided in the index, and a distant page is found there.

CREATE INDEX idx_content_newest
    ON content_items_all (created_at DESC, id DESC) INCLUDE (creator_id);
CREATE INDEX idx_content_updated
    ON content_items_all (updated_at DESC, id DESC) INCLUDE (creator_id);
CREATE INDEX idx_content_best
    ON content_items_all (quality_score DESC, id DESC) INCLUDE (creator_id);
CREATE INDEX idx_content_title
    ON content_items_all (title, id) INCLUDE (creator_id);

-- 2. The same orders of one creator's items.

CREATE INDEX idx_content_creator_newest
    ON content_items_all (creator_id, created_at DESC, id DESC);
CREATE INDEX idx_content_creator_updated
    ON content_items_all (creator_id, updated_at DESC, id DESC);
CREATE INDEX idx_content_creator_best
    ON content_items_all (creator_id, quality_score DESC, id DESC);
CREATE INDEX idx_content_creator_title
    ON content_items_all (creator_id, title, id);

-- 3. Search. Words are runs of letters and digits, compared without regard to case and without
--    stemming, since prompts are in many languages.

-- PostgreSQL's parser would treat web addresses, paths, tags and signed numbers as one word each.
CREATE FUNCTION search_text(written text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(written, '[-+./:@<&~]', ' ', 'g');

CREATE FUNCTION content_words(title text, prompt text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_tsvector('pg_catalog.simple', search_text(title || ' ' || prompt));

CREATE FUNCTION search_words(term text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN plainto_tsquery('pg_catalog.simple', search_text(term));

CREATE INDEX idx_content_search ON content_items_all USING gin (content_words(title, prompt));

-- 4. Only after this does the planner know how often each word occurs.

ANALYZE content_items_all;

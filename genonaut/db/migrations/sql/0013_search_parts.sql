-- Parts of words, by pg_trgm: an index of every three letters of an item's line. Where the server
-- has no such extension, or the role may not create it, there is no index, and nothing fails.
-- After a restore, and whenever the schema is upgraded, this is tried again.

DO $$
DECLARE
    place name;
BEGIN
    IF to_regclass('public.idx_content_search_line') IS NOT NULL THEN
        RETURN;
    END IF;
    SELECT nspname INTO place
    FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
    WHERE extname = 'pg_trgm';
    IF place IS NULL THEN
        -- Not in public: a restore puts another schema in its place.
        BEGIN
            CREATE SCHEMA IF NOT EXISTS trigrams;
            CREATE EXTENSION pg_trgm SCHEMA trigrams;
            place := 'trigrams';
        EXCEPTION WHEN OTHERS THEN
            RETURN;
        END;
    END IF;
    EXECUTE format(
        'CREATE INDEX idx_content_search_line ON public.content_items_all '
        'USING gin (public.search_line(title, prompt) %I.gin_trgm_ops)', place
    );
END $$;

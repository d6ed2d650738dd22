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

-- 3. Search. Words are what PostgreSQL's own parser takes for words: letters and digits, with the
--    vowel signs of Indic scripts, Thai, Khmer and Burmese. Case does not count, and neither does
--    the Unicode form. Prompts are in many languages, so no language's endings are taken off.

-- The case of letters, whatever the database's collation knows of it.
DO $$
DECLARE
    definition text;
BEGIN
    FOREACH definition IN ARRAY ARRAY[
        '(PROVIDER = builtin, LOCALE = ''C.UTF-8'')', -- from PostgreSQL 17 on
        '(PROVIDER = icu, LOCALE = ''und'')',
        '(PROVIDER = libc, LOCALE = ''C.UTF-8'')',
        'FROM "C"'                                    -- of ASCII only
    ] LOOP
        BEGIN
            EXECUTE 'CREATE COLLATION letters ' || definition;
            EXIT;
        EXCEPTION
            WHEN invalid_parameter_value OR undefined_object OR feature_not_supported
                OR invalid_object_definition THEN NULL;
        END;
    END LOOP;
END $$;

-- PostgreSQL's parser would take web addresses, paths, tags and signed numbers as one word each.
-- Under a C locale, it takes all that is not ASCII as letters, punctuation as well. Joiners are left
-- out: some people type them, and others do not.
CREATE FUNCTION search_text(written text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN octet_length(written) = length(written)
    THEN regexp_replace(lower(written COLLATE letters), '[-+./:@<&~]', ' ', 'g')
    ELSE regexp_replace(
        translate(
            normalize(lower(written COLLATE letters)),
            U&'\03C2\00AD\200C\200D\200E\200F\2060\FE0E\FE0F\FEFF', U&'\03C3' -- the last is for the other sigma
        ),
        '[-+./:@<&~\u0080-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u060c\u061b'
        '\u061f\u06d4\u0964\u0965\u104a\u104b\u17d4-\u17da\u2000-\u206f\u2190-\u2bff\u3000-\u3004'
        '\u3008-\u3020\u3030\u30fb\ufe10-\ufe1f\ufe30-\ufe6f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40'
        '\uff5b-\uff65\U0001f000-\U0001faff]', ' ', 'g'
    )
END;

CREATE FUNCTION content_words(title text, prompt text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_tsvector('pg_catalog.simple', search_text(title || ' ' || prompt));

CREATE FUNCTION search_words(term text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN plainto_tsquery('pg_catalog.simple', search_text(term));

-- The words in their order, each with a blank on both sides. The parser is 'default', by its id,
-- because its name is looked up anew each time; and 12 is what it calls the stuff between words.
CREATE FUNCTION search_phrase(written text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ' ' || coalesce((
    SELECT string_agg(token || ' ', '' ORDER BY place)
    FROM ts_parse(3722, search_text(written)) WITH ORDINALITY AS parsed (kind, token, place)
    WHERE kind <> 12
), '');

-- Whether a text has a phrase, given by `search_phrase`. In ASCII, a regular expression finds the
-- same words as the parser, twenty times as fast.
CREATE FUNCTION has_phrase(written text, phrase text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN phrase = ' ' OR CASE WHEN octet_length(written) = length(written)
    THEN lower(written COLLATE "C") ~ (
        '(^|[^[:alnum:]])' || replace(btrim(phrase), ' ', '[^[:alnum:]]+') || '($|[^[:alnum:]])'
    )
    ELSE strpos(search_phrase(written), phrase) > 0
END;

CREATE INDEX idx_content_search ON content_items_all USING gin (content_words(title, prompt));

-- 4. Only after this does the planner know how often each word occurs.

ANALYZE content_items_all;

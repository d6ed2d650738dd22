-- The search as 0003_gallery made it.

DROP INDEX IF EXISTS idx_content_search_line;
DROP INDEX idx_users_search_name;
DROP INDEX idx_tags_search_name;
DROP INDEX idx_content_search_model;
DROP INDEX idx_content_search_settings;
DROP INDEX idx_content_search_terms;
DROP FUNCTION search_settings(jsonb);
DROP FUNCTION search_name(text);
DROP FUNCTION search_terms(text, text);
DROP FUNCTION search_tokens(text);
DROP FUNCTION search_line(text, text);
DROP FUNCTION search_spaced(text);
DROP FUNCTION search_folded(text);

-- With the extension, if it was added for this and nothing else uses it.
DO $$
BEGIN
    IF EXISTS (
        SELECT FROM pg_extension
        WHERE extname = 'pg_trgm' AND extnamespace = to_regnamespace('trigrams')
    ) THEN
        DROP EXTENSION pg_trgm;
        DROP SCHEMA trigrams;
    END IF;
EXCEPTION WHEN dependent_objects_still_exist OR insufficient_privilege THEN
    NULL;
END $$;

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

-- Only after this does the planner know how often each word occurs.

ANALYZE content_items_all;

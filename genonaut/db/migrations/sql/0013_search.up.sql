-- The language of the search box. docs/searching.md says what it can; decision 0034 says why so.

-- 1. Words in one form: lower case, without accents, wide and narrow letters alike, and in scripts
--    without blanks each letter with its marks a word of its own. So a word within a longer run is
--    found as a phrase is.

-- Vowel signs stay, as they are no accents; joiners go, as some people type them and others do not.
-- What PostgreSQL does not take apart by itself is replaced at the end.
CREATE OR REPLACE FUNCTION search_folded(written text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN octet_length(written) = length(written)
    THEN lower(written COLLATE letters)
    ELSE replace(replace(replace(replace(
        normalize(
            translate(
                regexp_replace(
                    lower(normalize(written, NFKD) COLLATE letters),
                    '[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7'
                    '\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8'
                    '\u06ea-\u06ed\u00ad\u200c-\u200f\u2060\ufe0e\ufe0f\ufeff]', '', 'g'
                ),
                U&'\03C2\0111\00F0\00F8\0142\0127\0131\0167', U&'\03C3ddolhit'
            ),
            NFKC
        ),
        U&'\00DF', 'ss'), U&'\00E6', 'ae'), U&'\0153', 'oe'), U&'\00FE', 'th')
END;

-- Each word between blanks. In ASCII, a regular expression finds the same words as the parser.
-- Otherwise punctuation is taken out first: under a C locale, the parser takes it for letters.
-- 3722 is the parser 'default', and 12 is what it calls the stuff between words.
CREATE OR REPLACE FUNCTION search_spaced(written text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    plain text;
BEGIN
    IF octet_length(written) = length(written) THEN
        RETURN regexp_replace(
            ' ' || lower(written COLLATE "C") || ' ', '[^a-z0-9]+' COLLATE "C", ' ', 'g'
        );
    END IF;
    plain := regexp_replace(
        public.search_folded(written),
        '[-+./:@<&~\u0080-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u060c\u061b'
        '\u061f\u06d4\u0964\u0965\u0e4f\u0e5a\u0e5b\u0f0b-\u0f14\u104a\u104b\u17d4-\u17da'
        '\u2000-\u206f\u2190-\u2bff\u3000-\u3004\u3008-\u3020\u3030\u30fb\ufe10-\ufe1f'
        '\ufe30-\ufe6f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\U0001f000-\U0001faff]',
        ' ', 'g'
    );
    -- Thai, Lao, Burmese, Khmer, Chinese and Japanese: a letter, with the letters below it and
    -- with its marks.
    plain := regexp_replace(
        plain,
        '[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3021-\u3029\u3031-\u3035'
        '\u3040-\u3096\u309b-\u309f\u30a0-\u30fa\u30fc-\u30ff\u3105-\u312f\u31a0-\u31bf'
        '\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua9e0-\ua9fe\uaa60-\uaa7f\uf900-\ufaff'
        '\U00020000-\U0003fffd]'
        '(?:[\u1039\u17d2][\u1000-\u109f\u1780-\u17ff]'
        '|[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e'
        '\u1056-\u1059\u105e-\u1060\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d\u108f'
        '\u109a-\u109d\u17b4-\u17d3\u17dd\u3099\u309a\uaa7b-\uaa7d])*',
        ' \& ', 'g'
    );
    RETURN ' ' || coalesce((
        SELECT string_agg(token || ' ', '' ORDER BY place)
        FROM ts_parse(3722, plain) WITH ORDINALITY AS parsed (kind, token, place)
        WHERE kind <> 12
    ), '');
END $$;

-- An item in one line: no phrase goes from its title into its prompt.
CREATE OR REPLACE FUNCTION search_line(title text, prompt text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN search_spaced(title) || '|' || search_spaced(prompt);

-- What the index has of a line: its words, and each two that stand together in a script without
-- blanks, where one letter alone is everywhere. PostgreSQL refuses words of more than 2,046 bytes.
CREATE OR REPLACE FUNCTION search_tokens(line text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    -- What a word of such a script begins with.
    unspaced CONSTANT text :=
        '^[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3021-\u3029\u3031-\u3035'
        '\u3040-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff'
        '\ua9e0-\ua9fe\uaa60-\uaa7f\uf900-\ufaff\U00020000-\U0003fffd]';
BEGIN
    IF octet_length(line) = length(line) AND length(line) <= 2000 THEN
        RETURN string_to_array(btrim(replace(line, '| ', '')), ' ');
    END IF;
    RETURN ARRAY(
        WITH words AS MATERIALIZED (
            SELECT word, lead(word) OVER (ORDER BY place) AS following, word ~ unspaced AS alone
            FROM string_to_table(btrim(line), ' ') WITH ORDINALITY AS parts (word, place)
            WHERE word <> ''
        )
        SELECT CASE WHEN octet_length(word) > 2000 THEN left(word, 500) ELSE word END FROM words
        WHERE word <> '|'
        UNION
        SELECT word || following FROM words WHERE alone AND following ~ unspaced
    );
END $$;

CREATE OR REPLACE FUNCTION search_terms(title text, prompt text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN array_to_tsvector(public.search_tokens(public.search_line(title, prompt)));
END $$;

-- 2. Names in one form, and how an item was made, each setting as a word of the index. Only
--    beginnings: metadata may have a megabyte there.

CREATE OR REPLACE FUNCTION search_name(written text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN btrim(left(
        regexp_replace(public.search_folded(left(written, 200)), '\s+', ' ', 'g'), 200
    ));
END $$;

CREATE OR REPLACE FUNCTION search_settings(metadata jsonb) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    named text[] := array_remove(ARRAY[
        'model:' || public.search_name(metadata ->> 'model'),
        'sampler:' || public.search_name(metadata ->> 'sampler'),
        'seed:' || public.search_name(metadata ->> 'seed'),
        'size:' || public.search_name(coalesce(
            (metadata ->> 'width') || 'x' || (metadata ->> 'height'), metadata ->> 'size'
        )),
        CASE WHEN metadata ->> 'program' = 'ComfyUI' THEN 'has:workflow' END
    ], NULL);
BEGIN
    IF metadata ? 'loras' THEN
        named := named || ARRAY(
            SELECT 'lora:' || public.search_name(name)
            FROM (
                SELECT CASE jsonb_typeof(one)
                    WHEN 'object' THEN one ->> 'name' WHEN 'string' THEN one #>> '{}'
                END AS name
                FROM jsonb_path_query(metadata, 'lax $.loras[*]') AS found (one)
                LIMIT 100
            ) AS loras
            WHERE name IS NOT NULL
        );
    END IF;
    RETURN array_to_tsvector(named);
END $$;

-- 3. The indexes. Those of names are for suggestions while one types, hence their order. A large
--    gallery builds those of items beforehand: content_items_search_terms_idx,
--    content_items_search_settings_idx, content_items_search_line_idx, and as many of the other
--    partition. docs/searching.md says how.

CREATE INDEX idx_content_search_terms
    ON content_items_all USING gin (search_terms(title, prompt));
CREATE INDEX idx_content_search_settings
    ON content_items_all USING gin (search_settings(item_metadata));
CREATE INDEX idx_content_search_model
    ON content_items_all (visibility, (search_name(item_metadata ->> 'model') COLLATE "C"))
    WHERE (item_metadata ->> 'model') IS NOT NULL;
CREATE INDEX idx_tags_search_name ON tags ((search_name(name) COLLATE "C"));
CREATE INDEX idx_users_search_name ON users ((search_name(username) COLLATE "C"));

-- 4. What these replace.

DROP INDEX idx_content_search;
DROP FUNCTION has_phrase(text, text);
DROP FUNCTION search_phrase(text);
DROP FUNCTION search_words(text);
DROP FUNCTION content_words(text, text);
DROP FUNCTION search_text(text);

-- 5. Only after this does the planner know how often each word occurs.

ANALYZE content_items_all;
ANALYZE tags;
ANALYZE users;

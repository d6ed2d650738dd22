-- 1. Stored counts. A count of zero has no row.
{% if total %}
--    A row whose {{ key }} is null is the total of its {{ category }}.
{% endif %}
{% if spread %}
--    Each row lies in the part that its home is in: that of a key is the key, that of a part's total
--    is the part's own. So a total has a row in each part.
{% endif %}
--    There is no CHECK (count >= 0): it would abort users' own transactions for a fault of ours.

CREATE TABLE {{ stats }} (
{% if total and not spread %}
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
{% endif %}
{% if owner %}
    {{ key }} {{ key_type }} REFERENCES {{ owner }} ({{ owner_id }}) ON DELETE CASCADE,
{% else %}
    {{ key }} {{ key_type }},
{% endif %}
    {{ category }} {{ category_type }} NOT NULL,
    {{ count }} bigint NOT NULL,
{% if spread %}
    home uuid NOT NULL,
{% endif %}
{% if not total %}
    PRIMARY KEY ({{ key }}, {{ category }}{{ and_home() }}),
{% endif %}
    updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);
{% if total %}

CREATE UNIQUE INDEX idx_{{ name }}_keys
    ON {{ stats }} ({{ key }}, {{ category }}{{ and_home() }}) WHERE {{ key }} IS NOT NULL;
CREATE UNIQUE INDEX idx_{{ name }}_total
    ON {{ stats }} ({{ category }}{{ and_home() }}) WHERE {{ key }} IS NULL;
{% if spread %}
ALTER TABLE {{ stats }} REPLICA IDENTITY FULL;
{% endif %}
{% endif %}

-- 2. The ledger, a queue: writers append, the fold removes. So it has no key and no index, and is
--    vacuumed as soon as a fold has left dead rows.
{% if total %}
--    Every row counts for the total; one whose {{ key }} is null counts for nothing else.
{% endif %}

CREATE TABLE {{ ledger }} (
    {{ key }} {{ key_type }}{{ "" if total else " NOT NULL" }},
    {{ category }} {{ category_type }} NOT NULL,
{% if spread %}
    home uuid NOT NULL,
{% endif %}
    delta bigint NOT NULL
) WITH (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_insert_threshold = -1,
    autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0,
    autovacuum_analyze_threshold = 100000
);

--    Without a key, a publication for all tables would forbid the fold's deletes; this allows them.
ALTER TABLE {{ ledger }} REPLICA IDENTITY FULL;

-- 3. The exact counts right now: stored plus ledger, in one statement and so on one snapshot.

CREATE VIEW {{ view }} AS
SELECT {{ key }}, {{ category }}, sum({{ count }})::bigint AS {{ count }}
FROM (
    SELECT {{ key }}, {{ category }}, {{ count }}{{ and_home() }} FROM {{ stats }}
    UNION ALL
    SELECT {{ key }}, {{ category }}, delta{{ and_home() }} FROM {{ ledger }}{{ ' WHERE ' ~ key ~ ' IS NOT NULL' if total else '' }}
{% if total %}
    UNION ALL
    SELECT NULL, {{ category }}, delta{{ and_home() }} FROM {{ ledger }}
{% endif %}
) AS stored_and_ledger
GROUP BY {{ key }}, {{ category }}
HAVING sum({{ count }}) <> 0;
{% if each_value %}

--    And what is counted, for an auditor who may read the values, but not what they are taken from.

CREATE VIEW {{ values }} AS
SELECT {{ row_key }}, {{ row_category }}
FROM {{ counted }}{{ each_value }}
WHERE {{ is_counted }};
{% endif %}

-- 4. The record of refreshes: what each recount found.

CREATE TABLE {{ refreshes }} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    started_at timestamptz NOT NULL,
    duration_seconds double precision NOT NULL,
    requested_by varchar(50) NOT NULL,
    outcome varchar(10) NOT NULL,
    rows_checked bigint NOT NULL DEFAULT 0,
    rows_wrong bigint NOT NULL DEFAULT 0,
    largest_error bigint NOT NULL DEFAULT 0,
    worst jsonb NOT NULL DEFAULT '[]',
    error text,
    totals jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT {{ name }}_refreshes_outcome
        CHECK (outcome IN ('built', 'exact', 'repaired', 'failed'))
);

CREATE INDEX idx_{{ name }}_refreshes_good
    ON {{ refreshes }} (id) WHERE outcome <> 'failed';

{% include "triggers.sql" %}

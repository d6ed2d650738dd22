-- What a trigger or a function on a part needs to find what lies beside it. A shard of a table has the
-- table's name and the shard's number; the shards of one part have the same range of hashes. The
-- statements are executed by their text, so Citus has no part in them.

-- The homes: values that lie in every part, however many there are. Their hashes are at most a
-- thousandth of all hashes apart.
CREATE TABLE part_homes (
    hash integer PRIMARY KEY,
    home uuid NOT NULL
);
INSERT INTO part_homes
SELECT DISTINCT ON (worker_hash(home) >> 21) worker_hash(home), home
FROM (SELECT md5('home ' || number)::uuid AS home FROM generate_series(1, 40000) AS number) AS drawn
ORDER BY worker_hash(home) >> 21, worker_hash(home);
SELECT create_reference_table('part_homes');
-- For all roles whose functions look for the home: nothing in it is secret.
GRANT SELECT ON part_homes TO PUBLIC;

-- The number of a shard.
CREATE FUNCTION shard_number(here oid) RETURNS bigint
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT substring(here::regclass::text FROM '_(\d+)"?$')::bigint
$$;

-- A statement with the tables of a part: `name__here` is the shard of that table beside `here`, or the
-- only one of a table that every node has, and `home__here` is the part's home.
CREATE FUNCTION in_part(here oid, statement text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    part pg_dist_shard%ROWTYPE;
    name text;
    beside text;
BEGIN
    SELECT * INTO STRICT part FROM pg_dist_shard WHERE shardid = shard_number(here);
    FOR name IN SELECT DISTINCT match[1] FROM regexp_matches(statement, '\m(\w+)__here\M', 'g') AS match
    LOOP
        IF name = 'home' THEN
            EXECUTE in_part(here, $part$
                SELECT home FROM part_homes__here WHERE hash BETWEEN $1 AND $2 ORDER BY hash LIMIT 1
            $part$) INTO STRICT beside USING part.shardminvalue::integer, part.shardmaxvalue::integer;
        ELSE
            SELECT name || '_' || shardid INTO STRICT beside FROM pg_dist_shard
            WHERE logicalrelid = name::regclass
              AND (shardminvalue = part.shardminvalue OR shardminvalue IS NULL);
        END IF;
        statement := regexp_replace(statement, '\m' || name || '__here\M', beside, 'g');
    END LOOP;
    RETURN statement;
END $$;

-- At a higher level a snapshot is older than the lock.
CREATE FUNCTION require_read_committed() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'A part is folded and refreshed at READ COMMITTED only';
    END IF;
END $$;

-- What a part has: its size, whether it has a home, and which triggers of its tables are missing. A
-- shard's trigger has the function of that of the table for which it stands. (Those of TRUNCATE, 32,
-- are at the coordinator only.)
CREATE FUNCTION part_state(here regclass) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    WITH part AS (
        SELECT * FROM pg_dist_shard WHERE shardid = shard_number(here)
    ),
    beside AS (
        SELECT other.logicalrelid AS whole,
               (other.logicalrelid || '_' || other.shardid)::regclass AS shard
        FROM part
        JOIN pg_dist_shard AS other USING (shardminvalue)
        JOIN pg_dist_partition AS theirs ON theirs.logicalrelid = other.logicalrelid
        WHERE theirs.colocationid = (
            SELECT colocationid FROM pg_dist_partition WHERE logicalrelid = part.logicalrelid)
    )
    SELECT jsonb_build_object(
        'bytes', (SELECT sum(pg_total_relation_size(shard)) FROM beside),
        'has_home', EXISTS (
            SELECT FROM part, part_homes
            WHERE hash BETWEEN shardminvalue::integer AND shardmaxvalue::integer),
        'missing', coalesce((
            SELECT jsonb_agg(format('%s on %s', tgname, shard) ORDER BY tgname, shard::text)
            FROM beside JOIN pg_trigger AS wanted ON wanted.tgrelid = whole
            WHERE NOT tgisinternal AND tgtype & 32 = 0 AND NOT EXISTS (
                SELECT FROM pg_trigger AS placed
                WHERE placed.tgrelid = shard AND placed.tgenabled IN ('O', 'A')
                  AND (placed.tgfoid, placed.tgtype) = (wanted.tgfoid, wanted.tgtype))), '[]'))
$$;

-- How long a part's ledger is, and what PostgreSQL knows of it. `here` is a shard of a ledger.
CREATE FUNCTION ledger_state(here regclass) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    rows bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM (SELECT FROM %s LIMIT 1000000) AS entries', here) INTO rows;
    RETURN (
        SELECT jsonb_build_object('rows', rows, 'written', n_tup_ins, 'folded', n_tup_del)
        FROM pg_stat_user_tables WHERE relid = here);
END $$;

"""Each role can do what it is for, and nothing else: tried on real servers, as these roles."""

import itertools
import re
from collections.abc import Iterator

import pytest

from genonaut.cli import main
from genonaut.cli.serving import _fold
from genonaut.config import Settings, load_settings
from genonaut.counting import audit
from genonaut.counting.declaration import CachedCount
from genonaut.counting.engine import fold, refresh
from genonaut.counting.metrics import families
from genonaut.counting.rendering import restoration, statements
from genonaut.db.counts import COUNTS, build_counts, may_fold
from genonaut.db.rights import rights
from genonaut.db.roles import apply_roles, have_rights, keep_rights
from genonaut.db.session import Database
from genonaut.errors import DatabaseError, UsageError
from genonaut.worker.launching import require_schema
from tests.support.recount import differences
from tests.support.roles import NAMES, add_reader, as_superuser, is_refused, opened_as
from tests.support.rows import add_items, add_ratings, add_tag, add_user, run, scalar
from tests.support.servers import new_database
from tests.support.soak import soak
from tests.support.waiting import wait_until

pytestmark = pytest.mark.both_servers
STRANGERS = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND usename IN ('postgres', 'genonaut_read')"""
COUNTED = ("content_items_all", "content_items", "content_items_auto", "content_tags")


@pytest.fixture
def owner(server: tuple[Settings, Database]) -> Iterator[Database]:
    """A database with roles, some content and counts, as its owner sees it."""
    add_reader(server[0])
    with new_database(server[1], migrated=True) as database:
        assert apply_roles(database.engine, NAMES) == []
        add_some_of_each(database, "ada", "sea")
        build_counts(database, "test")
        yield database
        # The owner drops the database, and may not end the sessions of every role.
        wait_until(lambda: not run(database, STRANGERS), "the other roles have left")


def add_some_of_each(database: Database, creator: str, tag: str) -> None:
    """So that each count has something to count."""
    user = add_user(database, creator)
    items = [
        item
        for source in ("items", "auto")
        for visibility in ("public", "private")
        for item in add_items(database, user, 3, source, visibility=visibility)
    ]
    add_tag(database, tag, items)
    add_ratings(database, user, items)
    keep_all_in_an_album(database, user)


def keep_all_in_an_album(database: Database, user: str) -> None:
    keep = "INSERT INTO bookmarks (user_id, content_id, source_type) SELECT %s, id, source_type"
    run(database, f"{keep} FROM content_items_all WHERE creator_id = %s", user, user)
    run(database, "INSERT INTO bookmark_categories (user_id, name) VALUES (%s, 'all')", user)
    put = "INSERT INTO bookmark_category_members (bookmark_id, category_id) SELECT one.id, album.id"
    of_user = "FROM bookmarks AS one JOIN bookmark_categories AS album USING (user_id)"
    run(database, f"{put} {of_user} WHERE user_id = %s", user)


@pytest.fixture
def app(owner: Database) -> Iterator[Database]:
    with opened_as(owner, NAMES["app"]) as database:
        yield database


@pytest.fixture
def counting(owner: Database) -> Iterator[Database]:
    with opened_as(owner, NAMES["counting"]) as database:
        yield database


@pytest.fixture
def reader(owner: Database) -> Iterator[Database]:
    with opened_as(owner, NAMES["read"]) as database:
        yield database


# --- The application: what it must not do


def changes_of_a_count(count: CachedCount) -> Iterator[str]:
    """Every way to make its counts wrong that SQL has."""
    stats, ledger, refreshes = count.table, f"{count.name}_deltas", f"{count.name}_refreshes"
    key = count.key.stored_as or count.key.column
    kind = count.category.stored_as or count.category.column
    row = f"SELECT {key}, {kind}, 1 FROM {stats} LIMIT 1"
    yield f"INSERT INTO {stats} ({key}, {kind}, {count.count}) {row} ON CONFLICT DO NOTHING"
    yield f"UPDATE {stats} SET {count.count} = {count.count} + 1"
    yield f"INSERT INTO {ledger} ({key}, {kind}, delta) {row}"
    yield f"UPDATE {ledger} SET delta = 0"
    yield (
        f"INSERT INTO {refreshes} (started_at, duration_seconds, requested_by, outcome) "
        "VALUES (now(), 0, 'test', 'exact')"
    )
    yield f"UPDATE {refreshes} SET outcome = 'exact'"
    for table in (stats, ledger, refreshes):
        yield f"DELETE FROM {table}"
        yield f"TRUNCATE {table}"
        yield f"LOCK TABLE {table} IN SHARE MODE"
        yield f"ALTER TABLE {table} ADD COLUMN more text"
        yield f"DROP TABLE {table} CASCADE"
    yield f"ALTER TABLE {stats} DISABLE TRIGGER ALL"
    yield f"CREATE OR REPLACE VIEW {count.name}_counts AS SELECT * FROM {count.name}_counts"
    yield from _changes_of_its_machinery(count)


def _changes_of_its_machinery(count: CachedCount) -> Iterator[str]:
    for table in COUNTED:
        if table.startswith(count.counted.removesuffix("_all")):
            yield f"ALTER TABLE {table} DISABLE TRIGGER {count.name}_insert"
            yield f"DROP TRIGGER {count.name}_delete ON {table}"
    yield f"SELECT {count.name}_place_triggers()"
    yield f"DROP FUNCTION {count.name}_count_insert() CASCADE"
    yield f"ALTER FUNCTION {count.name}_count_insert() RESET ALL"
    yield (
        f"CREATE OR REPLACE FUNCTION {count.name}_count_update() RETURNS trigger "
        "LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
    )
    yield _own_table_with_a_function_of_ours(count.name)


def _own_table_with_a_function_of_ours(name: str) -> str:
    """A function of a trigger on a table of one's own would write what it is shown there."""
    return (
        "CREATE TEMPORARY TABLE mine\n"
        "(creator_id uuid, tag_id uuid, source_type text, visibility text);\n"
        "CREATE TRIGGER mine AFTER INSERT ON mine REFERENCING NEW TABLE AS new_rows "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {name}_count_insert()"
    )


OTHERS = [
    "ALTER TABLE content_items DISABLE TRIGGER USER",
    "DELETE FROM content_tags;\nDELETE FROM bookmarks;\nDELETE FROM ratings;\n"
    "ALTER TABLE content_items_all DETACH PARTITION content_items_auto",
    "ALTER TABLE content_items_all OWNER TO CURRENT_USER",
    "CREATE TRIGGER mine AFTER INSERT ON content_items "
    "FOR EACH STATEMENT EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE RULE mine AS ON INSERT TO tags DO INSTEAD NOTHING",
    "CREATE TEMPORARY TABLE mine () INHERITS (users)",
    "CREATE INDEX ON content_items (title)",
    "TRUNCATE content_tags",
    "TRUNCATE users CASCADE",
    "UPDATE alembic_version SET version_num = '0001_content'",
    "CREATE TABLE mine (id int)",
    "CREATE VIEW mine AS SELECT 1",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql RETURN 1",
    "CREATE SEQUENCE mine",
    "CREATE TYPE mine AS ENUM ('a')",
    "CREATE SCHEMA mine",
    "DROP VIEW gen_source_counts",
    "DROP SCHEMA public CASCADE",
    "SET session_replication_role = replica",
    "SET ROLE genonaut",
    "SET ROLE genonaut_counting",
    "SET SESSION AUTHORIZATION genonaut",
    "GRANT pg_read_all_data TO genonaut_app",
    "ALTER ROLE genonaut PASSWORD 'mine'",
    "ALTER ROLE genonaut_app CREATEROLE",
    "CREATE ROLE mine",
    "COPY (SELECT 1) TO PROGRAM 'cat > /dev/null'",
    "SELECT pg_read_file('postgresql.conf')",
    "ALTER DEFAULT PRIVILEGES FOR ROLE genonaut GRANT ALL ON TABLES TO genonaut_app",
]


WRONG = [*itertools.chain.from_iterable(map(changes_of_a_count, COUNTS.values())), *OTHERS]


def test_what_the_application_cannot_do(app: Database) -> None:
    assert [statement for statement in WRONG if not is_refused(app, statement)] == []


def test_these_are_statements_that_only_want_the_right(
    owner: Database, server: tuple[Settings, Database]
) -> None:
    """A statement that is wrong would be refused to every role, and prove nothing."""
    with as_superuser(server[0], str(owner.url.database)) as superuser:
        for statement in WRONG:
            with superuser.transaction(force_rollback=True):
                superuser.execute(statement)


def test_a_function_of_a_trigger_that_all_may_execute_would_let_it_write(
    owner: Database, app: Database
) -> None:
    """So the right to execute them is taken from all."""
    run(owner, "GRANT EXECUTE ON FUNCTION gen_source_count_insert() TO PUBLIC")
    assert not is_refused(app, _own_table_with_a_function_of_ours("gen_source"))
    keep_rights(owner.engine, NAMES)
    assert is_refused(app, _own_table_with_a_function_of_ours("gen_source"))


@pytest.mark.sampled(6)
@pytest.mark.parametrize("count", COUNTS.values(), ids=list(COUNTS))
def test_a_function_that_was_put_back_is_for_triggers_alone(
    owner: Database, app: Database, count: CachedCount
) -> None:
    """`genonaut stats sql --restore` is what an operator does about a function that is missing."""
    run(owner, f"DROP FUNCTION {count.name}_count_insert() CASCADE")
    run(owner, restoration(count))
    assert is_refused(app, _own_table_with_a_function_of_ours(count.name))


def test_the_counts_refuse_it_in_a_sentence(app: Database) -> None:
    with pytest.raises(
        DatabaseError, match=r"refuses that to the role 'genonaut_app' \(permission denied"
    ):
        run(app, "DELETE FROM gen_source_deltas")
    assert not may_fold(app)


# --- The application: what it is for


def test_what_the_application_writes_is_counted_at_once(app: Database) -> None:
    ada = add_user(app, "grace")
    items = add_items(app, ada, 5)
    tag = add_tag(app, "hill", items)
    for statement in (
        f"UPDATE content_items_all SET source_type = 'auto' WHERE id = {items[0]}",
        f"DELETE FROM content_items WHERE id = {items[1]}",
        f"DELETE FROM tags WHERE id = '{tag}'",
        f"DELETE FROM users WHERE id = '{ada}'",
    ):
        run(app, statement)
        with app.snapshot() as session:
            assert differences(session) == []


@pytest.mark.sampled(1)
def test_counts_are_exact_while_the_application_writes_and_the_worker_counts(
    app: Database, counting: Database
) -> None:
    at_least = {"writes": 300, "comparisons": 60, "folds": 20, "refreshes": 6}
    findings = soak(app, 2, writers=3, counting=counting, at_least=at_least)
    assert findings.wrong == []


# --- The worker


def test_the_worker_folds_and_refreshes(app: Database, counting: Database) -> None:
    assert may_fold(counting)
    add_some_of_each(app, "grace", "hill")
    for count in COUNTS.values():
        with counting.transaction() as session:
            done = fold(session, count)
            assert done
            assert done.rows_taken > 0
        with counting.transaction() as session:
            assert refresh(session, count, "test").outcome == "exact"
        assert scalar(app, f"SELECT count(*) FROM {count.name}_deltas") == 0
    with app.snapshot() as session:
        assert differences(session) == []


WORKERS = [
    "UPDATE users SET username = 'mine'",
    "INSERT INTO users (username) VALUES ('mine')",
    "DELETE FROM content_items_all",
    "UPDATE content_items SET title = 'mine'",
    "DELETE FROM tags",
    "UPDATE tags SET name = 'mine'",
    "DELETE FROM content_tags",
    "SELECT * FROM deleted_items",
    "UPDATE library_files SET name = 'mine'",
    "DELETE FROM library_roots",
    "ALTER TABLE gen_source_stats DISABLE TRIGGER ALL",
    "TRUNCATE gen_source_deltas",
    "CREATE TABLE mine (id int)",
    "SET ROLE genonaut",
]


def test_what_the_worker_cannot_do(counting: Database) -> None:
    assert [statement for statement in WORKERS if not is_refused(counting, statement)] == []


# --- Monitoring


def test_monitoring_reads_all_counts_and_their_state(reader: Database) -> None:
    limits = audit.Limits(ledger_rows=1000, refresh_age_seconds=3600)
    with reader.snapshot() as session:
        states = {}
        for name, count in COUNTS.items():
            assert all(finding.ok for finding in audit.check(session, count, limits))
            state = statements(count, "metrics.sql")["state"]
            states[name] = session.connection().exec_driver_sql(state).one()
        assert [metric.name for metric in families(states)]
        of_metadata = ("facet_counts", "private_facet_counts")
        assert differences(session, but_not=of_metadata) == []


READERS = [
    "SELECT prompt FROM content_items_all",
    "SELECT title FROM content_items",
    "SELECT item_metadata FROM content_items_auto",
    "SELECT * FROM deleted_items",
    "SELECT * FROM library_files",
    "SELECT * FROM library_roots",
    "SELECT nextval('content_items_id_seq')",
    "UPDATE users SET username = 'mine'",
    "DELETE FROM content_tags",
    "DELETE FROM gen_source_deltas",
    "CREATE TABLE mine (id int)",
]


def test_what_monitoring_cannot_do(reader: Database) -> None:
    assert [statement for statement in READERS if not is_refused(reader, statement)] == []


# --- All of it

RELATIONS = """
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
    AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    AND (relkind <> 'S' OR NOT EXISTS (
        SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'i'))"""
GRANTED = """
    SELECT relname, rolname, privilege_type, column_name FROM (
        SELECT relname, '' AS column_name, (aclexplode(relacl)).*
        FROM pg_class WHERE relnamespace = 'public'::regnamespace
        UNION ALL
        SELECT relname, attname, (aclexplode(attacl)).*
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace = 'public'::regnamespace
    ) AS given LEFT JOIN pg_roles ON pg_roles.oid = grantee
    WHERE rolname IS DISTINCT FROM 'genonaut'"""


def undecided(database: Database) -> set[str]:
    """Tables, views and sequences about which nothing is said, and those that are not there."""
    return {name for (name,) in run(database, RELATIONS)} ^ rights().keys()


def test_there_is_a_decision_about_every_table(owner: Database) -> None:
    assert undecided(owner) == set(), "say in genonaut/db/rights.py who may do what with these"
    run(owner, "CREATE TABLE more (id int)")
    assert undecided(owner) == {"more"}


def declared() -> Iterator[tuple[str, str, str, str]]:
    for table, by_role in rights().items():
        for role, privileges in by_role.items():
            for privilege, columns in re.findall(r"([A-Z]+)(?: \((.*?)\))?", privileges):
                for column in columns.split(", "):
                    yield table, NAMES[role], privilege, column


def test_each_role_has_what_is_declared_and_no_more(owner: Database) -> None:
    assert set(run(owner, GRANTED)) == set(declared())


def test_what_was_given_by_hand_is_taken_back(owner: Database) -> None:
    run(owner, "GRANT ALL ON gen_source_deltas TO genonaut_app")
    run(owner, "GRANT SELECT (prompt) ON content_items_all TO genonaut_read")
    run(owner, "REVOKE ALL ON users FROM genonaut_app")
    keep_rights(owner.engine, NAMES)
    assert set(run(owner, GRANTED)) == set(declared())


def test_no_role_may_execute_a_function_that_acts_as_the_owner(owner: Database) -> None:
    found = run(
        owner,
        "SELECT oid::regprocedure::text FROM pg_proc CROSS JOIN unnest(%s::text[]) AS name"
        " WHERE pronamespace = 'public'::regnamespace"
        " AND has_function_privilege(name, oid, 'EXECUTE')"
        " AND (prosecdef OR prorettype = 'trigger'::regtype)",
        list(NAMES.values()),
    )
    assert found == []


def test_a_database_without_roles_stays_so(server: tuple[Settings, Database]) -> None:
    """An upgrade gives rights only to roles that have some there."""
    add_reader(server[0])
    with new_database(server[1], migrated=True) as database:
        run(database, "DROP OWNED BY genonaut_app, genonaut_counting")
        keep_rights(database.engine, NAMES)
        assert run(database, GRANTED) == []
        assert not have_rights(database.engine, NAMES)
        keep_rights(database.engine, NAMES, all_of_them=True)
        assert have_rights(database.engine, NAMES)


# --- The command


@pytest.fixture
def strange(server: tuple[Settings, Database]) -> Iterator[dict[str, str]]:
    """Names of roles that are not there; what a test creates is removed."""
    names = {role: f"another_{role}" for role in NAMES}
    yield names
    with as_superuser(server[0]) as superuser:
        superuser.execute("ALTER ROLE genonaut NOCREATEROLE")
        for name in names.values():
            superuser.execute(f"DROP ROLE IF EXISTS {name}")


def test_missing_roles_are_created_by_an_owner_who_may(
    server: tuple[Settings, Database], strange: dict[str, str]
) -> None:
    with new_database(server[1], migrated=True) as database:
        with pytest.raises(UsageError, match="run `CREATE ROLE another_app LOGIN; CREATE ROLE"):
            apply_roles(database.engine, strange)
        with as_superuser(server[0]) as superuser:
            superuser.execute("ALTER ROLE genonaut CREATEROLE")
        assert apply_roles(database.engine, strange) == list(strange.values())
        assert apply_roles(database.engine, strange) == []
        assert have_rights(database.engine, strange)


def test_a_role_that_no_right_binds_is_refused(owner: Database) -> None:
    for name in ("postgres", "genonaut"):
        with pytest.raises(UsageError, match=f"'{name}' is a superuser, or the owner"):
            apply_roles(owner.engine, NAMES | {"app": name})


def test_only_the_owner_gives_rights(app: Database) -> None:
    with pytest.raises(UsageError, match="'genonaut_app' does not own the tables: set DATABASE_O"):
        apply_roles(app.engine, NAMES)
    keep_rights(app.engine, NAMES)  # which an upgrade by another role leaves alone


@pytest.fixture
def named(owner: Database, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The settings name this database, for the application and the owner."""
    address = owner.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_OWNER_URL", address)
    app = owner.url.set(username=NAMES["app"]).render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", app)
    return monkeypatch


@pytest.mark.usefixtures("named")
def test_the_command_gives_the_rights(owner: Database, capsys: pytest.CaptureFixture[str]) -> None:
    run(owner, "GRANT ALL ON gen_source_deltas TO genonaut_app")
    with pytest.raises(SystemExit) as ended:
        main(["db", "roles", "--apply", "--env", "test"])
    names = "genonaut_app, genonaut_counting, genonaut_read"
    assert capsys.readouterr().out == f"3 roles of {owner.url.database}: {names}.\n"
    assert ended.value.code == 0
    assert set(run(owner, GRANTED)) == set(declared())


@pytest.mark.usefixtures("named")
def test_an_upgrade_renews_them(owner: Database) -> None:
    run(owner, "GRANT ALL ON gen_source_deltas TO genonaut_app")
    with pytest.raises(SystemExit):
        main(["db", "upgrade", "--env", "test"])
    assert set(run(owner, GRANTED)) == set(declared())


@pytest.mark.usefixtures("named")
def test_the_printed_sql_gives_the_same(
    owner: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["db", "roles", "--env", "test"])
    run(owner, "DROP OWNED BY genonaut_app, genonaut_counting")
    with owner.engine.connect() as connection:
        connection.exec_driver_sql(capsys.readouterr().out.replace("%", "%%"))
    assert set(run(owner, GRANTED)) == set(declared())


def test_who_may_not_fold_does_not_try(
    named: pytest.MonkeyPatch, app: Database, counting: Database
) -> None:
    assert _fold(app) is None
    assert _fold(counting) is not None
    with pytest.raises(DatabaseError, match="connects as 'genonaut_app', which may not fold: set"):
        require_schema(load_settings("test"))
    address = counting.url.render_as_string(hide_password=False)
    named.setenv("DATABASE_COUNTING_URL", address)
    require_schema(load_settings("test"))

"""What the roles in the database may do. The owner of the tables may do everything.

- *app*, the application: writes content. It only reads the counts, which its writes change through
  the triggers of the owner.
- *counting*, the worker: folds and refreshes.
- *read*, monitoring: the counts and what they count, without what users wrote and without secrets.

They may touch nothing that is not named here. A test demands a decision about each new table.
"""

from collections.abc import Iterator, Mapping
from itertools import chain

from sqlalchemy.dialects.postgresql.base import PGDialect

from genonaut.counting.declaration import CachedCount
from genonaut.db.counts import COUNTS

Rights = dict[str, str]
"""The privileges of each role, as they stand between GRANT and ON."""

READ = "SELECT"
WRITE = "SELECT, INSERT, UPDATE, DELETE"
_ITEMS = {
    "app": WRITE,
    "read": "SELECT (id, source_type, content_type, creator_id, visibility, created_at,"
    " updated_at)",
}
CONTENT: dict[str, Rights] = {
    "alembic_version": {"app": READ, "counting": READ, "read": READ},
    "users": {"app": WRITE, "read": "SELECT (id, username, created_at)"},
    "content_items_all": _ITEMS,
    "content_items": _ITEMS,
    "content_items_auto": _ITEMS,
    "content_items_id_seq": {"app": "SELECT, UPDATE"},
    "tags": {"app": WRITE, "read": READ},
    "content_tags": {"app": WRITE, "read": READ},
    "ratings": {
        "app": WRITE,
        # Not whose they are.
        "read": "SELECT (content_id, source_type, value, creator_id, visibility, created_at,"
        " updated_at)",
    },
    "deleted_items": {"app": WRITE},
    "bookmarks": {
        "app": WRITE,
        "read": "SELECT (id, user_id, content_id, source_type, creator_id, visibility, pinned,"
        " is_public, kind, created_at, updated_at)",
    },
    "bookmark_categories": {
        "app": WRITE,
        "read": "SELECT (id, user_id, parent_id, sort_index, is_public, created_at, updated_at)",
    },
    "bookmark_category_members": {"app": WRITE, "read": READ},
    "bookmark_category_shares": {"app": WRITE},
    "library_roots": {"app": WRITE, "counting": READ},
    "library_files": {"app": WRITE, "counting": "SELECT, UPDATE (colour)"},  # for thumbnails
    "library_seen": {"app": WRITE},
    "picture_hashes": {"app": WRITE, "counting": "SELECT, INSERT, UPDATE"},  # for thumbnails
    "not_duplicates": {"app": WRITE},
    "imports": {"app": WRITE},  # their sources are paths of this machine
    "imported_items": {"app": WRITE},
    "growth_points": {"app": READ, "counting": "SELECT, INSERT, DELETE", "read": READ},
    "identities": {"app": WRITE},
    "sign_in_starts": {"app": WRITE},
    # The worker removes what is old without seeing what was sought.
    "search_history": {"app": WRITE, "counting": "SELECT (id, last_searched_at), DELETE"},
    # The worker removes what has expired, and sees only what that takes. The record of who did what
    # cannot be changed, not even by the application.
    "sessions": {"app": WRITE, "counting": "SELECT (id, expires_at), DELETE"},
    "api_tokens": {"app": WRITE, "counting": "SELECT (id, expires_at), DELETE"},
    "one_time_links": {"app": WRITE, "counting": "SELECT (expires_at), DELETE"},
    "sign_in_failures": {"app": WRITE, "counting": "SELECT (id, at), DELETE"},
    "audit_log": {"app": "SELECT, INSERT", "counting": "SELECT (id, at), DELETE"},
}

# A trigger fires without the right to execute its function. With it, a role could put the function
# on a temporary table of its own, and so write into a ledger what it likes.
ONLY_BY_TRIGGERS = """\
DO $$
DECLARE
    guarded regprocedure;
BEGIN
    FOR guarded IN
        SELECT oid FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND pg_has_role(proowner, 'USAGE')
          AND (prorettype = 'trigger'::regtype OR prosecdef)
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', guarded);
    END LOOP;
    -- Databases that began before PostgreSQL 15 let every role create tables.
    IF has_schema_privilege('public', 'public', 'CREATE') THEN
        REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    END IF;
END $$;"""

_quoted = PGDialect().identifier_preparer.quote  # type: ignore[no-untyped-call]


def rights() -> dict[str, Rights]:
    """What each role may do with each table, view and sequence."""
    found: dict[str, dict[str, list[str]]] = {}
    of_counts = chain.from_iterable(map(_of_a_count, COUNTS.values()))
    # A table may be counted by one count, and own another.
    for table, by_role in (*CONTENT.items(), *of_counts):
        for role, privileges in by_role.items():
            held = found.setdefault(table, {}).setdefault(role, [])
            if privileges not in held:
                held.append(privileges)
    return {
        table: {role: ", ".join(held) for role, held in by_role.items()}
        for table, by_role in found.items()
    }


def _of_a_count(count: CachedCount) -> Iterator[tuple[str, Rights]]:
    readers = {"app": READ, "read": READ}
    yield count.table, readers | {"counting": WRITE}
    yield f"{count.name}_counts", readers | {"counting": READ}
    if count.category.function:  # what it is called with is not for monitoring
        yield f"{count.name}_values", readers | {"counting": READ}
    for kept in ("deltas", "refreshes"):
        yield f"{count.name}_{kept}", readers | {"counting": "SELECT, INSERT, DELETE"}
    yield count.counted, {"counting": READ}
    if count.key.owner:
        key = count.key
        shown = ", ".join(filter(None, (key.owner_id, key.owner_name)))
        # A fold holds owners, for which PostgreSQL asks for the right to update any column.
        yield key.owner, {"counting": f"SELECT ({shown}), UPDATE ({key.owner_id})"}


def create_role(name: str) -> str:
    """The statement that creates a role, without a password: it cannot log in yet."""
    return f"CREATE ROLE {_quoted(name)} LOGIN;"


def creations(names: Mapping[str, str]) -> Iterator[str]:
    """Statements that create the roles that are missing, for a role with CREATEROLE."""
    for name in names.values():
        literal = name.replace("'", "''")
        yield (
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{literal}') THEN "
            f"{create_role(name)} END IF; END $$;"
        )


def grants(names: Mapping[str, str], database: str) -> Iterator[str]:
    """Statements that give the roles exactly their rights, for the owner. `names` are by role."""
    everyone = ", ".join(map(_quoted, names.values()))
    yield ONLY_BY_TRIGGERS
    yield f"GRANT CONNECT ON DATABASE {_quoted(database)} TO {everyone};"
    yield f"GRANT USAGE ON SCHEMA public TO {everyone};"
    if writers := ", ".join(_quoted(names[role]) for role in ("app", "counting") if role in names):
        yield f"GRANT TEMPORARY ON DATABASE {_quoted(database)} TO {writers};"
    for table, by_role in rights().items():
        yield f"REVOKE ALL ON {table} FROM {everyone};"
        for role, privileges in by_role.items():
            if role in names:
                yield f"GRANT {privileges} ON {table} TO {_quoted(names[role])};"

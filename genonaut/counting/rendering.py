"""A declaration's SQL: the templates of `sql/`, filled with its names.

SQLAlchemy quotes names where PostgreSQL needs it, so plain names stay plain; psycopg quotes the
labels of categories. Values that are known only at run time are parameters, `%(name)s`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from psycopg import sql
from sqlalchemy.dialects.postgresql.base import PGDialect

from genonaut.counting.declaration import CachedCount, Category

HEADING = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
REPLACEABLE = re.compile(
    r"^CREATE ((?:VIEW|TRIGGER) .*?;|FUNCTION .*?\$\$;)$", re.DOTALL | re.MULTILINE
)
REVOKED = re.compile(r"^REVOKE .*;$", re.MULTILINE)

# "named": no percent sign is doubled for a driver; see `_escaped`.
_quoted = PGDialect(paramstyle="named").identifier_preparer.quote  # type: ignore[no-untyped-call]
_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "sql"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    autoescape=False,  # noqa: S701 - this is SQL, quoted by `_quoted` and `literal`
)


def _literal(value: str) -> str:
    return sql.Literal(value).as_string(None).strip()


_templates.filters["literal"] = _literal


@cache
def definition(count: CachedCount) -> str:
    """Everything that creates the count, from tables to triggers: for a migration, or for psql."""
    return _render("definition.sql", count, str)


@cache
def restoration(count: CachedCount) -> str:
    """What puts the definition's view, functions and triggers back as they should be.

    Tables and indexes are left alone: they hold the data.
    """
    text = definition(count)
    parts = [f"CREATE OR REPLACE {part}" for part in REPLACEABLE.findall(text)]
    revoked = "\n".join(REVOKED.findall(text))
    return "\n\n".join([*parts, revoked, f"SELECT {place_triggers(count)};\n"])


@cache
def removal(count: CachedCount) -> str:
    """The SQL that undoes the definition."""
    return _render("removal.sql", count, str)


@cache
def statements(count: CachedCount, template: str = "statements.sql") -> dict[str, str]:
    """All statements of a template by their names, for execution with parameters."""
    _, *parts = HEADING.split(_render(template, count, _escaped))
    named = dict(zip(parts[::2], parts[1::2], strict=True))
    found = {name: text.strip().removesuffix(";") for name, text in named.items()}
    if "branches" in found:
        found["read"] = _read_of_parts([found])
    return found


@cache
def together(counts: tuple[CachedCount, ...], name: str) -> str:
    """One statement, and so one snapshot, with the rows that `name` has of each count.

    Their keys are of one type, and their categories as well; `of` is the count's name. The parts of
    counts that are spread are read by one branch, or each count would be of another moment.
    """
    if name == "read" and all(count.spread for count in counts):
        return _read_of_parts([statements(count) for count in counts])
    return "\nUNION ALL\n".join(statements(count)[name] for count in counts)


def _read_of_parts(counts: Sequence[Mapping[str, str]]) -> str:
    heads = "\nUNION ALL\n".join(count["head"] for count in counts)
    branches = "\n    UNION ALL\n".join(count["branches"] for count in counts)
    return f"""\
{heads}
UNION ALL
SELECT of, key, category, sum(amount)::bigint, sum(of_ledger), NULL, NULL
FROM (
{branches}
) AS parts (of, key, category, amount, of_ledger, home)
GROUP BY of, key, category, of_ledger"""  # noqa: S608 - all of it is rendered


def place_triggers(count: CachedCount) -> str:
    """The call that gives every partition its triggers."""
    return f"{_names(count)['in_schema']}{count.name}_place_triggers()"


@cache
def functions_in_parts(count: CachedCount) -> str:
    """The functions that count, fold and refresh a part whose tables have no fixed names.

    `count` is about that part. See `in_parts.sql` for what an engine has to bring along.
    """
    plain = {name: text.replace("%%", "%") for name, text in statements(count).items()}
    return _render("in_parts.sql", count, str, steps=plain)


@cache
def tables(count: CachedCount) -> str:
    """The part of the definition that has the data: stored counts, ledger, views, record."""
    return definition(count).partition("-- 5. ")[0]


@cache
def placement(count: CachedCount) -> str:
    """The part of the definition that places the triggers."""
    return _render("place_triggers.sql", count, str)


def _escaped(text: str) -> str:
    # The driver takes every percent sign for the beginning of a parameter.
    return text.replace("%", "%%")


def _render(template: str, count: CachedCount, escape: Callable[[str], str], **more: object) -> str:
    names = {name: escape(text) for name, text in _names(count).items()}

    def and_home(value: str = "home") -> str:
        # What is spread by another column than its key is stored under the home of its part.
        by_key = value == "home" or count.spread == count.key.column
        return f", {value if by_key else names['home']}" if count.spread else ""

    return _templates.get_template(template).render(names, and_home=and_home, **more)


def _names(count: CachedCount) -> dict[str, str]:
    """The names in the templates; `row_...` are those of the counted table.

    `is_counted` is asked of rows; `is_counted_group` of groups, whose rows fulfil `only` already.
    `each_value` follows the counted rows, if a row may have several values: a row for each of them.
    """

    def table(name: str) -> str:
        return (
            f"{_quoted(count.schema)}.{_quoted(name)}" if count.schema and name else _quoted(name)
        )

    key, category, part = count.key, count.category, count.tables
    return {
        "name": count.name,
        "schema": _quoted(count.schema or "public"),
        "counted": table(part.counted),
        "stats": table(part.table),
        "ledger": table(part.ledger),
        "view": table(f"{count.name}_counts"),
        "values": table(f"{count.name}_values"),
        "refreshes": table(f"{count.name}_refreshes"),
        "in_schema": f"{_quoted(count.schema)}." if count.schema else "",
        "row_key": _quoted(key.column),
        "row_category": _quoted(category.column),
        "key": _quoted(key.stored_as or key.column),
        "key_type": key.type,
        "category": _quoted(category.stored_as or category.column),
        "category_type": category.type,
        "count": _quoted(count.count),
        "owner": table(key.owner) if key.owner else "",
        "owner_id": _quoted(key.owner_id),
        "owner_name": _quoted(key.owner_name) if key.owner_name else "",
        "total": count.total,
        "spread": count.spread,
        "home": f"{_literal(part.home)}::uuid",
        "row_label": _row_label(count),
        "each_value": _each_value(category, table) if category.function else "",
        "labels_differ": "yes" if _labels_differ(count) else "",
        "where_only": f" WHERE {_only(count)}" if count.only else "",
        "is_counted": " AND ".join(filter(None, (_is_counted(count), _only(count)))),
        "is_counted_group": _is_counted(count),
    }


def _each_value(category: Category, in_schema: Callable[[str], str]) -> str:
    arguments = ", ".join(map(_quoted, category.arguments))
    value = _quoted(category.column)
    returned = f"{in_schema(category.function)}({arguments}) AS returned ({value})"
    one = f"SELECT DISTINCT {value} FROM {returned}"  # noqa: S608 - all of it is quoted
    return f" CROSS JOIN LATERAL ({one}) AS each_value"


def _row_label(count: CachedCount) -> str:
    """Of a row that is counted. So the last label needs no comparison, nor the type a conversion.

    Each would be looked up again by every statement that writes.
    """
    column, category = _quoted(count.category.column), count.category
    if not category.labels:
        return column
    named = {value: f"{_literal(name)}::{category.type}" for value, name in category.labels.items()}
    _, last = named.popitem()
    cases = "".join(f" WHEN {_literal(value)} THEN {name}" for value, name in named.items())
    return f"CASE {column}{cases} ELSE {last} END" if cases else last


def _labels_differ(count: CachedCount) -> bool:
    """Whether each of the values that are grouped is sure to have a label of its own."""
    names = count.category.labels.values()
    return len(set(names)) == len(names) > 0


def _only(count: CachedCount) -> str:
    columns = count.only.items()
    return " AND ".join(f"{_quoted(column)} = {_literal(value)}" for column, value in columns)


def _is_counted(count: CachedCount) -> str:
    column, labels = _quoted(count.category.column), count.category.labels
    known = ", ".join(map(_literal, labels))
    condition = f"{column} IN ({known})" if labels else f"{column} IS NOT NULL"
    return condition if count.total else f"{condition} AND {_quoted(count.key.column)} IS NOT NULL"

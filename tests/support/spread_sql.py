"""Whether a statement can be executed where an engine spreads the items by their creators.

Such an engine looks rows up beside one another only if the statement says that they have the same
creator. So a statement keeps these rules, by its text alone:

- Two tables of items or of rows about items that are joined, or one that is looked up for the rows
  of another, have the same `creator_id` by a condition.
- What is locked is of given creators, and what is added names its creator.
- A conflict that is named has the creator too, or is named by its constraint.
- What is added from a SELECT has no parameter behind ON CONFLICT, where it would not be known.
- A time of a change is that of the statement: `clock_timestamp()` would differ on each machine.

A statement with the comment ON_ONE is executed on one database only, and has a form for the others.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

LATE_PARAMETER = re.compile(
    r"\binsert\s+into\b.*\bselect\b.*\bon\s+conflict\b.*%\(", re.DOTALL | re.IGNORECASE
)
SPREAD = {
    *("content_items_all", "content_items", "content_items_auto"),
    *("content_tags", "bookmarks", "bookmark_category_members", "ratings"),
}
ON_ONE = "-- On one database."
TOKEN = re.compile(
    r"""--[^\n]*|'(?:[^']|'')*'|%\(\w+\)s|\d+|::|[<>=!]+
    |"?[A-Za-z_]\w*"?(?:\s*\.\s*(?:"?\w+"?|\*))*|[^\s]""",
    re.VERBOSE,
)
QUERY = {"select", "with", "insert", "update", "delete"}
ENDS_FROM = {
    *("where", "group", "order", "limit", "offset", "having", "returning", "set", "for", "on"),
    *("window", "conflict", "do", "values", "select"),
}
NO_ALIAS = ENDS_FROM | {"as", "join", "left", "right", "inner", "cross", "full", "natural", "using"}
SETS = {"union", "intersect", "except"}
Tokens = list["str | Group"]


@dataclass
class Group:
    """What stands in parentheses."""

    tokens: Tokens = field(default_factory=list)

    @property
    def is_query(self) -> bool:
        if not self.tokens:
            return False
        first = self.tokens[0]
        return first.is_query if isinstance(first, Group) else first in QUERY


def faults(statement: str) -> list[str]:
    """What is wrong with a statement; nothing, if it can be executed."""
    if ON_ONE in statement:
        return []
    late = ["a parameter behind ON CONFLICT"] if LATE_PARAMETER.search(statement) else []
    if not any(table in statement for table in SPREAD):
        return late
    return [*late, *_of_query(_grouped(statement), {})]


def _grouped(statement: str) -> Tokens:
    stack: list[Tokens] = [[]]
    for token in TOKEN.findall(statement):
        if token.startswith("--"):
            continue
        if token == "(":
            group = Group()
            stack[-1].append(group)
            stack.append(group.tokens)
        elif token == ")":
            stack.pop()
        else:
            stack[-1].append(re.sub(r"[\s\"]", "", token).lower())
    return stack[0]


def _of_query(tokens: Tokens, outer: dict[str, str]) -> Iterator[str]:
    for part in _parts(tokens):
        tables = dict(_tables(part))
        spread = {alias for alias, table in tables.items() if table in SPREAD}
        flat = [*_flat(part)]
        yield from _locks(part, spread, flat)
        yield from _changes(part, flat)
        names = spread | _used(flat, {name for name in outer if outer[name] in SPREAD} - spread)
        if spread and len(_joined(names, _links(flat))) > 1:
            yield f"{', '.join(sorted(names))} have no creator_id in common"
        for group in _queries(part):
            yield from _of_query(group.tokens, outer | tables)


def _parts(tokens: Tokens) -> Iterator[Tokens]:
    part: Tokens = []
    for token in tokens:
        if isinstance(token, str) and token in SETS:
            yield part
            part = []
        else:
            part.append(token)
    yield part


def _tables(part: Tokens) -> Iterator[tuple[str, str]]:
    """The tables of a query, by the names that it uses for them."""
    in_from = awaited = False
    for at, token in enumerate(part):
        if isinstance(token, Group):
            if awaited and not token.is_query:
                yield from _tables(["from", *token.tokens])
            awaited = False
        elif token in {"from", "join", "update", "using", "into"}:
            in_from = awaited = token != "into"
        elif token in ENDS_FROM:
            in_from = in_from and token == "on"
            awaited = False
        elif token == "," and in_from:
            awaited = True
        elif awaited and token not in {"only", "lateral"}:
            yield _alias(part, at) or token, token
            awaited = False


def _alias(part: Tokens, at: int) -> str | None:
    behind = [token for token in part[at + 1 : at + 3] if isinstance(token, str)]
    if behind[:1] == ["as"]:
        return behind[1] if len(behind) > 1 else None
    if behind and re.fullmatch(r"[a-z_]\w*", behind[0]) and behind[0] not in NO_ALIAS:
        return behind[0]
    return None


def _flat(part: Tokens) -> Iterator[str]:
    """The words of a query, without those of the queries in it."""
    for token in part:
        if isinstance(token, str):
            yield token
        elif not token.is_query:
            yield from ["(", *_flat(token.tokens), ")"]


def _queries(part: Tokens) -> Iterator[Group]:
    for token in part:
        if isinstance(token, Group):
            if token.is_query:
                yield token
            else:
                yield from _queries(token.tokens)


def _used(flat: list[str], names: set[str]) -> set[str]:
    return {name for name in names if any(token.startswith(f"{name}.") for token in flat)}


def _links(flat: list[str]) -> Iterator[tuple[str, str]]:
    for one, sign, other in zip(flat, flat[1:], flat[2:], strict=False):
        if sign == "=" and one.endswith(".creator_id") and other.endswith(".creator_id"):
            yield one.split(".")[0], other.split(".")[0]


def _joined(names: set[str], links: Iterator[tuple[str, str]]) -> list[set[str]]:
    """The names, put together as far as the links do."""
    groups = [{name} for name in names]
    for link in links:
        met = [group for group in groups if group & set(link)]
        if met:
            groups = [group for group in groups if group not in met] + [set().union(*met)]
    return groups


def _locks(part: Tokens, spread: set[str], flat: list[str]) -> Iterator[str]:
    ways = ({"update", "key", "share", "no"} if spread else set[str]()) & {
        after
        for before, after in itertools.pairwise(part)
        if before == "for" and isinstance(after, str)
    }
    is_given = any(
        token.split(".")[-1] == "creator_id" and sign == "="
        for token, sign in itertools.pairwise(flat)
    )
    if ways and not is_given:
        yield f"{', '.join(sorted(spread))} cannot be locked without the creators"


def _changes(part: Tokens, flat: list[str]) -> Iterator[str]:
    for at, token in enumerate(part[:-1]):
        table = part[at + 1]
        if token in ("into", "update") and isinstance(table, str) and table in SPREAD:
            if "clock_timestamp" in flat:
                yield f"{table} is changed by clock_timestamp()"
            if token == "into":
                yield from _additions(table, part, at + 2)


def _additions(table: str, part: Tokens, at: int) -> Iterator[str]:
    columns = next((token for token in part[at:] if isinstance(token, Group)), Group())
    if "creator_id" not in columns.tokens and "{columns}" not in "".join(_flat(columns.tokens)):
        yield f"{table} gets rows without the creator"
    for token, target in itertools.pairwise(part):
        if (
            token == "conflict"
            and isinstance(target, Group)
            and "creator_id" not in _flat(target.tokens)
        ):
            yield f"a conflict in {table} is named without the creator"

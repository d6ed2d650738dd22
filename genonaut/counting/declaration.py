"""What is counted. This is all that the machinery knows about a count."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, field

PLAIN_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
# Not char(n), whose values are padded, and no arrays.
TYPE = re.compile(r"(?!char|bpchar)[a-z][a-z0-9_ ]*(\(\d+\))?")
LENGTH = re.compile(r"\((\d+)\)")
# Names that the statements use themselves, next to the stored and to the counted columns.
STORED = {"id", "amount", "counted", "delta", "difference", "keys", "truth", "updated_at"}
COUNTED = {"change", "items"}
NOWHERE = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Key:
    """Whose rows are counted: the column of the counted table that says so.

    `stored_as` is its name in the table of the counts (default: the same). `owner` is the table
    that it refers to by `owner_id`, with a foreign key: deleting a row of it deletes its counts.
    `owner_name` is the column that people know such a row by.
    """

    column: str
    type: str
    stored_as: str = ""
    owner: str = ""
    owner_id: str = "id"
    owner_name: str = ""


@dataclass(frozen=True)
class Category:
    """Which kind of row is counted: the column of the counted table that says so.

    `labels` are the values that are counted, with their names in the table of the counts. Without
    labels all values are counted under their own names.

    A row may be of several kinds: then `function` names an immutable function of the row's columns
    `arguments` that returns a set of them, and `column` is what one of them is called, as no column
    of the counted table is. A row counts once under each value, however often the set has it, and
    not under null.
    """

    column: str
    type: str = "text"
    stored_as: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    function: str = ""
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """Where a part of a spread count is: its tables, in the schema of the whole.

    What is no key's that lies here is stored under its `home`, a value that lies in this part.
    """

    counted: str
    table: str
    ledger: str
    home: str = NOWHERE


@dataclass(frozen=True, eq=False)
class CachedCount:
    """A count of a table's rows per key and category, exact at every commit.

    The table `counted` may be partitioned: its partitions are found in the catalog. The counts are
    stored in `table`, in the column `count`. All else is named after `name`: the ledger
    (<name>_deltas), the view of the exact counts (<name>_counts), the record of refreshes
    (<name>_refreshes), functions and triggers (<name>_...). All of it is in `schema`, by default
    public.

    `total` is the name of the sum over all keys; without it no such sum is kept. A row whose key
    is null counts for the total only.

    `only` limits the count to rows that have these values in these columns; a row that gets or
    loses one of them enters or leaves the count.

    `spread` is the column by which an engine of many machines spreads the rows over parts, a uuid
    that is never null. What is stored has a `home` as well, so that it lies in the part of what it
    counts, and each part has a total of its own. If it is the key's column, a key's counts lie in
    one part; else each part counts its own rows of a key, and their sum is what is told. On one
    database there is one part. `part` is the one that this count is about; without it, it is about
    all of them.

    Raises:
        ValueError: a name or a type cannot be used.
    """

    name: str
    counted: str
    key: Key
    category: Category
    table: str
    count: str = "count"
    total: str = ""
    schema: str = ""
    only: Mapping[str, str] = field(default_factory=dict)
    spread: str = ""
    part: Part | None = None

    def __post_init__(self) -> None:
        if not PLAIN_NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} cannot name a count: use a-z, 0-9 and _, 40 at most.")
        reserved = STORED | ({"home"} if self.spread else set())
        for column in (self.key, self.category):
            if not TYPE.fullmatch(column.type):
                raise ValueError(f"{column.type!r} is not a type that {self.name} can have.")
            if column.column in COUNTED or (column.stored_as or column.column) in reserved:
                raise ValueError(
                    f"{self.name} cannot have a column {column.column!r} as it is: its SQL uses "
                    "that name itself."
                )
        self._check_parts()
        self._check_function()
        for text in self._texts():
            if any(sign in text for sign in "$\0\n"):
                raise ValueError(f"{self.name} cannot have {text!r}: no $ and no line break.")
        # The SQL casts them, which would cut them off.
        limit = LENGTH.search(self.category.type)
        for label in self.category.labels.values():
            if limit and len(label) > int(limit[1]):
                raise ValueError(f"{label!r} is too long for {self.category.type}.")

    def _check_parts(self) -> None:
        if self.part and not self.spread:
            raise ValueError(f"{self.name} has no parts: it is not spread.")
        if self.spread and not PLAIN_NAME.fullmatch(self.spread):
            raise ValueError(f"{self.spread!r} cannot be what {self.name} is spread by.")
        if self.spread == self.key.column and self.key.type != "uuid":
            raise ValueError(f"{self.name} can only be spread by its key if that is a uuid.")

    def _check_function(self) -> None:
        if self.category.function and self.category.labels:
            raise ValueError(f"{self.name} has a function of its values, so it can have no labels.")
        if bool(self.category.function) != bool(self.category.arguments):
            raise ValueError(f"{self.name} needs a function and its arguments, or neither.")

    @property
    def tables(self) -> Part:
        """The tables that it is about."""
        return self.part or Part(self.counted, self.table, f"{self.name}_deltas")

    def _texts(self) -> Iterator[str]:
        yield from (self.counted, self.table, self.count, self.schema, self.total)
        key, category = self.key, self.category
        yield from (key.column, key.stored_as, key.owner, key.owner_id, key.owner_name)
        yield from (category.column, category.stored_as, category.function, *category.arguments)
        yield from category.labels.keys() | category.labels.values()
        yield from self.only.keys() | self.only.values()
        if self.part:
            yield from astuple(self.part)

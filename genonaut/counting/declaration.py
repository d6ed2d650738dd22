"""What is counted. The machinery around it does not know more than this."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

PLAIN_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
TYPE = re.compile(r"[a-z][a-z0-9_ ]*(\(\d+\))?(\[\])?")


@dataclass(frozen=True)
class Key:
    """Whose count: the column of the counted rows that says so.

    `stored_as` is its name beside the counts (default: the same). `owner` is the table that it
    refers to by `owner_id`: a row of it that is deleted takes its counts with it. `owner_name` is
    the column that people know such a row by.
    """

    column: str
    type: str
    stored_as: str = ""
    owner: str = ""
    owner_id: str = "id"
    owner_name: str = ""


@dataclass(frozen=True)
class Category:
    """Of which kind: the column of the counted rows that says so.

    `labels` tells which of its values are counted, and what they are called beside the counts.
    Without labels all values are counted under their own names.
    """

    column: str
    type: str = "varchar(10)"
    stored_as: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class CachedCount:
    """A count of a table's rows per key and category, exact at every commit.

    The table `counted` may be partitioned: its partitions are found in the catalog. The counts are
    stored in `table`, in the column `count`. What else belongs to it is named after `name`: the
    ledger (<name>_deltas), the view of the exact counts (<name>_counts), the record of refreshes
    (<name>_refreshes), functions and triggers (<name>_...). All of it is in `schema` (default: the
    first of the search path).

    `total` is what the sum over all keys is called; without that name no such sum is kept. A row
    whose key is null counts for the total only.

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

    def __post_init__(self) -> None:
        if not PLAIN_NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} cannot name a count: use a-z, 0-9 and _, 40 at most.")
        for column in (self.key, self.category):
            if not TYPE.fullmatch(column.type):
                raise ValueError(f"{column.type!r} is not a type that {self.name} can have.")
        names = (self.counted, self.table, self.count, self.schema, self.key.owner)
        if any("$" in name or "\0" in name for name in (*names, self.key.column)):
            raise ValueError(f"A name that {self.name} uses has a $ in it, which is not supported.")

"""Who may use which route: the table in tests/cases/access/matrix.txt, and what the docs say of it.

To print the table for the docs: python -m tests.support.matrix
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from tests.support.docs import ROOT

TABLE = ROOT / "tests/cases/access/matrix.txt"
SCOPES = {"metrics": "watcher", "read": "a-read", "write": "a-write", "admin": "a-admin"}
"""Of an administrator's tokens, the narrowest first; and their columns."""
HEAD = """\
| route | visitor | member | administrator | token |
| --- | --- | --- | --- | --- |
"""


@dataclass(frozen=True)
class Row:
    """A route, the access that it declares, and what each sender gets."""

    method: str
    path: str
    access: str
    expected: dict[str, str]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    def lets_in(self, column: str) -> bool:
        """Whether the sender is neither refused nor asked to sign in."""
        return self.expected[column] not in {"401", "403", "in"}


def read_matrix(table: Path = TABLE) -> list[Row]:
    """Its rows. A line that begins with # is a remark, and the first other one names columns."""
    text = table.read_text(encoding="utf-8").splitlines()
    heads, *lines = [line.split() for line in text if line.strip() and not line.startswith("#")]
    return [
        Row(method, path, access, dict(zip(heads[3:], cells, strict=True)))
        for method, path, access, *cells in lines
    ]


def in_docs(rows: list[Row]) -> str:
    """The same in few words, without routes that do nothing but refuse."""
    shown = [row for row in rows if set(row.expected.values()) - {"403", "405", "421"}]
    return HEAD + "".join(
        f"| `{row.name}` | {_visitor(row)} | {_member(row)} | {_admin(row)} | {_token(row)} |\n"
        for row in shown
    )


def _visitor(row: Row) -> str:
    if not row.lets_in("visitor"):
        return "no"
    return "yes" if row.lets_in("closed") else "reads"


def _member(row: Row) -> str:
    own, public, private = (row.expected[column] for column in ("own", "public", "private"))
    if not row.lets_in("own"):
        return "no"
    if own != public:
        return "own"
    return "yes" if public == private else "own and public"


def _admin(row: Row) -> str:
    if not row.lets_in("admin"):
        return "no"
    return "own" if row.expected["admin"] == "404" != row.expected["own"] else "yes"


def _token(row: Row) -> str:
    if row.access == "public":
        return ""
    narrowest = next((scope for scope in SCOPES if row.lets_in(SCOPES[scope])), None)
    return f"`{narrowest}`" if narrowest else "none"


if __name__ == "__main__":
    sys.stdout.write(in_docs(read_matrix()))

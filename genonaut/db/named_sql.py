"""SQL that is kept as SQL: files of statements, each below a line `-- name: ...`."""

import re
from importlib.resources import files

from sqlalchemy import TextClause, text

HEADING = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


def named_sql(package: str, file: str) -> dict[str, TextClause]:
    """The statements of a file in a package's folder `sql`, by their names.

    Parameters are written `:name`.
    """
    content = (files(package) / "sql" / file).read_text(encoding="utf-8")
    _, *parts = HEADING.split(content)
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return {name: text(statement.strip().removesuffix(";")) for name, statement in pairs}

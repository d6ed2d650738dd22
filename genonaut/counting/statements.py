"""SQL statements by name, from a file in which each stands under a line `-- name: ...`."""

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "sql"
HEADING = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


@cache
def statements(file: str) -> dict[str, str]:
    """All statements of a file, as in {"read": "SELECT ..."}."""
    _, *parts = HEADING.split((FOLDER / file).read_text(encoding="utf-8"))
    named = dict(zip(parts[::2], parts[1::2], strict=True))
    return {name: text.strip().removesuffix(";") for name, text in named.items()}

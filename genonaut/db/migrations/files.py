"""The SQL of the migrations. A file that was released is never changed again."""

from pathlib import Path
from typing import Any

from alembic import op

FOLDER = Path(__file__).parent / "sql"


def run_file(name: str) -> None:
    """Execute one file of `migrations/sql/`, all its statements, as written."""
    # The driver itself: SQLAlchemy would look for parameters behind every % and colon.
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute((FOLDER / name).read_text(encoding="utf-8"))

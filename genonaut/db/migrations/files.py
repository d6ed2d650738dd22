"""The SQL of the migrations. A released file never changes."""

from pathlib import Path

from alembic import op

FOLDER = Path(__file__).parent / "sql"


def run_file(name: str) -> None:
    """Execute one file of `migrations/sql/`, all its statements, as written."""
    statements = (FOLDER / name).read_text(encoding="utf-8")
    # The driver would take every % for the beginning of a parameter.
    op.get_bind().exec_driver_sql(statements.replace("%", "%%"))

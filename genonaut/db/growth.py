"""How the gallery grew: a point at every refresh of its items' counts, kept for years."""

from typing import Final

from sqlalchemy.orm import Session

from genonaut.db.named_sql import named_sql

KEEP_POINTS: Final = 50_000
_SQL = named_sql(__package__, "growth.sql")


def record_growth(session: Session) -> None:
    """Add a point, if there are any items."""
    session.execute(_SQL["record"])
    session.execute(_SQL["prune"], {"keep": KEEP_POINTS})

"""How the gallery grew, and whether the counts were right. Nothing is counted for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from genonaut.content.viewer import Viewer
from genonaut.db.named_sql import named_sql

CHART_POINTS: Final = 120
REFRESHES: Final = 24
CREATORS: Final = 20

_SQL = named_sql(__package__, "growth.sql")


@dataclass(frozen=True, slots=True)
class GrowthPoint:
    """The community's totals as a refresh found them."""

    at: datetime
    regular: int
    auto: int


@dataclass(frozen=True, slots=True)
class RefreshRecord:
    """A refresh as it was recorded; `outcome` is built, exact, repaired or failed."""

    started_at: datetime
    seconds: float
    requested_by: str
    outcome: str
    rows_checked: int
    rows_wrong: int
    largest_error: int


@dataclass(frozen=True, slots=True)
class Creator:
    """A user, and how many items they have made."""

    id: UUID
    name: str
    regular: int
    auto: int

    @property
    def both(self) -> int:
        """Regular and auto items together."""
        return self.regular + self.auto


class GrowthRepository:
    """Reads the counts and the record of refreshes."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def totals(self, viewer: Viewer) -> list[GrowthPoint]:
        """Community totals at refreshes, the oldest first: enough to draw a line.

        Of all items for those who see all, and for others of the public ones.
        """
        given = {"points": CHART_POINTS, "sees_all": viewer.sees_all}
        rows = self._session.execute(_SQL["totals"], given)
        return [GrowthPoint(*row) for row in rows]

    def refreshes(self) -> list[RefreshRecord]:
        """The last refreshes, the newest first, those that failed among them."""
        rows = self._session.execute(_SQL["refreshes"], {"number": REFRESHES})
        return [RefreshRecord(*row) for row in rows]

    def largest_creators(self, viewer: Viewer) -> list[Creator]:
        """The twenty creators with most items that the viewer may see, the largest first."""
        given = {"number": CREATORS, "sees_all": viewer.sees_all, "viewer": viewer.user_id}
        rows = self._session.execute(_SQL["largest_creators"], given)
        return [Creator(*row) for row in rows]

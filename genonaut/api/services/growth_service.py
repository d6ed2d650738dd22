"""The growth of the gallery: the decisions."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.orm import Session

from genonaut.api.repositories.growth_repository import GrowthRepository

CHART_POINTS: Final = 120
REFRESHES: Final = 24
CREATORS: Final = 20


class GrowthService:
    """How the gallery grew, and whether the counts were right. Nothing is counted for it."""

    def __init__(self, session: Session) -> None:
        self._growth = GrowthRepository(session)

    def totals(self) -> Sequence[Row[Any]]:
        """Community totals (`at, regular, auto`) at refreshes, the oldest first: enough to draw."""
        return self._growth.totals(CHART_POINTS)

    def refreshes(self) -> Sequence[Row[Any]]:
        """The last refreshes, the newest first, also those that failed."""
        return self._growth.refreshes(REFRESHES)

    def largest_creators(self) -> Sequence[Row[Any]]:
        """The twenty who made most (`id, name, regular, auto`)."""
        return self._growth.largest_creators(CREATORS)

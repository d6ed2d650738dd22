"""How counts lie where an engine of many machines has spread them. A connection knows it.

Without a layout a count is as it was declared, and all of it in one place.
"""

from typing import TYPE_CHECKING, Any, Final, Protocol

from sqlalchemy.orm import Session

from genonaut.counting.declaration import CachedCount

if TYPE_CHECKING:
    from genonaut.counting.engine import Fold, Refresh

LAYOUT: Final = "genonaut_layout"
"""The execution option of an engine's connections."""


class PartsAwayError(Exception):
    """Some parts of a count cannot be reached, or failed."""


class Layout(Protocol):
    """What is spread, and how its parts are kept."""

    def of(self, count: CachedCount) -> CachedCount:
        """A count as it lies there; one that is not spread lies in one place there as well."""
        ...

    def definition(self, count: CachedCount) -> str:
        """The SQL of its functions and triggers."""
        ...

    def state(self, count: CachedCount) -> str:
        """The statement that asks for what monitoring shows of it: one row."""
        ...

    def fold(self, session: Session, count: CachedCount) -> "Fold":
        """Fold each part by itself. One that is away does not stop the others."""
        ...

    def refresh(self, session: Session, count: CachedCount) -> "list[Refresh]":
        """Refresh each part by itself; what was found in each.

        Raises:
            PartsAwayError: a part could not be refreshed. The others were.
        """
        ...

    def ledger_rows(self, session: Session, count: CachedCount) -> int:
        """How many rows all ledgers have.

        Raises:
            PartsAwayError: a part could not be asked.
        """
        ...

    def compare(self, session: Session, count: CachedCount) -> list[dict[str, Any]]:
        """Compare each part with a recount: `compared`, `wrong` and the `worst` of each.

        Raises:
            PartsAwayError: a part could not be compared.
        """
        ...


def layout_of(session: Session) -> Layout | None:
    """How the counts lie where a session is."""
    found: Layout | None = session.connection().get_execution_options().get(LAYOUT)
    return found


def spread_layout(session: Session, count: CachedCount) -> Layout | None:
    """The layout, if the count is spread there."""
    layout = layout_of(session)
    return layout if layout and layout.of(count).spread else None


def laid_out(session: Session, count: CachedCount) -> CachedCount:
    """A count as it lies where a session is."""
    layout = layout_of(session)
    return layout.of(count) if layout else count

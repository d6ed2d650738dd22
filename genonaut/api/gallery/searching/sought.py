"""What is sought, with everything looked up: what conditions are made of."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from genonaut.db.schema import Visibility


@dataclass(frozen=True, slots=True)
class Sought:
    """What an item has to be like to match a search, but for what the lists know by themselves.

    `terms` and `settings` are queries of the indexes of words and of settings. `lines` are patterns
    of an item's line, in which each word stands between blanks: all must match. `checked` are those
    of them that the terms do not decide, and `parts` those of which the terms know nothing.
    `without` are patterns of which none may match.

    An item was made at `since` or later, and before `until`. It carries a tag of each group of
    `carries` and none of `lacks`, and is by one of `by`, if there are any, and none of `not_by`.
    """

    terms: str = ""
    settings: str = ""
    lines: tuple[str, ...] = ()
    checked: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    visibility: Visibility | None = None
    carries: tuple[tuple[UUID, ...], ...] = ()
    lacks: tuple[UUID, ...] = ()
    by: tuple[UUID, ...] = ()
    not_by: tuple[UUID, ...] = ()

    def __bool__(self) -> bool:
        return self != NOTHING_SOUGHT

    @property
    def is_indexed(self) -> bool:
        """Whether an index of a search finds what matches, or more."""
        return bool(self.terms or self.settings)

    @property
    def reads_text(self) -> bool:
        """Whether an item's text has to be looked at."""
        return bool(self.lines or self.without)


NOTHING_SOUGHT = Sought()

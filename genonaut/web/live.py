"""What a page tells its script (static/live.js), so that its numbers change while one looks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from genonaut.api.gallery.filters import Scope, scopes
from genonaut.db.schema import SourceType
from genonaut.web.state import GalleryState


@dataclass(frozen=True, slots=True)
class Live:
    """Where the script finds newer counts: in a `stream`, or once, a user's and a creator's.

    Those on the page are of the moment `as_of`. `total` says how the number of results is made of
    the counts, as in `community_auto_count -user_auto_count`; it is empty if no count knows it. The
    list has `shown` of them, `size` on a page; its first page is at `first`.
    """

    stream: str
    counts: str
    creator: str
    as_of: datetime | None
    total: str = ""
    shown: int = 0
    size: int = 0
    first: str = ""


def terms(state: GalleryState, user_id: UUID | None) -> Iterator[str]:
    """The counts that add up to the results of a list, if the sources alone decide about them.

    As `size` of the API's filters adds them up.
    """
    if state.but() != state.all_with(off=state.off, creator=state.creator):
        return
    event = "creator." if state.creator else ""
    for source_type, scope in scopes(state.query(user_id)).items():
        yield from (f"{sign}{event}{name}" for sign, name in _of_scope(source_type, scope))


def _of_scope(source_type: SourceType, scope: Scope) -> Iterator[tuple[str, str]]:
    if scope is not Scope.OWN:
        yield "", f"community_{source_type}_count"
    if scope is not Scope.ALL:
        yield "" if scope is Scope.OWN else "-", f"user_{source_type}_count"

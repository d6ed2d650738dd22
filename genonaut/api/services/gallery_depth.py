"""How far a page by number may be from the ends of a list."""

from typing import Final

from sqlalchemy.orm import Session

from genonaut.api.gallery.pager import Total
from genonaut.api.gallery.query import GalleryQuery
from genonaut.db.spread import is_spread
from genonaut.errors import InvalidRequestError

DEEPEST: Final = 10_000
"""Items between the page and the nearer end, where items are on several machines.

Each of these machines hands over as many to find the page, and by a cursor a page of them.
"""


def require_near(session: Session, query: GalleryQuery, total: Total) -> None:
    """Check that a page by number can be found where the items are.

    Raises:
        InvalidRequestError: it is too far from both ends.
    """
    from_end = total.count - query.offset if total.exact else query.offset
    if min(query.offset, from_end) > DEEPEST and is_spread(session.connection()):
        raise InvalidRequestError(
            f"Page {query.page:,} is too far from both ends of the list: go on from another page "
            "by its next_cursor or prev_cursor."
        )

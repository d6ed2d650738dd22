"""Moving an album among those beside it."""

from collections.abc import Sequence
from uuid import UUID

from genonaut.api.bookmarks.entities import Album


def moved(albums: Sequence[Album], album: Album, step: int) -> list[UUID]:
    """The albums beside one, in the order that they have once it has moved by a step."""
    beside = [one.id for one in albums if one.parent_id == album.parent_id]
    at = beside.index(album.id)
    to = min(max(at + step, 0), len(beside) - 1)
    beside.insert(to, beside.pop(at))
    return beside

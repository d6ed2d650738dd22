"""The pictures of a shared album, at addresses below its link.

Without prompts, no file is served that a program wrote, nor a thumbnail, which may have the same in
its transparency: only clean copies. An address says nothing of the item either.
"""

from typing import Final

from fastapi import Response

from genonaut.api.entities import Item
from genonaut.errors import NotFoundError
from genonaut.library.clean import MEDIA_TYPE, WIDEST, CleanCopies
from genonaut.library.demand import ThumbnailDemand
from genonaut.library.thumbnails import WIDTHS
from genonaut.web.contexts import PagePicture
from genonaut.web.images import Pictures, Which

_WIDTH: Final = {"full": WIDEST, "thumb": WIDTHS[-1]}


def shared_picture(url: str, item: Item, pictures: Pictures) -> PagePicture:
    """The item's picture, as the pages below a link show it."""
    found = pictures.page_picture(item)
    if found.is_drawn:
        drawing = f"{url}/pictures/{item.id}.svg"
        return PagePicture(drawing, drawing, found.width, found.height, is_drawn=True)
    return PagePicture(
        f"{url}/files/{item.id}/full",
        f"{url}/files/{item.id}/thumb",
        found.width,
        found.height,
        colour=found.colour,
        is_gone=found.is_gone,
    )


def clean_response(
    item: Item, pictures: Pictures, which: Which, demand: ThumbnailDemand, clean: CleanCopies
) -> Response:
    """The picture written anew.

    Raises:
        NotFoundError: the item has no file, or one that cannot be shown.
        OverloadedError: too many are being made.
    """
    width = _WIDTH[which]
    # The thumbnail is much quicker to decode.
    small = pictures.thumbnail(item, width, demand) if which == "thumb" else None
    found = small or pictures.open(item, "full", width, demand)
    if found is None:
        raise NotFoundError("This picture has no file.")
    return Response(clean.get(found.image, width), media_type=MEDIA_TYPE)

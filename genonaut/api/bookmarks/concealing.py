"""What is left of an item for eyes that may not know how it was made.

Only what is named here is shown: a field that items get later is concealed until it is named. A
file's name and its tags are often words of the prompt, and a file has all of it inside: so neither
is named, and a picture is to be shown as a copy without its metadata, as thumbnails are.
"""

import unicodedata
from typing import Final

from genonaut.api.entities import Item
from genonaut.content.rules import UNTITLED

_TELLING: Final = 8
"""Letters in a row that a title has in common with a prompt by no chance."""


def concealed(item: Item) -> Item:
    """The item without its prompt, settings, metadata and tags, and without the file's name."""
    title = UNTITLED if tells(item.title, item) else item.title
    return Item(
        id=item.id,
        title=title,
        content_type=item.content_type,
        content_data="",
        path_thumb=None,
        prompt="",
        creator_id=item.creator_id,
        creator_username=item.creator_username,
        item_metadata={},
        quality_score=0.0,
        created_at=item.created_at,
        updated_at=item.updated_at,
        source_type=item.source_type,
        visibility=item.visibility,
        names_file=False,
        tags=(),
    )


def tells(title: str, item: Item) -> bool:
    """Whether a title is made of what is concealed: of the prompt, the settings or the file's name.

    It is if it occurs there, or eight letters of it in a row do, with any signs between them.
    """
    written = _letters(title)
    known = [item.prompt, item.content_data, *map(str, item.item_metadata.values())]
    sources = [_letters(text) for text in known]
    if len(written) <= _TELLING:
        return bool(written) and any(written in source for source in sources)
    parts = {written[at : at + _TELLING] for at in range(len(written) - _TELLING + 1)}
    return any(part in source for source in sources for part in parts)


def _letters(text: str) -> str:
    """Letters and digits alone, in one form, without case."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())

"""What a tag is called: one name, however somebody has written it."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from genonaut.ingest.values import RowError, check_storable, parse_json, text

LONGEST_TAG = 255
MOST_TAGS = 50

# A class of characters, as in a regular expression: controls, but for tabs and line ends, and what
# is invisible or changes the direction of writing. The joiners stay: scripts and emoji need them.
CONTROLS = (
    r"\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
)
_CONTROL = re.compile(f"[{CONTROLS}]")


def tag_name(written: str, what: str = "tag") -> str:
    """The name: NFC, in lower case, on one line with single blanks, at most 255 characters.

    Raises:
        RowError: it cannot be; the message begins with `what`.
    """
    check_storable(written, what)
    if _CONTROL.search(written):
        raise RowError(f"{what} contains a control character or an invisible one")
    name = folded(written)
    if not name:
        raise RowError(f"{what} is blank")
    if len(name) > LONGEST_TAG:
        raise RowError(f"{what} is longer than {LONGEST_TAG} characters")
    return name


def folded(written: str) -> str:
    """Text in the form of names, whether it could be one or not; for searching."""
    lower = unicodedata.normalize("NFC", " ".join(written.split())).lower()
    return unicodedata.normalize("NFC", lower)


def column_of_tags(value: object, column: str) -> tuple[str, ...]:
    """The sorted names in a column: text with commas, or a JSON array of strings.

    Blank ones are left out, so that a comma too many does no harm.

    Raises:
        RowError: one of them cannot be, or there are more than 50.
    """
    written = enumerate(_written(value, column), 1)
    names = {tag_name(tag, f"{column}: tag {number}") for number, tag in written if tag.strip()}
    if len(names) > MOST_TAGS:
        raise RowError(f"{column} has more than {MOST_TAGS} tags")
    return tuple(sorted(names))


def usable_names(written: Iterable[object]) -> tuple[str, ...]:
    """The sorted names of tags that a program has made up: the first 50 that can be."""
    names = dict.fromkeys(_possible_names(written))
    return tuple(sorted(list(names)[:MOST_TAGS]))


def _possible_names(written: Iterable[object]) -> Iterator[str]:
    for tag in written:
        try:
            yield tag_name(text(tag, "tag"))
        except RowError:
            continue


def _written(value: object, column: str) -> list[str]:
    if isinstance(value, str) and value.strip().startswith("[") and value.strip().endswith("]"):
        value = parse_json(value, column)
    if isinstance(value, list):
        return [text(tag, f"{column}: tag {number}") for number, tag in enumerate(value, 1)]
    return text(value, column).split(",")

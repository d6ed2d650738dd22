"""Tags as files have them: in a column, or made up by a program."""

from collections.abc import Iterable, Iterator

from genonaut.content.rules import InvalidValueError
from genonaut.content.tag_names import MOST_TAGS, tag_name
from genonaut.ingest.values import parse_json, text


def column_of_tags(value: object, column: str) -> tuple[str, ...]:
    """The sorted names in a column: text with commas, or a JSON array of strings.

    Blank ones are left out, so that a comma too many does no harm.

    Raises:
        InvalidValueError: one of them cannot be, or there are more than 50.
    """
    written = enumerate(_written(value, column), 1)
    names = {tag_name(tag, f"{column}: tag {number}") for number, tag in written if tag.strip()}
    if len(names) > MOST_TAGS:
        raise InvalidValueError(f"{column} has more than {MOST_TAGS} tags")
    return tuple(sorted(names))


def usable_names(written: Iterable[object]) -> tuple[str, ...]:
    """The sorted names of tags that a program has made up: the first 50 that can be."""
    names = dict.fromkeys(_possible_names(written))
    return tuple(sorted(list(names)[:MOST_TAGS]))


def _possible_names(written: Iterable[object]) -> Iterator[str]:
    for tag in written:
        try:
            yield tag_name(text(tag, "tag"))
        except InvalidValueError:
            continue


def _written(value: object, column: str) -> list[str]:
    if isinstance(value, str) and value.strip().startswith("[") and value.strip().endswith("]"):
        value = parse_json(value, column)
    if isinstance(value, list):
        return [text(tag, f"{column}: tag {number}") for number, tag in enumerate(value, 1)]
    return text(value, column).split(",")

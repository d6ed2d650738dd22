"""What to suggest while one types a search."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy.orm import Session

from genonaut.api.gallery.searching.language import FIELDS, Field, FieldName, Search, SearchError
from genonaut.api.gallery.searching.parser import parse, write
from genonaut.api.gallery.searching.tokens import Token, tokens
from genonaut.api.repositories.search_repository import SearchRepository
from genonaut.api.repositories.suggestion_repository import SuggestionRepository
from genonaut.api.repositories.tag_repository import TagRepository
from genonaut.content.viewer import Viewer
from genonaut.db.driver import time_limit

LONGEST_TYPED: Final = 100
MOST_SUGGESTIONS: Final = 20
_SECONDS: Final = 1.0
_TAGS_READ: Final = 50
"""Of these, in the order of their names, the most used ones are suggested."""
_SHORTEST_WORD: Final = 2
_VALUES: Final[dict[str, tuple[str, ...]]] = {
    "is": ("private", "public", "regular", "auto"),
    "has": ("workflow",),
}

Kind = Literal["tag", "model", "user", "field"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What could stand in the place of what was typed: `search`, which means `name`.

    `count` is the exact number of items that the viewer is told of, where a count knows it.
    """

    kind: Kind
    name: str
    search: str
    count: int | None = None


class SuggestionService:
    """Suggests tags, models, users and fields, as far as a viewer may know of them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._names = SearchRepository(session)
        self._tags = TagRepository(session)
        self._found = SuggestionRepository(session)

    def suggest(self, viewer: Viewer, typed: str, limit: int) -> list[Suggestion]:
        """At most so many for the last word of what was typed, the best first.

        None if there is no such word, or if looking takes too long.
        """
        last = _last(typed)
        found: list[Suggestion] = []
        if last is None:
            return found
        with time_limit(self._session, _SECONDS):
            found = list(self._all(viewer, last, limit))
        return found[:limit]

    def _all(self, viewer: Viewer, token: Token, limit: int) -> Iterator[Suggestion]:
        if values := _VALUES.get(token.name):
            named = FIELDS[token.name]
            yield from _fields(named, values, token)
            return
        [prefix] = self._names.names([token.value])
        if not token.name and len(prefix) < _SHORTEST_WORD:
            return
        each = limit if token.name else max(1, limit // 2)
        if token.name in {"", "tag"}:
            yield from self._of_tags(viewer, prefix, token, each)
        if token.name in {"", "model"}:
            models = self._found.models(viewer, prefix, each)
            yield from _writable("model", [(name, name, None) for name in models], token)
        if token.name in {"", "by"}:
            yield from self._of_users(viewer, prefix, token, each)
        if not token.name:
            yield from _field_names(prefix, token)

    def _of_tags(
        self, viewer: Viewer, prefix: str, token: Token, limit: int
    ) -> Iterator[Suggestion]:
        tags = self._tags.beginning_with(viewer, prefix, _TAGS_READ)
        most_used = sorted(tags, key=lambda tag: -tag.count)[:limit]
        named = [(tag.name, _value(tag.name, tag.id), tag.count) for tag in most_used]
        yield from _writable("tag", named, token)

    def _of_users(
        self, viewer: Viewer, prefix: str, token: Token, limit: int
    ) -> Iterator[Suggestion]:
        users = self._found.users(prefix, limit)
        numbers = self._found.numbers_of(viewer, [user for user, _ in users]) if users else None
        named = [
            (name, _value(name, user), None if numbers is None else numbers[user])
            for user, name in users
        ]
        yield from _writable("user", named, token)


def _last(typed: str) -> Token | None:
    """The word that one is typing."""
    found = [*tokens(typed[:LONGEST_TYPED])]
    if not found or found[-1].place.end < len(typed):
        return None
    return found[-1]


def _value(name: str, its_id: object) -> str:
    """What names a tag or user in a search: the id, where the name cannot stand in quotes."""
    return str(its_id) if '"' in name else name


def _writable(
    kind: Kind, named: Sequence[tuple[str, str, int | None]], token: Token
) -> Iterator[Suggestion]:
    field: dict[str, FieldName] = {"tag": "tag", "model": "model", "user": "by"}
    for name, value, count in named:
        search = Search((Field(field[kind], value, excluded=token.excluded),))
        if _is_readable(written := write(search), search):
            yield Suggestion(kind, name, written, count)


def _is_readable(written: str, search: Search) -> bool:
    """Whether a name can be written at all: one with a star cannot."""
    try:
        return parse(written) == search
    except SearchError:
        return False


def _fields(name: FieldName, values: Sequence[str], token: Token) -> Iterator[Suggestion]:
    for value in values:
        if value.startswith(token.value.lower()):
            written = write(Search((Field(name, value, excluded=token.excluded),)))
            yield Suggestion("field", written.removeprefix("-"), written)


def _field_names(prefix: str, token: Token) -> Iterator[Suggestion]:
    for name in FIELDS:
        if name.startswith(prefix):
            yield Suggestion("field", f"{name}:", f"{'-' * token.excluded}{name}:")

"""Reading a search, and writing one. Where something can only be guessed, it is a mistake."""

import unicodedata
from collections.abc import Iterator
from typing import Final

from genonaut.api.gallery.search_limits import check_words
from genonaut.api.gallery.searching.language import (
    FIELDS,
    LONGEST_SEARCH,
    MOST_FIELDS,
    Field,
    FieldName,
    Mistake,
    Search,
    SearchError,
    Term,
    Text,
    has_word,
)
from genonaut.api.gallery.searching.tokens import Token, nearest_field, tokens
from genonaut.api.gallery.searching.values import EXAMPLES, OPEN_ENDED, read_value

_LEAST_AT_AN_END: Final = 2
_LEAST_WITHIN: Final = 3


def parse(text: str) -> Search:
    """What a search says.

    Raises:
        SearchError: it has mistakes, or is too large.
    """
    _check_size(text)
    found = [*tokens(text)]
    read = [one for token in found if (one := _read(token)) is not None]
    if found and found[-1].value == "-" and not found[-1].quoted:
        read[-1] = Mistake(
            "nothing follows the hyphen; write what to leave out right behind it, as in -fox",
            found[-1].place,
        )
    if mistakes := [one for one in read if isinstance(one, Mistake)]:
        raise SearchError(text, mistakes)
    search = Search(tuple(one for one in read if not isinstance(one, Mistake)))
    if len(search.fields) > MOST_FIELDS:
        raise SearchError(
            text, [Mistake(f"A search may have at most {MOST_FIELDS} fields: leave some out")]
        )
    return search


def check_search(text: str) -> str:
    """The text, if it can be read.

    Raises:
        SearchError: it cannot.
    """
    parse(text)
    return text


def write(search: Search) -> str:
    """A text that says the same: `parse` reads this search from it."""
    return " ".join(map(_written, search.terms))


def _check_size(text: str) -> None:
    if len(text) > LONGEST_SEARCH:
        raise SearchError(
            text,
            [Mistake(f"A search may have at most {LONGEST_SEARCH:,} characters: leave some out")],
        )
    try:
        check_words(text)
    except ValueError as error:
        raise SearchError(text, [Mistake(f"{error}: leave some out")]) from error


def _read(token: Token) -> Term | Mistake | None:
    """A term, or what is wrong with it; None for a quote among words that nothing closes."""
    if not token.closed:
        if not (token.name or token.excluded):
            return None
        return Mistake("the quote is not closed; add one where the value ends", token.place)
    if not token.name:
        return _text(token)
    if name := FIELDS.get(token.name):
        return _field(token, name)
    return Mistake(
        f"there is no field `{token.name}:`, and the nearest is `{nearest_field(token.name)}:`; to "
        "search for the text, put quotes around all of it",
        token.place,
    )


def _field(token: Token, name: FieldName) -> Field | Mistake:
    value, may_go_on = token.value, name in OPEN_ENDED
    goes_on = may_go_on and not token.quoted and value.endswith("*")
    value = value.removesuffix("*") if goes_on else value
    if may_go_on and "*" in value:
        return Mistake(f"a `*` can only end a name, as in {EXAMPLES[name]}*", token.place)
    try:
        read = "" if goes_on and not value else read_value(name, value)
    except ValueError as error:
        return Mistake(str(error), token.place)
    return Field(name, read, goes_on, token.excluded, token.place)


def _text(token: Token) -> Text | Mistake:
    if token.quoted:
        if token.excluded and not has_word(token.value):
            return Mistake(
                "there is no word to leave out; write one, as in -fox, or leave the hyphen out",
                token.place,
            )
        written = " ".join(token.value.split())
        return Text(written, excluded=token.excluded, place=token.place)
    core = token.value.strip("*")
    if not has_word(core):  # as in `->`
        return Text("-" * token.excluded + token.value, place=token.place)
    open_start, open_end = token.value.startswith("*"), token.value.endswith("*")
    least = _LEAST_WITHIN if open_start and open_end else _LEAST_AT_AN_END
    if (open_start or open_end) and _weight(core) < least:
        return Mistake(
            f"a part of a word has at least {least} letters; write more of it", token.place
        )
    return Text(core, open_start, open_end, token.excluded, token.place)


def _weight(part: str) -> int:
    """How much a part of a word says: a letter without upper case stands for a syllable or more."""
    weights = {"Lo": 2, "Mn": 0}
    categories = map(unicodedata.category, part)
    return sum(weights.get(one, 1) for one in categories if one[0] in "LMN")


def _written(term: Term) -> str:
    minus = "-" * term.excluded
    if isinstance(term, Field):
        quote = '"' * (not term.open_end and (" " in term.value or term.value.endswith("*")))
        return f"{minus}{term.name}:{quote}{term.value}{quote}{'*' * term.open_end}"
    bare = "*" * term.open_start + term.written + "*" * term.open_end
    if [*_alone(minus + bare)] == [term]:
        return minus + bare
    return f'{minus}"{term.written}"'


def _alone(text: str) -> Iterator[Term | Mistake | None]:
    return map(_read, tokens(text))

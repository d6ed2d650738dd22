"""The form of a selection: which items, and what to do to them."""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Request
from starlette.datastructures import QueryParams

from genonaut.api.http.bodies import BodyLimits
from genonaut.api.services.bulk_actions import (
    Action,
    Deleting,
    Sender,
    Showing,
    Tagging,
    Untagging,
)
from genonaut.api.services.bulk_keeping import Dropping, Keeping, Placing, TakingOut
from genonaut.api.services.bulk_service import MOST_AT_ONCE, Target
from genonaut.content.ids import as_uuid
from genonaut.content.rules import InvalidValueError
from genonaut.content.tag_names import MOST_TAGS, tag_name
from genonaut.db.schema import PRIVATE, PUBLIC
from genonaut.errors import ForbiddenError, InvalidRequestError
from genonaut.web.bulk.selection import DELETE
from genonaut.web.state import GalleryState, read_number, read_state

ACTION: Final = "do"  # not "action": a form's own property would be shadowed
CHOOSE_ALBUM: Final = "album"
"""An action that is none yet: it asks for the album."""
BACK: Final = "back"
"""The parameters of the list, as its address has them: not an address, which could be any."""
ALL: Final = "all"
EXPECTED: Final = "expected"
TAGS: Final = "new_tags"
ALBUM: Final = "in_album"
IDS: Final = ("id", "ids")
"""Checkboxes of the page; and those of other pages, which a script adds as one field."""
_LIMITS: Final = BodyLimits(512 * 1024, 64 * 1024)
_NUMBER: Final = re.compile(r"[0-9]{1,18}")
Form = QueryParams
_ACTIONS: Final[Mapping[str, Callable[[Form, Sender], Action]]] = {
    "tag": lambda form, _: Tagging(_tags(form)),
    "untag": lambda form, _: Untagging(_tags(form)),
    "favourite": lambda _, sender: Keeping(_keeper(sender)),
    "unfavourite": lambda _, sender: Dropping(_keeper(sender)),
    "add_to_album": lambda form, _: Placing(_album(form)),
    "remove_from_album": lambda form, _: TakingOut(_album(form)),
    PRIVATE: lambda *_: Showing(PRIVATE),
    PUBLIC: lambda *_: Showing(PUBLIC),
    DELETE: lambda *_: Deleting(),
}


@dataclass(frozen=True, slots=True)
class SentSelection:
    """What the form said. `state` is the list from which it came."""

    form: Form
    state: GalleryState

    @property
    def name(self) -> str:
        """The action's, as the form and the address after it have it."""
        return self.form.get(ACTION, "")

    def action(self, sender: Sender) -> Action:
        """What to do.

        Raises:
            InvalidRequestError: it is none of the actions, or lacks what it takes.
            ForbiddenError: it takes a user.
        """
        make = _ACTIONS.get(self.name)
        if make is None:
            raise InvalidRequestError("`do` is missing: press one of the selection's buttons.")
        return make(self.form, sender)

    def target(self, user_id: UUID | None) -> Target:
        """To which items: all of the list, or those that were selected.

        Raises:
            InvalidRequestError: there are none, or too many to name.
        """
        if self.form.get(ALL):
            expected = self.form.get(EXPECTED, "")
            known = read_number(expected) if _NUMBER.fullmatch(expected) else None
            return Target((), self.state.query(user_id), known)
        ids = self._ids()
        if not ids:
            raise InvalidRequestError("Nothing is selected: tick an item, or all results.")
        if len(ids) > MOST_AT_ONCE:
            raise InvalidRequestError(
                f"More than {MOST_AT_ONCE:,} items are selected: do it in parts, or select all "
                "results."
            )
        return Target(ids)

    def kept(self, **others: str) -> tuple[tuple[str, str], ...]:
        """The fields of a form that sends the same once more, but for some."""
        names = (ACTION, BACK, ALL, EXPECTED, TAGS, ALBUM)
        fields = {name: self.form[name] for name in names if name in self.form}
        if ids := self._ids():
            fields["ids"] = "-".join(map(str, ids))
        return tuple((fields | others).items())

    def _ids(self) -> tuple[int, ...]:
        given = (value for name in IDS for value in self.form.getlist(name))
        return tuple(dict.fromkeys(int(one) for value in given for one in _NUMBER.findall(value)))


async def read_selection(request: Request) -> AsyncIterator[SentSelection]:
    """The form; or its address, where it was sent by GET."""
    async with _fields(request) as form:
        yield SentSelection(form, read_state(Form(form.get(BACK, ""))))


SelectionDep = Annotated[SentSelection, Depends(read_selection, scope="function")]


@asynccontextmanager
async def _fields(request: Request) -> AsyncIterator[Form]:
    if request.method != "POST":
        yield request.query_params
        return
    async with request.app.state.bodies.read(request, _LIMITS) as body:
        yield Form(body.decode("utf-8", "replace"))


def _keeper(sender: Sender) -> UUID:
    if sender.user_id is None:
        raise ForbiddenError("Favourites are a user's: sign in, or choose a viewer.")
    return sender.user_id


def _album(form: Form) -> UUID:
    album = as_uuid(form.get(ALBUM, ""))
    if album is None:
        raise InvalidRequestError("No album is chosen: choose one of yours.")
    return album


def _tags(form: Form) -> tuple[str, ...]:
    try:
        names = {tag_name(one) for one in form.get(TAGS, "").split(",") if one.strip()}
    except InvalidValueError as error:
        raise InvalidRequestError(f"{error}: choose another one.") from error
    if not names:
        raise InvalidRequestError("No tag is named: write one or more, separated by commas.")
    if len(names) > MOST_TAGS:
        raise InvalidRequestError(f"There are more than {MOST_TAGS} tags: leave some out.")
    return tuple(sorted(names))

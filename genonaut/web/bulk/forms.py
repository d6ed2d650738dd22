"""The form of a selection: which items, and what to do to them."""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Annotated, Final
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Depends, Request
from starlette.datastructures import QueryParams

from genonaut.api.http.bodies import BodyLimits
from genonaut.api.services.bulk_actions import Action, Deleting, Showing, Tagging, Untagging
from genonaut.api.services.bulk_service import MOST_AT_ONCE, Target
from genonaut.content.ids import as_uuid
from genonaut.content.rules import InvalidValueError
from genonaut.content.tag_names import MOST_TAGS, tag_name
from genonaut.db.schema import PRIVATE, PUBLIC
from genonaut.errors import InvalidRequestError
from genonaut.web.bulk.selection import DELETE
from genonaut.web.returning import own_path
from genonaut.web.state import GalleryState, creator_page, read_number, read_state

ACTION: Final = "action"
BACK: Final = "back"
ALL: Final = "all"
EXPECTED: Final = "expected"
GO_ON: Final = "go_on"
TAGS: Final = "new_tags"
IDS: Final = ("id", "ids")
"""Checkboxes of the page; and those of other pages, which a script adds as one field."""
_LIMITS: Final = BodyLimits(512 * 1024, 64 * 1024)
_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_CREATOR: Final = creator_page("")
_ACTIONS: Final[Mapping[str, Callable[[QueryParams], Action]]] = {
    "tag": lambda form: Tagging(_tags(form)),
    "untag": lambda form: Untagging(_tags(form)),
    PRIVATE: lambda _: Showing(PRIVATE),
    PUBLIC: lambda _: Showing(PUBLIC),
    DELETE: lambda _: Deleting(),
}


@dataclass(frozen=True, slots=True)
class SentSelection:
    """What the form said. `state` is the list from which it came."""

    form: QueryParams
    state: GalleryState

    @property
    def name(self) -> str:
        """The action's, as the form and the address after it have it."""
        return self.form.get(ACTION, "")

    def action(self) -> Action:
        """What to do.

        Raises:
            InvalidRequestError: it is none of the actions, or a tag cannot have its name.
        """
        make = _ACTIONS.get(self.name)
        if make is None:
            raise InvalidRequestError("`action` is missing: press one of the selection's buttons.")
        return make(self.form)

    def target(self, user_id: UUID | None) -> Target:
        """To which items: all of the list, or those that were selected.

        Raises:
            InvalidRequestError: there are none, or too many to name.
        """
        if self.form.get(ALL):
            expected = self.form.get(EXPECTED, "")
            known = read_number(expected) if _NUMBER.fullmatch(expected) else None
            query = self.state.query(user_id)
            return Target((), query, known, go_on=bool(self.form.get(GO_ON)))
        given = (value for name in IDS for value in self.form.getlist(name))
        ids = tuple(dict.fromkeys(int(one) for value in given for one in _NUMBER.findall(value)))
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
        names = (ACTION, BACK, ALL, EXPECTED, TAGS)
        fields = {name: self.form[name] for name in names if name in self.form} | others
        return tuple(fields.items())


async def read_selection(request: Request) -> AsyncIterator[SentSelection]:
    """The form; or its address, where it was sent by GET."""
    async with _fields(request) as form:
        yield SentSelection(form, _state_of(form.get(BACK, "")))


SelectionDep = Annotated[SentSelection, Depends(read_selection, scope="function")]


@asynccontextmanager
async def _fields(request: Request) -> AsyncIterator[QueryParams]:
    if request.method != "POST":
        yield request.query_params
        return
    async with request.app.state.bodies.read(request, _LIMITS) as body:
        yield QueryParams(body.decode("utf-8", "replace"))


def _state_of(address: str) -> GalleryState:
    """The list that an address of ours shows."""
    parts = urlsplit(own_path(address))
    state = read_state(QueryParams(parts.query))
    creator = as_uuid(parts.path.removeprefix(_CREATOR))
    return replace(state, creator=str(creator)) if creator else state


def _tags(form: QueryParams) -> tuple[str, ...]:
    try:
        names = {tag_name(one) for one in form.get(TAGS, "").split(",") if one.strip()}
    except InvalidValueError as error:
        raise InvalidRequestError(f"{error}: choose another one.") from error
    if not names:
        raise InvalidRequestError("No tag is named: write one or more, separated by commas.")
    if len(names) > MOST_TAGS:
        raise InvalidRequestError(f"There are more than {MOST_TAGS} tags: leave some out.")
    return tuple(sorted(names))

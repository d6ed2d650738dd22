"""Routes of the API: a query parameter that they do not know is refused, and not ignored.

Ignored, a misspelt filter would return everything, and look like an answer. Pages stay forgiving:
their addresses are kept in bookmarks, and other sites add parameters to links.
"""

from collections.abc import Collection
from difflib import get_close_matches
from typing import Any, Final

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel

from genonaut.api.http.guarded_routes import GuardedRoute, Handler
from genonaut.api.http.problems import MOST_PROBLEMS

_LONGEST_NAME: Final = 80
_ALIKE: Final = 0.5
"""How much of two names has to agree: less is no help."""


class ApiRoute(GuardedRoute):
    """A guarded route that knows its query parameters."""

    def unguarded_handler(self) -> Handler:
        """What is behind the check of the access: first the names, then the values."""
        handle, known = super().unguarded_handler(), sorted(_query_names(self.dependant))
        if not self.include_in_schema:  # it refuses everything
            return handle

        async def handle_known(request: Request) -> Response:
            if request.scope["query_string"]:
                _refuse_unknown(request, known)
            return await handle(request)

        return handle_known


def _query_names(dependant: Dependant) -> set[str]:
    names: set[str] = set()
    for field in dependant.query_params:
        taken: object = field.field_info.annotation
        if isinstance(taken, type) and issubclass(taken, BaseModel):
            names |= taken.model_fields.keys()
        else:
            names.add(field.alias)
    return names.union(*map(_query_names, dependant.dependencies))


def _refuse_unknown(request: Request, known: Collection[str]) -> None:
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        raise RequestValidationError(
            [
                # To compare takes time, and only the first are shown.
                _fault(name, _advice(name, known) if number < MOST_PROBLEMS else "")
                for number, name in enumerate(unknown)
            ]
        )


def _fault(name: str, advice: str) -> dict[str, Any]:
    message = f"It is not a parameter of this request{advice}"
    place = ("query", name[:_LONGEST_NAME])
    return {"type": "unknown_parameter", "loc": place, "msg": message, "input": None}


def _advice(name: str, known: Collection[str]) -> str:
    written = name[:_LONGEST_NAME].lower().replace("-", "_")
    if nearest := get_close_matches(written, known, 1, _ALIKE):
        return f"; the nearest is {nearest[0]}"
    return f", which takes {', '.join(known) or 'none'}"

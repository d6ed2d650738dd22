"""Forms: they are read by the API's own schemas, and what is wrong is said at the field."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from fastapi import Response
from pydantic import BaseModel, ValidationError

from genonaut.api.http.errors import RETRY_ATTEMPTS_SECONDS
from genonaut.api.http.problems import fields
from genonaut.errors import (
    ConflictError,
    InvalidRequestError,
    SignInFailedError,
    TooManyAttemptsError,
)
from genonaut.people.passwords import LONGEST, SHORTEST
from genonaut.web.people.said import Problems

Model = TypeVar("Model", bound=BaseModel)
Done = TypeVar("Done")

_MISSING: Final = "Fill this in."
_WORDS: Final = {
    "email": "This is not an e-mail address: write one like ada@example.org.",
    "days": "Choose one of these.",
    "token": "This page has lost its link: open the link again.",
    "password": f"Choose a password of {SHORTEST} to {LONGEST} characters.",
    "new_password": f"Choose a password of {SHORTEST} to {LONGEST} characters.",
}
"""Instead of the schema's, which speaks of patterns and lengths."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a form was not accepted."""

    status: int = 200
    problems: Problems = field(default_factory=dict)

    def title(self, title: str) -> str:
        """The title of the page with the form. Screen readers read it first, so it says `Error`."""
        return f"Error: {title}" if self.problems else title

    def response(self, made: Response) -> Response:
        """The page with the form, made the response to what was sent."""
        made.status_code = self.status
        if self.status == TooManyAttemptsError.status:
            made.headers["Retry-After"] = str(RETRY_ATTEMPTS_SECONDS)
        if self.status == SignInFailedError.status:
            made.headers["WWW-Authenticate"] = "Bearer"
        return made


NOT_SENT: Final = Refusal()


def read(model: type[Model], form: Mapping[str, str]) -> Model:
    """The form's fields as a model. An empty field is one that was not sent.

    Raises:
        ValidationError: one is missing or wrong.
    """
    return model.model_validate({key: form[key] for key in model.model_fields if form.get(key)})


async def accepted(work: Awaitable[Done], where: str = "") -> Done | Refusal:
    """Do what a form asks for. Returns its result, or why it was refused.

    `where` is the field at which an error of the API is shown.
    """
    try:
        return await work
    except ValidationError as error:
        return Refusal(InvalidRequestError.status, _by_field(error))
    except TooManyAttemptsError as error:
        return Refusal(error.status, {"": str(error)})
    except (SignInFailedError, ConflictError, InvalidRequestError) as error:
        return Refusal(error.status, {where: str(error)})


def _by_field(error: ValidationError) -> dict[str, str]:
    missing = {str(one["loc"][0]) for one in error.errors() if one["type"] == "missing"}
    return {
        one.field: _MISSING if one.field in missing else _WORDS.get(one.field, f"{one.message}.")
        for one in fields(error.errors())
    }

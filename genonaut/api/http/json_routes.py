"""Routes that take JSON: as the standard has it, and validated where no other request waits."""

from collections.abc import Callable, Coroutine
from json import JSONDecodeError
from typing import Any, Final

from fastapi import HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from pydantic_core import from_json

from genonaut.api.http.api_routes import ApiRoute
from genonaut.api.http.bodies import MANY, ONE, SMALL, BodyLimits

MOST_FIELDS: Final = 64
"""Of an object that is not metadata. Each unknown field is an error, which takes more memory."""
_SMALL: Final = 16 * 1024
_HIDDEN: Final = "(hidden)"

Errors = list[dict[str, Any]]
Validate = Callable[[Any], tuple[Any, Errors]]


class _JsonRequest(Request):
    """A request whose body is there, and is validated before the framework does so again."""

    def __init__(self, request: Request, body: bytes, validate: Validate) -> None:
        super().__init__(request.scope, request.receive)
        self._body = body
        self._validate = validate
        self.errors: Errors = []

    async def json(self) -> Any:  # noqa: ANN401 - JSON is anything
        """What the body means. The framework takes it as it is, since it is valid already."""
        # The framework asks for it once, and would itself validate on the event loop.
        if len(self._body) <= _SMALL:
            value = self._parsed(self._body)
        else:
            value = await run_in_threadpool(self._parsed, self._body)
        if self.errors:
            raise HTTPException(422)  # the framework would make a 400 of other exceptions
        return value

    def _parsed(self, body: bytes) -> Any:  # noqa: ANN401
        # Python's own parser takes NaN and half a surrogate pair; this one does not.
        try:
            value = from_json(body, allow_inf_nan=False)
        except ValueError as error:
            # The exception that the framework makes a validation error of.
            raise JSONDecodeError(str(error), "", 0) from error
        self.errors = _too_many_fields(value)
        if not self.errors:
            value, self.errors = self._validate(value)
        return value


class JsonRoute(ApiRoute):
    """A route whose body, if it has one, is one thing in strict JSON."""

    limits: BodyLimits = ONE

    def unguarded_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, given our request."""
        handle, field = super().unguarded_handler(), self.body_field
        if field is None:
            return handle

        def validate(value: Any) -> tuple[Any, Errors]:  # noqa: ANN401
            valid, errors = field.validate(value, {}, loc=("body",))
            return valid, list(errors or ())

        async def handle_json(request: Request) -> Response:
            async with request.app.state.bodies.read(request, self.limits) as body:
                known = _JsonRequest(request, body, validate)
                try:
                    return await handle(known)
                except HTTPException as error:
                    if known.errors:
                        raise RequestValidationError(known.errors) from error
                    raise

        return handle_json


class BulkRoute(JsonRoute):
    """A route whose body may be many things."""

    limits = MANY


class SecretRoute(JsonRoute):
    """A route whose body holds secrets: what is wrong with it is said without any value."""

    limits = SMALL

    def unguarded_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The same, with the values in errors hidden."""
        handle = super().unguarded_handler()

        async def handle_secrets(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                hidden = [{**each, "input": _HIDDEN} for each in error.errors()]
                raise RequestValidationError(hidden) from None

        return handle_secrets


def _too_many_fields(value: Any) -> Errors:  # noqa: ANN401
    members = value if isinstance(value, list) else [value]
    for number, member in enumerate(members):
        if isinstance(member, dict) and len(member) > MOST_FIELDS:
            where = ("body", number) if isinstance(value, list) else ("body",)
            message = f"It should have at most {MOST_FIELDS} fields"
            return [{"type": "value_error", "loc": where, "msg": message, "input": member}]
    return []

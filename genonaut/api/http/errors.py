"""Errors become responses here and nowhere else."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from genonaut.api.http import problems
from genonaut.api.http.compression import compressed_at_once
from genonaut.api.http.middleware import HttpMiddleware, ObservedSend
from genonaut.api.schemas.errors import ErrorOut, FieldProblemOut
from genonaut.errors import (
    DatabaseTimeoutError,
    GenonautError,
    InsufficientScopeError,
    InvalidRequestError,
    InvalidTokenError,
    NotSignedInError,
    OverloadedError,
    RequestTimeoutError,
    TooManyAttemptsError,
    TooManyStreamsError,
)

RETRY_ATTEMPTS_SECONDS: Final = 60
_CHALLENGES: Final[dict[type[GenonautError], str]] = {
    InvalidTokenError: 'Bearer error="invalid_token"',
    InsufficientScopeError: 'Bearer error="insufficient_scope"',
}

ErrorResponse = Callable[[Request, int, ErrorOut], Response]
"""Makes the response of a request that ended with an error, from its status and its content."""

log = structlog.stdlib.get_logger(__name__)


def json_error(_request: Request, status: int, error: ErrorOut) -> Response:
    """An error as the API sends it."""
    exclude = None if error.fields else {"fields"}
    return JSONResponse(error.model_dump(exclude=exclude), status)


def handle_errors(app: FastAPI, respond: ErrorResponse = json_error) -> None:
    """Register the handlers of errors that have a noun; `UnexpectedErrors` is for all others."""
    fail = partial(_response, respond)

    @app.exception_handler(GenonautError)
    async def explained(request: Request, error: GenonautError) -> Response:
        if error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            response = explained_error(respond, request, error)
            _explain_by_header(response, error)
            if isinstance(error, RequestTimeoutError):
                response.headers["Connection"] = "close"  # the rest of the body may yet come
            return response
        if isinstance(error, OverloadedError):
            # Not an error of ours, and under load there would be a line for each request.
            response = fail(request, error.status, noun(error), (error.__doc__ or "").strip())
            response.headers["Retry-After"] = str(error.retry_seconds)
            return response
        # The message is for the operator: it names addresses and settings.
        log.error("request failed", error=noun(error), detail=str(error))
        return fail(request, error.status, noun(error), (error.__doc__ or "").strip())

    @app.exception_handler(PoolTimeoutError)
    async def busy(request: Request, _error: PoolTimeoutError) -> Response:
        return await explained(request, DatabaseTimeoutError("No connection became free in time."))

    @app.exception_handler(RequestValidationError)
    async def not_valid(request: Request, error: RequestValidationError) -> Response:
        errors = error.errors()
        invalid = InvalidRequestError(problems.detail(errors))
        fields = problems.fields(errors)
        return fail(request, invalid.status, noun(invalid), str(invalid), fields=fields)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        response = fail(request, error.status_code, *_refusal(request, error.status_code))
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            response.headers["allow"] = ", ".join(_methods(request))
        return response


class UnexpectedErrors(HttpMiddleware):
    """Makes every other error a 500 without details, and logs its traceback."""

    def __init__(self, app: ASGIApp, respond: ErrorResponse = json_error) -> None:
        super().__init__(app)
        self._respond = respond

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        observed = ObservedSend(send)
        try:
            await self.app(scope, receive, observed)
        except Exception:
            log.exception("unexpected error")
            if observed.status is not None:
                raise
            detail = "An unexpected error occurred. The log has the details."
            response = _response(
                self._respond, Request(scope), 500, "internal_server_error", detail
            )
            await response(scope, receive, send)


def _explain_by_header(response: Response, error: GenonautError) -> None:
    """What programs read of an error without its body."""
    challenge = _CHALLENGES.get(type(error)) or (
        "Bearer" if isinstance(error, NotSignedInError) else None
    )
    if challenge:
        response.headers["WWW-Authenticate"] = challenge
    if isinstance(error, (TooManyAttemptsError, TooManyStreamsError)):
        response.headers["Retry-After"] = str(RETRY_ATTEMPTS_SECONDS)


def explained_error(respond: ErrorResponse, request: Request, error: GenonautError) -> Response:
    """The response to a request that the client should not have sent."""
    return _response(respond, request, error.status, noun(error), str(error))


def noun(error: GenonautError) -> str:
    """The error's name for programs: `NotFoundError` is `not_found`."""
    name = type(error).__name__.removesuffix("Error")
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def _response(
    respond: ErrorResponse,
    request: Request,
    status: int,
    error: str,
    detail: str,
    fields: list[FieldProblemOut] | None = None,
) -> Response:
    request_id = request.state.request_id
    content = ErrorOut(error=error, detail=detail, request_id=request_id, fields=fields)
    return compressed_at_once(request, respond(request, status, content))


def _refusal(request: Request, status: int) -> tuple[str, str]:
    path = request.scope["path"]
    match status:
        case HTTPStatus.NOT_FOUND:
            return "not_found", f"There is nothing at {path}."
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return "method_not_allowed", f"{request.method} is not possible at {path}."
        case _:
            return HTTPStatus(status).name.lower(), f"{HTTPStatus(status).phrase}."


def _methods(request: Request) -> list[str]:
    """All documented methods of a path; the framework names those of its first route only."""
    path = getattr(request.scope.get("route"), "path", None)
    routes = [route for route in iter_route_contexts(request.app.routes) if route.path == path]
    public = [route for route in routes if route.include_in_schema] or routes
    methods = {method for route in public for method in route.methods or ()}
    return sorted(methods | {"HEAD"} if "GET" in methods else methods)

"""Errors become answers here and nowhere else."""

from http import HTTPStatus
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from genonaut.api.http import problems
from genonaut.api.http.error_responses import error_response, noun
from genonaut.errors import (
    DatabaseTimeoutError,
    GenonautError,
    InvalidRequestError,
    OverloadedError,
    RequestTimeoutError,
)

RETRY_SECONDS: Final = 1

log = structlog.stdlib.get_logger(__name__)


def handle_errors(app: FastAPI) -> None:
    """Register the handlers. What nobody foresaw is for the middleware below."""

    @app.exception_handler(GenonautError)
    async def explained(request: Request, error: GenonautError) -> Response:
        if error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            answer = _answer(request, error.status, noun(error), str(error))
            if isinstance(error, RequestTimeoutError):
                answer.headers["Connection"] = "close"  # the rest of the body may yet come
            return answer
        if isinstance(error, OverloadedError):
            return _overloaded(request, error)
        # The message is for who runs the server: it names addresses and settings.
        log.error("request failed", error=noun(error), detail=str(error))
        return _answer(request, error.status, noun(error), (error.__doc__ or "").strip())

    @app.exception_handler(PoolTimeoutError)
    async def busy(request: Request, _error: PoolTimeoutError) -> Response:
        return await explained(request, DatabaseTimeoutError("No connection became free in time."))

    @app.exception_handler(RequestValidationError)
    async def not_valid(request: Request, error: RequestValidationError) -> Response:
        errors = error.errors()
        invalid = InvalidRequestError(problems.sentence(errors[0]))
        fields = problems.fields(errors)
        return _answer(request, invalid.status, noun(invalid), str(invalid), fields=fields)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        answer = _answer(request, error.status_code, *_refusal(request, error.status_code))
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            answer.headers["allow"] = ", ".join(_methods(request))
        return answer


class UnexpectedErrors:
    """Middleware: what nobody foresaw is a 500 without details, and a traceback in the log."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, send_noting)
        except Exception:
            log.exception("unexpected error")
            if started:
                raise
            await _unexpected(Request(scope))(scope, receive, send)


def _overloaded(request: Request, error: OverloadedError) -> Response:
    # No error of ours, and under load there would be a line for each.
    answer = _answer(request, error.status, noun(error), (error.__doc__ or "").strip())
    answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer


def _unexpected(request: Request) -> Response:
    detail = "Something went wrong here. The log says more."
    return _answer(request, 500, "internal_server_error", detail)


def _answer(request: Request, status: int, error: str, detail: str, **more: Any) -> Response:  # noqa: ANN401
    # The error of a page is a page: `PageRoute` in genonaut/web/page_route.py.
    if make_page := getattr(request.scope.get("route"), "error_page", None):
        page: Response = make_page(request, status, detail)
        return page
    return error_response(request.state.request_id, status, error, detail, **more)


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
    """All methods of a path; the framework names those of the first route only."""
    route = request.scope.get("route")
    path = request.app.openapi()["paths"].get(getattr(route, "path", None), {})
    methods = {method.upper() for method in path} or set(getattr(route, "methods", ()))
    return sorted(methods | {"HEAD"} if "GET" in methods else methods)

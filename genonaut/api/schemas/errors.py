"""The shape of every error, and how the documentation lists those of a route."""

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, Field

from genonaut.api.schemas.values import example

_REQUEST_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
_EXAMPLES = {
    400: ("invalid_cursor", "The cursor does not belong to this list: begin without a cursor."),
    401: ("not_signed_in", "Sign in first, or send a token that is valid."),
    403: ("forbidden", "This was sent by a page of another site: nothing was changed."),
    404: ("not_found", "There is no item 17."),
    408: ("request_timeout", "The body comes too slowly: send it faster."),
    409: ("conflict", "There is a user named 'ada' already."),
    412: (
        "precondition_failed",
        "Item 17 is not, or no longer, as If-Match says: nothing was changed. "
        "Read it again, and repeat the change with its new ETag.",
    ),
    413: ("content_too_large", "The body is larger than 8 MiB: send less at a time."),
    422: ("invalid_request", 'user_id is wrong: "me"; it should be a UUID.'),
    429: ("too_many_attempts", "Too many attempts failed: wait a minute, and try again."),
    500: ("internal_server_error", "An unexpected error occurred. The log has the details."),
    503: ("database_unreachable", "The database server cannot be reached."),
    504: ("database_timeout", "The database took longer than the time limit."),
    507: ("storage_full", "The disk of the library is full: free some space on it."),
}


class FieldProblemOut(BaseModel):
    """One invalid value of a request."""

    field: str = Field(description="Where it is, as in `[3].prompt` or `user_id`.")
    message: str
    value: str | None = Field(description="The value, shortened; null if it is missing.")

    model_config = example(
        {
            "field": "quality_score",
            "message": "It should be a number",
            "value": '"high"',
        }
    )


class ErrorOut(BaseModel):
    """What went wrong, for a program (`error`) and for a person (`detail`)."""

    error: str = Field(description="A noun that never changes, as in `not_found`.")
    detail: str = Field(description="One or two sentences: what is wrong, what to do.")
    request_id: str = Field(description="What to look for in the logs.")
    fields: list[FieldProblemOut] | None = Field(
        default=None, description="Only for invalid requests: the first problems."
    )

    model_config = example(
        {"error": "not_found", "detail": "There is no item 17.", "request_id": _REQUEST_ID}
    )


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors of a route for OpenAPI: those named, and those that any route can end with."""
    return {status: _documentation(status) for status in (401, *statuses, 500, 503, 504)}


def _documentation(status: int) -> dict[str, Any]:
    error, detail = _EXAMPLES[status]
    body = {"error": error, "detail": detail, "request_id": _REQUEST_ID}
    return {
        "model": ErrorOut,
        "description": HTTPStatus(status).phrase,
        "content": {"application/json": {"example": body}},
    }

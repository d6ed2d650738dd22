"""What every error looks like, and how the documentation lists those of a route."""

from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from genonaut.errors import GenonautError


class FieldProblemOut(BaseModel):
    """One value of a request that cannot be."""

    field: str = Field(description="Where it is, as in `[3].prompt` or `user_id`.")
    message: str
    value: str | None = Field(description="The value, shortened; null if it is missing.")

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "field": "quality_score",
                    "message": "Input should be a valid number",
                    "value": '"high"',
                }
            ]
        }
    )


class ErrorOut(BaseModel):
    """What went wrong, for a program (`error`) and for a person (`detail`)."""

    error: str = Field(description="A noun that never changes, as in `not_found`.")
    detail: str = Field(description="One or two sentences: what is wrong, what to do.")
    request_id: str = Field(description="What to look for in the logs.")
    fields: list[FieldProblemOut] | None = Field(
        default=None, description="Only for requests that are not valid: the first problems."
    )

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "error": "not_found",
                    "detail": "There is no item 17.",
                    "request_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                }
            ]
        }
    )


_EXAMPLES = {
    400: ("invalid_cursor", "The cursor does not belong to this list: begin without a cursor."),
    404: ("not_found", "There is no item 17."),
    409: ("conflict", "There is a user named 'ada' already."),
    413: ("content_too_large", "The body is larger than 8 MiB: send less at a time."),
    422: ("invalid_request", 'user_id is wrong: "me"; input should be a valid UUID.'),
    500: ("internal_server_error", "Something went wrong here. The log says more."),
    503: ("database_unreachable", "Nothing answers at the database's address."),
    504: ("database_timeout", "The database took longer than the time limit."),
}


def noun(error: GenonautError) -> str:
    """An error's name for programs: `NotFoundError` -> `not_found`."""
    name = type(error).__name__.removesuffix("Error")
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def error_response(
    request_id: str,
    status: int,
    error: str,
    detail: str,
    **more: Any,  # noqa: ANN401
) -> JSONResponse:
    """The answer. `more` are other fields of `ErrorOut`."""
    body = ErrorOut(error=error, detail=detail, request_id=request_id, **more)
    return JSONResponse(body.model_dump(exclude_unset=True), status)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors of a route for OpenAPI: those named, and those that any route can end with."""
    return {status: _documentation(status) for status in (*statuses, 500, 503, 504)}


def _documentation(status: int) -> dict[str, Any]:
    error, detail = _EXAMPLES[status]
    example = {"error": error, "detail": detail, "request_id": "4bf92f3577b34da6a3ce929d0e0e4736"}
    return {
        "model": ErrorOut,
        "description": HTTPStatus(status).phrase,
        "content": {"application/json": {"example": example}},
    }

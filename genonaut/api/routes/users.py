"""Users: list, read, add."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from genonaut.api.entities import Page
from genonaut.api.http.access import ADMIN, VISITOR
from genonaut.api.http.dependencies import RecorderDep, UserServiceDep
from genonaut.api.http.json_routes import JsonRoute
from genonaut.api.schemas.errors import documented
from genonaut.api.schemas.users import UserIn, UserOut, UsersOut
from genonaut.api.schemas.values import NamePart
from genonaut.db.schema import User

router = APIRouter(prefix="/api/v1/users", tags=["users"], route_class=JsonRoute)


@router.get("", response_model=UsersOut, responses=documented(422), dependencies=[VISITOR])
def list_users(
    service: UserServiceDep,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    after: Annotated[NamePart | None, Query(description="`next_after` of the page before.")] = None,
    search: Annotated[NamePart | None, Query(description="What usernames begin with.")] = None,
) -> Page[User]:
    """Return a page of users, by username."""
    return service.page(limit, after, search)


@router.get(
    "/{user_id}",
    response_model=UserOut,
    responses=documented(404, 422),
    dependencies=[VISITOR],
)
def read_user(service: UserServiceDep, user_id: UUID) -> User:
    """Return a user."""
    return service.get(user_id)


@router.post(
    "",
    status_code=201,
    response_model=UserOut,
    responses=documented(403, 409, 413, 422),
    dependencies=[ADMIN],
)
def create_user(service: UserServiceDep, recorder: RecorderDep, user: UserIn) -> User:
    """Add a user who creates items, and cannot sign in."""
    created = service.create(user.username)
    recorder.record("user-added", created.username)
    return created

"""The address of the API itself, for those who have no more than that."""

from fastapi import APIRouter

from genonaut import __version__
from genonaut.api.http.access import PUBLIC
from genonaut.api.http.api_routes import ApiRoute
from genonaut.api.schemas.errors import documented
from genonaut.api.schemas.index import IndexOut

router = APIRouter(tags=["health"], route_class=ApiRoute)


@router.get("/api", include_in_schema=False, dependencies=[PUBLIC])
@router.get("/api/v1", responses=documented(422), dependencies=[PUBLIC])
async def read_index() -> IndexOut:
    """Return where the documentation of the API is."""
    return IndexOut(
        name="Genonaut", version=__version__, documentation="/docs", openapi="/openapi.json"
    )

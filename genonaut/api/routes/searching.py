"""Searching: what to suggest while one types."""

from typing import Annotated

from fastapi import APIRouter, Query

from genonaut.api.http.access import VISITOR
from genonaut.api.http.api_routes import ApiRoute
from genonaut.api.http.dependencies import SuggestionServiceDep
from genonaut.api.http.viewer import ViewerDep
from genonaut.api.schemas.errors import documented
from genonaut.api.schemas.searching import SuggestionsOut
from genonaut.api.schemas.values import Storable
from genonaut.api.services.suggestion_service import LONGEST_TYPED, MOST_SUGGESTIONS

router = APIRouter(prefix="/api/v1/search", tags=["content"], route_class=ApiRoute)

Typed = Annotated[
    Storable[Annotated[str, Query(max_length=LONGEST_TYPED)]],
    Query(description="What was typed, up to the cursor. Its last word is what counts."),
]
Number = Annotated[int, Query(ge=1, le=MOST_SUGGESTIONS)]


@router.get("/suggestions", responses=documented(422), dependencies=[VISITOR])
def suggest(
    service: SuggestionServiceDep, viewer: ViewerDep, q: Typed = "", limit: Number = 8
) -> SuggestionsOut:
    """Return tags, models and users whose names begin with the last word, and fields."""
    found = service.suggest(viewer, q, limit)
    return SuggestionsOut.model_validate({"suggestions": found})

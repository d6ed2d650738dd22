"""What the routes about a user's searches accept and return."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from genonaut.api.schemas.numbered import NUMBERED_EXAMPLE, NumberedOut
from genonaut.api.schemas.people_values import EXAMPLE_ID, EXAMPLE_TIME
from genonaut.api.schemas.values import FROM_ATTRIBUTES, Filled, Utc, example
from genonaut.people.searches import LONGEST_KEPT

_SEARCH = {
    "id": 4,
    "user_id": EXAMPLE_ID,
    "search_query": "calm sea",
    "search_count": 3,
    "created_at": EXAMPLE_TIME,
    "last_searched_at": EXAMPLE_TIME,
}
KeptSearch = Filled[
    Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_KEPT)]
]


class SearchIn(BaseModel):
    """A search, as it was typed."""

    search_query: KeptSearch

    model_config = example({"search_query": "calm sea"}) | ConfigDict(extra="forbid")


class SearchOut(BaseModel):
    """A search, and how often it was made."""

    id: int
    user_id: UUID
    search_query: str
    search_count: int
    created_at: Utc = Field(description="When it was made first.")
    last_searched_at: Utc

    model_config = example(_SEARCH) | FROM_ATTRIBUTES


class RecentSearchesOut(BaseModel):
    """The last searches."""

    items: list[SearchOut]

    model_config = example({"items": [_SEARCH]})


class SearchHistoryOut(BaseModel):
    """A page of searches, the last ones first."""

    items: list[SearchOut]
    pagination: NumberedOut

    model_config = FROM_ATTRIBUTES | example({"items": [_SEARCH], "pagination": NUMBERED_EXAMPLE})


class SearchesDeletedOut(BaseModel):
    """How many searches were deleted."""

    success: bool = True
    deleted_count: int
    message: str

    model_config = example({"success": True, "deleted_count": 1, "message": "Deleted 1 search."})

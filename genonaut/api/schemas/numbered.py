"""Where a page by number is among all."""

from pydantic import BaseModel, Field

from genonaut.api.schemas.values import FROM_ATTRIBUTES, example

NUMBERED_EXAMPLE = {
    "page": 1,
    "page_size": 20,
    "total_count": 312,
    "total_pages": 16,
    "total_is_estimate": False,
    "has_next": True,
    "has_previous": False,
}


class NumberedOut(BaseModel):
    """Where a page by number is among all."""

    page: int
    page_size: int
    total_count: int = Field(description="If `total_is_estimate`, there are as many or more.")
    total_pages: int
    total_is_estimate: bool = Field(description="Whether counting them all took too long.")
    has_next: bool
    has_previous: bool

    model_config = example(NUMBERED_EXAMPLE) | FROM_ATTRIBUTES

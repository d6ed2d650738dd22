"""What the routes of ratings accept and return."""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from genonaut.api.schemas.values import FROM_ATTRIBUTES, WHOLE, example

WORST: Final = 1
BEST: Final = 5
RatingValue = Annotated[int, WHOLE, Field(strict=True, ge=WORST, le=BEST)]


class RatingIn(BaseModel):
    """What you think of an item."""

    value: RatingValue = Field(description="1 is the worst, 5 the best.")

    model_config = example({"value": 5}) | ConfigDict(extra="forbid")


class RatingOut(BaseModel):
    """What an item is rated, exact at this moment."""

    item_id: int
    rating: int | None = Field(description="Your own, 1 to 5; null if there is none.")
    rating_mean: float | None = Field(description="The mean of all users'; null without any.")
    rating_count: int = Field(description="How many users rated it.")

    model_config = FROM_ATTRIBUTES | example(
        {"item_id": 17, "rating": 5, "rating_mean": 4.5, "rating_count": 2}
    )

"""What the suggestions of a search are like."""

from typing import Literal

from pydantic import BaseModel, Field

from genonaut.api.schemas.values import FROM_ATTRIBUTES, example

_SUGGESTION = {"kind": "tag", "name": "sea", "search": "tag:sea", "count": 1023}


class SuggestionOut(BaseModel):
    """What could stand in the place of the last word."""

    kind: Literal["tag", "model", "user", "field"]
    name: str
    search: str = Field(description="How it is written in a search.")
    count: int | None = Field(description="Exact, or null where no count knows it.")

    model_config = FROM_ATTRIBUTES | example(_SUGGESTION)


class SuggestionsOut(BaseModel):
    """Suggestions, the best first."""

    suggestions: list[SuggestionOut]

    model_config = FROM_ATTRIBUTES | example({"suggestions": [_SUGGESTION]})

"""What the route of facets accepts and returns."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field
from typing_extensions import TypeAliasType

from genonaut.api.gallery import facets
from genonaut.api.gallery.facets import FACETS, MOST_VALUES, FacetQuery
from genonaut.api.schemas.gallery import GalleryParams
from genonaut.api.schemas.values import FROM_ATTRIBUTES, NamePart, Utc, example

FacetName = TypeAliasType("FacetName", facets.FacetName)

_MODEL = {"facet": "model", "value": "flux-dev", "name": "flux-dev", "count": 1204, "exact": True}
_TAG = {
    "facet": "tag",
    "value": "5a1c7b52-93d1-4a53-8d0a-6f3f0a4e9d11",
    "name": "sea",
    "count": 903,
    "exact": True,
}


class FacetsParams(GalleryParams):
    """The filters of a list, and which of its facets. What is about pages has no effect."""

    facet: list[FacetName] = Field(
        [], max_length=len(FACETS), description="Which facets. Default: all."
    )
    limit: int = Field(20, ge=1, le=MOST_VALUES, description="Values of each facet, at most.")
    part: NamePart = Field("", description="A part of the values' names.")

    def asked(self) -> FacetQuery:
        """Which facets are asked for."""
        chosen = tuple(facet for facet in FACETS if not self.facet or facet in self.facet)
        return FacetQuery(chosen, self.limit, self.part)


class FacetValueOut(BaseModel):
    """A value, and how many items the list has once that value is one of its filters, too."""

    facet: FacetName
    value: str = Field(
        description="What the filter of the facet is given: `content_source_types`, `model`, "
        "`lora`, `sampler`, `month`, `tag` or `creator`."
    )
    name: str = Field(description="What people call it.")
    count: int
    exact: bool = Field(description="If not, there are as many or more.")

    model_config = example(_MODEL, _TAG) | FROM_ATTRIBUTES


class FacetsOut(BaseModel):
    """The values of a list: those with most items first, and months from the newest on."""

    values: list[FacetValueOut]
    more: Annotated[
        list[FacetName],
        BeforeValidator(sorted),
        Field(description="The facets that have other values, too."),
    ]
    known: bool = Field(description="False if looking took too long: then there are no values.")
    as_of: Utc

    model_config = FROM_ATTRIBUTES | example(
        {
            "values": [_MODEL, _TAG],
            "more": ["tag"],
            "known": True,
            "as_of": "2026-11-22T15:04:05.123Z",
        }
    )

"""What the templates of facets use."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FacetLink:
    """A value that narrows a list, with the number of items left; or a chosen one, to remove it.

    If the number is not `exact`, there are as many or more.
    """

    name: str
    url: str
    count: int = 0
    exact: bool = True
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """The values of a facet; `more` is where all of them are, if there are others."""

    facet: str
    title: str
    links: tuple[FacetLink, ...]
    more: str | None


@dataclass(frozen=True, slots=True)
class FacetPanel:
    """The facets beside a list. If they are not `known`, looking took too long."""

    groups: tuple[FacetGroup, ...]
    known: bool

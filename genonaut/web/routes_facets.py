"""The page of a facet: all its values, to be searched."""

from fastapi import APIRouter, Response

from genonaut.api.gallery.facets import FacetName
from genonaut.api.http.access import VISITOR
from genonaut.web.page_route import PageRoute
from genonaut.web.page_view import PageViewDep
from genonaut.web.views.facets import facet_context

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/gallery/facets/{facet}", dependencies=[VISITOR])
def facet(view: PageViewDep, facet: FacetName) -> Response:
    """The values by which a list can be narrowed."""
    return view.render(facet_context(view, facet))

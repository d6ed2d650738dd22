"""The secret link to an album, as its owner makes and revokes it."""

from fastapi import APIRouter, Response

from genonaut.api.http.access import MEMBER
from genonaut.api.http.dependencies import RecorderDep, SessionDep
from genonaut.api.services.sharing_service import SharingService
from genonaut.web.albums.owner import OwnerDep
from genonaut.web.albums.routes_albums import AlbumId
from genonaut.web.page_route import PageRoute
from genonaut.web.people.pages import done
from genonaut.web.security import FormDep, see
from genonaut.web.state import ALBUMS, album_page

router = APIRouter(prefix=ALBUMS, route_class=PageRoute, include_in_schema=False)


@router.post("/{album_id}/link", dependencies=[MEMBER])
def make_link(
    session: SessionDep,
    owner: OwnerDep,
    recorder: RecorderDep,
    album_id: AlbumId,
    form: FormDep,
) -> Response:
    """Make a link to an album; if there is one, say whether it shows prompts."""
    with_prompts = form.get("prompts") == "yes"
    SharingService(session).share(owner.eyes, album_id, with_prompts=with_prompts)
    recorder.record("album-shared", str(album_id))
    return see(done(album_page(str(album_id)), "shared"))


@router.post("/{album_id}/link/revoke", dependencies=[MEMBER])
def revoke_link(
    session: SessionDep, owner: OwnerDep, recorder: RecorderDep, album_id: AlbumId
) -> Response:
    """Revoke the link to an album."""
    SharingService(session).unshare(owner.eyes, album_id)
    recorder.record("album-unshared", str(album_id))
    return see(done(album_page(str(album_id)), "revoked"))

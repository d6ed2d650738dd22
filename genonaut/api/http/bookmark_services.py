"""What the routes of favourites and albums depend on: their services, and whose they are."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from genonaut.api.http.dependencies import SessionDep
from genonaut.api.http.identities import KnownIdentityDep
from genonaut.api.services.album_service import AlbumService
from genonaut.api.services.bookmark_service import BookmarkService
from genonaut.api.services.ownership import user_to_change
from genonaut.api.services.place_service import PlaceService
from genonaut.api.services.sharing_service import SharingService

# Asynchronous, as in dependencies.py: they only create objects.


async def get_bookmark_service(session: SessionDep) -> BookmarkService:
    """The service of favourites."""
    return BookmarkService(session)


async def get_album_service(session: SessionDep) -> AlbumService:
    """The service of albums."""
    return AlbumService(session)


async def get_place_service(session: SessionDep) -> PlaceService:
    """The service of places in albums."""
    return PlaceService(session)


async def get_sharing_service(session: SessionDep) -> SharingService:
    """The service of secret links."""
    return SharingService(session)


async def get_changed_user(
    identity: KnownIdentityDep,
    user_id: Annotated[
        UUID | None, Query(description="Whose: default the sender; members name no other.")
    ] = None,
) -> UUID:
    """The user whose favourites or albums a request changes."""
    return user_to_change(identity, user_id)


BookmarkServiceDep = Annotated[BookmarkService, Depends(get_bookmark_service)]
AlbumServiceDep = Annotated[AlbumService, Depends(get_album_service)]
PlaceServiceDep = Annotated[PlaceService, Depends(get_place_service)]
SharingServiceDep = Annotated[SharingService, Depends(get_sharing_service)]
ChangedUser = Annotated[UUID, Depends(get_changed_user)]
AnyUser = Annotated[
    UUID | None, Query(alias="user_id", description="Not needed: the address says whose it is.")
]
"""What an older client sends as well."""

"""What the pages are made from: services, all on one session."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from genonaut.api.http.dependencies import SessionDep, SnapshotDep
from genonaut.api.repositories.growth_repository import GrowthRepository
from genonaut.api.services.content_service import ContentService
from genonaut.api.services.deletion_service import DeletionService
from genonaut.api.services.gallery_service import GalleryService
from genonaut.api.services.tag_service import TagService
from genonaut.api.services.user_service import UserService


@dataclass(frozen=True, slots=True)
class PageServices:
    """Everything that a page may ask. On a snapshot, so that its parts agree with each other."""

    gallery: GalleryService
    content: ContentService
    tags: TagService
    users: UserService
    growth: GrowthRepository
    deletions: DeletionService


def get_services(request: Request, session: SnapshotDep) -> PageServices:
    """The services on a snapshot."""
    return _services(request, session)


def _services(request: Request, session: Session) -> PageServices:
    state = request.app.state
    policy = state.counts_policy
    return PageServices(
        gallery=GalleryService(session, state.settings.gallery, policy),
        content=ContentService(session, policy),
        tags=TagService(session),
        users=UserService(session),
        growth=GrowthRepository(session),
        deletions=DeletionService(session),
    )


def get_deletions(session: SessionDep) -> DeletionService:
    """What may change something, in a transaction that is committed before the answer is sent."""
    return DeletionService(session)


PageServicesDep = Annotated[PageServices, Depends(get_services)]
DeletionsDep = Annotated[DeletionService, Depends(get_deletions)]

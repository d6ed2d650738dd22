"""For administrators: the record of who did what."""

from typing import Final, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from genonaut.api.http.access import FOR_ADMINS
from genonaut.api.http.dependencies import SnapshotDep
from genonaut.people import audit
from genonaut.people.audit import KEPT_DAYS, Action
from genonaut.web.contexts import Choice
from genonaut.web.page_route import PageRoute
from genonaut.web.people.admin_contexts import AuditContext
from genonaut.web.people.pages import PageViewerDep, page
from genonaut.web.state import GALLERY, read_number

router = APIRouter(route_class=PageRoute, include_in_schema=False)

AUDIT: Final = f"{GALLERY}/admin/audit"
PER_PAGE: Final = 50


def _in_words(action: str) -> str:
    return (
        action.capitalize()
        .replace("-", " ")
        .replace("Sign in", "Sign-in")
        .replace("Sign out", "Sign-out")
    )


_WORDS: Final = {action: _in_words(action) for action in get_args(Action)}


@router.get(AUDIT, dependencies=FOR_ADMINS)
def show_audit(request: Request, session: SnapshotDep, viewer: PageViewerDep) -> Response:
    """A page of it, the newest first; perhaps of one action only."""
    asked = request.query_params
    action = next((one for one in _WORDS if one == asked.get("action")), None)
    before = read_number(asked.get("before", "")) or None
    found = audit.page(session, PER_PAGE + 1, before, action=action)
    shown = tuple(found[:PER_PAGE])
    context = AuditContext(
        title="Record",
        viewer=viewer,
        entries=shown,
        actions=tuple(Choice(one, words, one == action) for one, words in _WORDS.items()),
        words=_WORDS,
        first=_address(action) if before else None,
        next=_address(action, shown[-1].id) if len(found) > PER_PAGE else None,
        kept_days=KEPT_DAYS,
    )
    return page(request, context)


def _address(action: str | None, before: int | None = None) -> str:
    asked = {"action": action, "before": before}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{AUDIT}?{query}" if query else AUDIT

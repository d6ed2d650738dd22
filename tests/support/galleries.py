"""A small gallery in which much is equal, what plain SQL says of it, and a reader of pages."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, combinations
from typing import Any, get_args

import httpx
from sqlalchemy.orm import Session

from genonaut.api.gallery.query import ColumnField, GalleryPage, GalleryQuery, SwitchName
from genonaut.api.services.gallery_service import GalleryService
from genonaut.content.viewer import EVERYTHING, Viewer
from genonaut.db.session import Database

UNIFIED = "/api/v1/content/unified"
ADA, GRACE, LURKER = (f"00000000-0000-4000-8000-00000000000{number}" for number in (1, 2, 3))
VIEWERS = {"nobody": None, "with content": ADA, "without content": LURKER}
SWITCHES: tuple[SwitchName, ...] = get_args(SwitchName)
COMBINATIONS = list(chain.from_iterable(combinations(SWITCHES, n) for n in range(5)))
ORDERS = [(field, order) for field in get_args(ColumnField) for order in ("desc", "asc")]

# Few different values, so that ids decide; and values that are only equal when rounded. In order,
# so that ids run with n in every plan of the join.
FILL = f"""
INSERT INTO users (id, username) VALUES
    ('{ADA}', 'ada'), ('{GRACE}', 'grace'), ('{LURKER}', 'lurker'),
    (gen_random_uuid(), 'someone'), (gen_random_uuid(), 'someone else');
INSERT INTO content_items_all (source_type, title, content_data, prompt, creator_id,
                               created_at, updated_at, quality_score)
SELECT (ARRAY['items', 'auto', 'auto'])[1 + n %% 3],
       (ARRAY['Sea', 'sea', 'Äther', 'zebra 🦓', 'a"b''c', ''])[1 + n %% 6],
       '', 'prompt ' || n, creators.id,
       timestamptz '2026-01-01 00:00:00.000001+00' + n / 4 * interval '1 microsecond',
       timestamptz '2026-01-01 00:00:00+00' - n %% 5 * interval '1 day',
       (ARRAY[0.1, 0.1 + 1e-17, 0.30000000000000004, 0.3, -0.0, 0.0])[1 + n %% 6]
FROM generate_series(1, 75) AS n
JOIN (SELECT id, row_number() OVER (ORDER BY username) AS place FROM users
       WHERE username <> 'lurker') AS creators ON place = 1 + n * n %% 4
ORDER BY n
"""

# Whose rows and which switch: mine need the one of mine, others' need the community's.
EXPECTED = """
SELECT id FROM content_items_all
WHERE CASE source_type WHEN 'items' THEN 'regular' ELSE 'auto' END = ANY (
    CASE WHEN creator_id = %(viewer)s THEN %(user)s::text[] ELSE %(community)s::text[] END)
ORDER BY {field} {order}, id {order}"""


def fill(database: Database) -> None:
    with database.transaction() as session:
        session.connection().exec_driver_sql(FILL, ())


def expected_ids(
    session: Session,
    switches: Sequence[str],
    viewer: str | None,
    field: str = "created_at",
    order: str = "desc",
) -> list[int]:
    """The ids of the list, by plain SQL that shares nothing with the gallery."""
    sides: Mapping[str, Any] = {
        side: [switch.split("-")[1] for switch in switches if switch.startswith(side)]
        for side in ("user", "community")
    }
    statement = EXPECTED.format(field=field, order=order)
    found = session.connection().exec_driver_sql(statement, {"viewer": viewer, **sides})
    return list(found.scalars())


def asked(switches: Sequence[str], viewer: str | None, **others: object) -> dict[str, Any]:
    """Parameters of a request."""
    params: dict[str, Any] = {"content_source_types": list(switches) or [""], **others}
    return params | ({"user_id": viewer} if viewer else {})


def read(client: httpx.Client, params: Mapping[str, Any], **others: Any) -> dict[str, Any]:
    answer = client.get(UNIFIED, params={**params, **others})
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def forward(
    client: httpx.Client, params: Mapping[str, Any], between: Callable[[], object] = lambda: None
) -> Iterator[dict[str, Any]]:
    """All pages by cursor, from the first."""
    page = read(client, params)
    yield page
    while cursor := page["pagination"]["next_cursor"]:
        between()
        page = read(client, params, cursor=cursor)
        yield page


def backward(
    client: httpx.Client,
    params: Mapping[str, Any],
    page: dict[str, Any],
    between: Callable[[], object] = lambda: None,
) -> Iterator[dict[str, Any]]:
    """All pages by cursor before this one."""
    while cursor := page["pagination"]["prev_cursor"]:
        between()
        page = read(client, params, cursor=cursor)
        yield page


def read_forward(
    service: GalleryService, query: GalleryQuery, viewer: Viewer = EVERYTHING
) -> Iterator[GalleryPage]:
    """All pages by cursor, from the first, without HTTP."""
    page = service.page(viewer, query)
    yield page
    while page.pagination.next_cursor:
        page = service.page(viewer, replace(query, cursor=page.pagination.next_cursor))
        yield page


def read_backward(
    service: GalleryService, query: GalleryQuery, page: GalleryPage
) -> Iterator[GalleryPage]:
    """All pages by cursor before this one, without HTTP."""
    while page.pagination.prev_cursor:
        page = service.page(EVERYTHING, replace(query, cursor=page.pagination.prev_cursor))
        yield page


def ids(pages: Iterator[dict[str, Any]] | Sequence[dict[str, Any]]) -> list[int]:
    return [item["id"] for page in pages for item in page["items"]]

"""A program that uses the generated client: mypy checks it against the client before it runs."""

from http import HTTPStatus

import httpx
from genonaut_client import AuthenticatedClient
from genonaut_client.api.content import (
    change_item,
    create_items,
    delete_item,
    list_items,
    read_item,
)
from genonaut_client.api.stats import read_stats
from genonaut_client.models import (
    ErrorOut,
    GalleryOut,
    ItemChangeIn,
    ItemDeletedOut,
    ItemIn,
    ItemOut,
    ItemsCreatedOut,
    Metadata,
    SortField,
    SourceType,
    StatsOut,
    Switch,
    Visibility,
)

from tests.support.waiting import PATIENCE_SECONDS

PATIENCE = httpx.Timeout(PATIENCE_SECONDS)


def use_the_gallery(url: str, token: str, token_of_another: str) -> None:
    """Add, list, count, change and delete items, and read errors, as their types say."""
    visitor = AuthenticatedClient(base_url=url, token=token_of_another, timeout=PATIENCE)
    with visitor, AuthenticatedClient(base_url=url, token=token, timeout=PATIENCE) as member:
        number = _add(member)
        _find(visitor, number)
        etag = _change(member, number)
        _is_refused(visitor, member, number, etag)
        deleted = delete_item.sync(number, client=member, if_match=etag)
        assert isinstance(deleted, ItemDeletedOut)
        missing = read_item.sync(number, client=visitor)
        assert isinstance(missing, ErrorOut)
        assert missing.error == "not_found"


def _add(member: AuthenticatedClient) -> int:
    metadata = Metadata.from_dict({"seed": 7})
    one = ItemIn(prompt="a tea house", item_metadata=metadata, tags=["rain"])
    several = [ItemIn(prompt=f"a tea house {word}", quality_score=0.5) for word in ("up", "down")]
    created = create_items.sync(client=member, body=one)
    assert isinstance(created, ItemsCreatedOut)
    assert isinstance(create_items.sync(client=member, body=several), ItemsCreatedOut)
    number: int = created.items[0].id
    return number


def _find(visitor: AuthenticatedClient, number: int) -> None:
    page = list_items.sync(
        client=visitor,
        content_source_types=[Switch.COMMUNITY_REGULAR],
        sort_field=SortField.QUALITY_SCORE,
        include_stats=True,
    )
    assert isinstance(page, GalleryOut)
    assert page.pagination.total_count == len(page.items) == 3
    item = next(item for item in page.items if item.id == number)
    assert item.item_metadata["seed"] == 7
    assert (item.source_type, item.visibility) == (SourceType.REGULAR, Visibility.PUBLIC)
    counts = read_stats.sync(client=visitor)
    assert isinstance(counts, StatsOut)
    assert isinstance(page.stats, StatsOut)
    assert counts.community_regular_count == page.stats.community_regular_count == 3


def _change(member: AuthenticatedClient, number: int) -> str:
    etag = read_item.sync_detailed(number, client=member).headers["ETag"]
    change = ItemChangeIn(title="Tea house", visibility=Visibility.PRIVATE)
    changed = change_item.sync_detailed(number, client=member, body=change, if_match=etag)
    assert isinstance(changed.parsed, ItemOut)
    assert (changed.parsed.title, changed.parsed.prompt) == ("Tea house", "a tea house")
    late = change_item.sync_detailed(number, client=member, body=change, if_match=etag)
    assert late.status_code == HTTPStatus.PRECONDITION_FAILED
    new: str = changed.headers["ETag"]
    return new


def _is_refused(
    visitor: AuthenticatedClient, member: AuthenticatedClient, number: int, etag: str
) -> None:
    hidden = read_item.sync(number, client=visitor)
    assert isinstance(hidden, ErrorOut), "it is private"
    wrong = create_items.sync(client=member, body=ItemIn(prompt=" "))
    assert isinstance(wrong, ErrorOut)
    assert "prompt" in str(wrong.to_dict())
    unknown = read_item.sync_detailed(number, client=member, if_match=etag[::-1])
    assert isinstance(unknown.parsed, ErrorOut)

"""Pages by number, as clients want them that show one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from genonaut.api.gallery.pager import Total

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class PageNumber:
    """Which page of a list, from 1, and how many entries each has."""

    page: int
    page_size: int

    @property
    def offset(self) -> int:
        """How many entries come before."""
        return (self.page - 1) * self.page_size


@dataclass(frozen=True, slots=True)
class NumberedPage(Generic[Entry]):
    """The entries of a page, and where it is among all."""

    items: Sequence[Entry]
    page: int
    page_size: int
    total_count: int
    total_is_estimate: bool
    has_next: bool

    @classmethod
    def of(cls, at: PageNumber, found: Sequence[Entry], total: Total) -> "NumberedPage[Entry]":
        """A page; `found` has one entry more if there is a next one.

        A total that could not be counted in time is at least what was met.
        """
        met = at.offset + len(found) if found else 0
        return cls(
            items=found[: at.page_size],
            page=at.page,
            page_size=at.page_size,
            total_count=total.count if total.exact else max(total.count, met),
            total_is_estimate=not total.exact,
            has_next=len(found) > at.page_size,
        )

    @property
    def total_pages(self) -> int:
        """How many pages there are, the last one perhaps in part."""
        return -(-self.total_count // self.page_size)

    @property
    def has_previous(self) -> bool:
        """Whether there is an entry before the page."""
        return self.page > 1 and self.total_count > 0

    @property
    def pagination(self) -> "NumberedPage[Entry]":
        """The same without the entries, for responses that keep the two apart."""
        return self

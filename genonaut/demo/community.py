"""Who made how much and when: few users make most of the items, and most items are recent."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from random import Random
from typing import NamedTuple
from uuid import UUID

from genonaut.demo import grammar, tagging

END = datetime(2026, 11, 1, tzinfo=UTC)
SPAN = timedelta(days=900)
# Half of the items are from the last quarter of the time span.
_RECENCY = 2.0
_ZIPF_EXPONENT = 0.9

UserColumns = tuple[UUID, str, datetime]
ItemColumns = tuple[str, str, str, str, str, UUID, datetime, datetime, float]


class Item(NamedTuple):
    """An item as columns for COPY, and the names of its tags."""

    columns: ItemColumns
    tags: tuple[str, ...]

    @property
    def creator(self) -> UUID:
        """Whose it is."""
        return self.columns[5]


class Community:
    """Users, their items and their tags; always the same for the same numbers."""

    def __init__(self, seed: int, users: int) -> None:
        self._chance = Random(seed)  # noqa: S311 - nothing secret is made of it
        names = list(islice(grammar.usernames(self._chance), users))
        ids = [UUID(int=self._chance.getrandbits(128), version=4) for _ in names]
        joined = sorted(self._moment_before(END - SPAN) for _ in names)
        self.users: list[UserColumns] = list(zip(ids, names, joined, strict=True))
        self._ids = ids
        # A generator of its own, so that drawing tags does not change anything else.
        self._taste = Random(seed + 1)  # noqa: S311 - as above
        self.tags = {
            name: UUID(int=self._taste.getrandbits(128), version=4) for name in tagging.ALL_TAGS
        }
        self._weights = list(accumulate((rank + 1) ** -_ZIPF_EXPONENT for rank in range(users)))

    def items(self, regular: int, auto: int) -> Iterator[Item]:
        """All items, the oldest first."""
        sources = ["items"] * regular + ["auto"] * auto
        self._chance.shuffle(sources)
        ages = sorted((self._chance.random() ** _RECENCY for _ in sources), reverse=True)
        for source, age in zip(sources, ages, strict=True):
            yield self._item(source, END - age * SPAN)

    def _item(self, source: str, created_at: datetime) -> Item:
        what = grammar.idea(self._chance)
        return Item(self._columns(source, created_at, what), tagging.tags(self._taste, what))

    def _columns(self, source: str, created_at: datetime, what: grammar.Idea) -> ItemColumns:
        chance = self._chance
        write = grammar.spoken_prompt if source == "items" else grammar.generated_prompt
        return (
            source,
            grammar.title(chance, what),
            "",
            write(chance, what),
            json.dumps(grammar.metadata(chance), ensure_ascii=False),
            chance.choices(self._ids, cum_weights=self._weights)[0],
            created_at,
            created_at,
            round(chance.triangular(0.15, 1.0, 0.75), 3),
        )

    def _moment_before(self, moment: datetime) -> datetime:
        return moment - self._chance.random() * timedelta(days=365)

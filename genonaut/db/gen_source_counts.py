"""A viewer's four counts, and the one place that decides whether the cached ones will do."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from genonaut.config import StatsSettings
from genonaut.counting.engine import Reading
from genonaut.db.positions import Origin, ServerKind
from genonaut.db.schema import AUTO, REGULAR, SourceType


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewerCounts:
    """How many items there are by how they were made, the viewer's own and the community's.

    The names are those of the API. The four numbers belong to one snapshot, taken at `as_of`.
    Without a viewer, the first two are 0. The community includes the viewer. `source` is `live` if
    the cache was never built, so that the items themselves were counted. `verified_at` is when a
    refresh last compared the counts with the items; None before the first. On a distributed gallery
    the community's are not of `one_moment`: each of its parts is of another one, and none is before
    `as_of`. `origin` says where they were read, if there are replicas.
    """

    user_regular_count: int
    user_auto_count: int
    community_regular_count: int
    community_auto_count: int
    exact: Literal[True] = True
    source: Literal["cache", "live"]
    as_of: datetime
    verified_at: datetime | None
    one_moment: bool = True
    origin: Origin | None = None

    @classmethod
    def of(
        cls,
        user_id: UUID | None,
        reading: Reading,
        source: Literal["cache", "live"] = "cache",
        origin: Origin | None = None,
    ) -> "ViewerCounts":
        """The four counts out of a reading of `GEN_SOURCE` that includes the viewer."""
        counts = reading.counts
        return cls(
            user_regular_count=counts[user_id, REGULAR] if user_id else 0,
            user_auto_count=counts[user_id, AUTO] if user_id else 0,
            community_regular_count=counts[None, REGULAR],
            community_auto_count=counts[None, AUTO],
            source=source,
            # A replica's clock says nothing about what it has.
            as_of=(origin and origin.as_of) or reading.as_of,
            verified_at=reading.verified_at,
            one_moment=reading.one_moment,
            origin=origin,
        )

    def with_own(self, regular: int, auto: int) -> "ViewerCounts":
        """The same with a viewer's own counts, which are of the same snapshot."""
        return ViewerCounts(
            user_regular_count=regular,
            user_auto_count=auto,
            community_regular_count=self.community_regular_count,
            community_auto_count=self.community_auto_count,
            source=self.source,
            as_of=self.as_of,
            verified_at=self.verified_at,
            one_moment=self.one_moment,
            origin=self.origin,
        )

    def of_user(self, source_type: SourceType) -> int:
        """The number of the viewer's own items that were made this way."""
        return self.user_regular_count if source_type == REGULAR else self.user_auto_count

    def of_community(self, source_type: SourceType) -> int:
        """The number of all items that were made this way."""
        if source_type == REGULAR:
            return self.community_regular_count
        return self.community_auto_count

    def as_dict(self) -> dict[str, Any]:
        """The counts as `ContentService.get_unified_content_stats` has always returned them."""
        later = {"one_moment", "origin"}  # they came with replicas and parts
        return {name: value for name, value in asdict(self).items() if name not in later}

    @property
    def position(self) -> str | None:
        """Everything up to this position is counted; None where every commit is."""
        return str(self.origin.position) if self.origin and self.origin.position else None

    @property
    def read_from(self) -> ServerKind | None:
        """The kind of server that they were read from; None if there is only one."""
        return self.origin.name if self.origin else None


@dataclass(frozen=True, slots=True)
class CountsPolicy:
    """Decides when cached counts will do, how long counting live may take, and when to fold.

    Counting live gets `live_timeout_seconds`. `on_long_ledger` is called by each reading that had
    to add more than `fold_after_rows` ledger rows to the stored counts.
    """

    fold_after_rows: int = 5000
    live_timeout_seconds: float = 5.0
    on_long_ledger: Callable[[], None] | None = None

    @classmethod
    def of(
        cls, stats: StatsSettings, on_long_ledger: Callable[[], None] | None = None
    ) -> "CountsPolicy":
        """The policy that the settings ask for."""
        return cls(stats.fold_after_rows, stats.live_count_timeout_seconds, on_long_ledger)

    def settle(
        self, user_id: UUID | None, reading: Reading, origin: Origin | None = None
    ) -> ViewerCounts | None:
        """The viewer's counts from the cache; None if it was never built: count live."""
        if reading.verified_at is None:
            return None
        # A replica's ledger may be long because it lags: that is no reason to fold the primary's.
        on_primary = origin is None or origin.name == "primary"
        if reading.ledger_rows > self.fold_after_rows and self.on_long_ledger and on_primary:
            self.on_long_ledger()
        return ViewerCounts.of(user_id, reading, origin=origin)


DEFAULT_POLICY = CountsPolicy()
"""With the limits of `config/base.json`, and without a fold."""

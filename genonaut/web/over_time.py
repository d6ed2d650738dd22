"""What the page of numbers shows of items over time, and of what they were made with."""

from dataclasses import dataclass

from genonaut.web.month_chart import Listed, Month, MonthChart


@dataclass(frozen=True, slots=True)
class ByMonth:
    """Items by month, the newest first, and the picture of it."""

    months: tuple[Month, ...] = ()
    chart: MonthChart | None = None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A value that items have; `share` is its part of the first one's number, 0 to 1."""

    name: str
    items: Listed
    share: float


@dataclass(frozen=True, slots=True)
class OverTime:
    """Of all items that the viewer may see, and of the viewer's own."""

    all: ByMonth
    own: ByMonth
    models: tuple[Ranked, ...]
    samplers: tuple[Ranked, ...]

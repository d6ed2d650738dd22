"""How much is measured: everything, a quick form, and a tiny one for the tests."""

from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Profile:
    """Sizes, numbers of rounds, and seconds."""

    name: str = "full"
    rounds: int = 3
    # Reading
    rows: tuple[int, ...] = (100_000, 1_000_000)
    users: int = 10_000
    connections: tuple[int, ...] = (1, 8, 32, 128)
    processes: tuple[int, ...] = (1, 2)
    strangers_connections: tuple[int, ...] = (32,)
    read_seconds: float = 0.6
    query_seconds: float = 0.2
    # Writing, always on the smallest gallery
    writers: tuple[int, ...] = (1, 8, 32)
    write_seconds: int = 2  # pgbench knows whole seconds only
    bulk_rows: int = 500
    copy_rows: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    # Staleness and truth
    staleness_seconds: float = 12.0
    mixed_seconds: float = 60.0
    kills: int = 5
    # Refreshing
    refresh_users: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    refresh_rows: int = 1_000_000
    # Pages
    page_seconds: float = 0.5
    far_page: int = 8_000
    dimensions: dict[str, str] = field(default_factory=dict)


FULL = Profile()

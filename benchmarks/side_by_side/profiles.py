"""How much is measured: everything, or a quick form."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Profile:
    """Sizes, rounds and seconds."""

    name: str = "full"
    rounds: int = 3
    promised_rounds: int = 9  # of what a target is about, for the machine may be shared
    noise_rounds: int = 100
    # Galleries
    rows: tuple[int, ...] = (100_000, 1_000_000)
    users: int = 10_000
    # Reading
    connections: tuple[int, ...] = (1, 8, 32, 128)
    processes: tuple[int, ...] = (1, 2)
    no_content_connections: tuple[int, ...] = (32,)  # for users without content
    read_seconds: float = 0.4
    query_seconds: float = 0.2
    wrk_seconds: int = 2  # it knows whole seconds only
    # Writing, always on the smallest gallery
    writers: tuple[int, ...] = (1, 8, 32)
    write_users: tuple[str, ...] = ("many", "one")
    write_seconds: int = 1  # pgbench knows whole seconds only
    bulk_rows: int = 100
    bulk_writers: tuple[int, ...] = (1, 8)
    copy_rows: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    # Staleness and truth, on the smallest gallery
    staleness_seconds: float = 6.0
    mixed_seconds: float = 60.0
    kills: int = 3
    # Refreshing: galleries of so many rows, or as many as there are users
    refresh_rows: int = 1_000_000
    refresh_users: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    # Pages
    page_seconds: float = 0.2
    page_connections: int = 32
    far_page: int = 8_000
    # Cold starts
    cold_starts: tuple[str, ...] = ("test", "demo")

    def with_rows(self, rows: tuple[int, ...]) -> "Profile":
        """The same with other galleries."""
        return replace(self, rows=tuple(sorted(rows)))


FULL = Profile()
QUICK = Profile(
    name="quick",
    rounds=1,
    promised_rounds=3,
    noise_rounds=20,
    rows=(10_000, 100_000),
    users=1_000,
    connections=(1, 32),
    processes=(1,),
    read_seconds=0.4,
    query_seconds=0.1,
    wrk_seconds=1,
    writers=(1, 32),
    bulk_writers=(8,),
    copy_rows=(10_000, 100_000),
    staleness_seconds=6.0,
    mixed_seconds=10.0,
    kills=1,
    refresh_rows=100_000,
    refresh_users=(1_000, 10_000),
    page_seconds=0.1,
    far_page=1_000,
    cold_starts=("test",),
)

"""Importing pictures: what it costs beside reading them, and beside listing them.

    python -m benchmarks.import_pictures [--count 1000] [--many 25000] [--work FOLDER] [--publish]

Each figure is a ratio with a target. Answers are checked: every file has an item and thumbnails.
A wrong one ends the run with 1, and so does a target that was missed. With --publish, the figures
go into `benchmarks/PICTURES.md`.
"""

import argparse
import hashlib
import io
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image
from sqlalchemy import text

from benchmarks import importing_again
from benchmarks.photographs import write
from benchmarks.spending import Spent, spend
from genonaut.config import load_settings
from genonaut.db.session import open_database
from genonaut.library.thumbnails import WIDTHS
from genonaut.running.output import print_table, say

GRID = 96
FEW = 1000
SMALL = 48  # pixels, where files are counted and not looked at
HEAD = ["what", "measured", "at most", "of"]
INTRODUCTION = """# Importing pictures: measured

`python -m benchmarks.import_pictures --publish` wrote this page on {day}; do not edit it.
[docs/benchmark.md](../docs/benchmark.md#importing-pictures) says what is measured, and how.
{machine}. Where other programs run, processor time says more than time.

"""
PAGE = Path(__file__).parent / "PICTURES.md"


@dataclass(frozen=True, slots=True)
class Figure:
    """A ratio, or megabytes, that should not be more than the target; and what it is made of."""

    name: str
    value: float
    most: float
    detail: str


def read_each(folder: Path) -> None:
    """The least that an import has to do: hash and decode every file once."""
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        hashlib.sha256(content).digest()
        Image.open(io.BytesIO(content)).load()


@contextmanager
def new_home(work: Path) -> Iterator[Path]:
    """An empty gallery, whose server runs as long as the `with` lasts."""
    with tempfile.TemporaryDirectory(dir=work) as folder:
        Path(folder).chmod(0o711)
        os.environ["GENONAUT_HOME"] = folder
        os.environ["GENONAUT_ENV"] = "dev"
        with open_database(load_settings()):
            yield Path(folder)


def imported(home: Path, folder: Path, added: int) -> Spent:
    """`genonaut import`, which has to add so many items, and to have made all thumbnails."""
    spent = spend("-m", "genonaut", "import", str(folder), "--json")
    total = sum(1 for _ in folder.iterdir())
    report = json.loads(spent.output)
    if report["added"] != added:
        sys.exit(f"{report['added']} items were added instead of {added}: {report}")
    with open_database(load_settings()) as database, database.transaction() as session:
        items = session.execute(text("SELECT count(*) FROM content_items_all")).scalar_one()
    thumbnails = sum(1 for _ in (home / "library" / "thumbs").rglob("*.webp"))
    if (items, thumbnails) != (total, total * len(WIDTHS)):
        sys.exit(f"{items} items and {thumbnails} thumbnails of {total} files")
    return spent


def of_large_files(work: Path, count: int) -> Iterator[Figure]:
    """The cost of an import, and of the grid that it leads to."""
    folder = work / "large"
    write(folder, count, 1024)
    least = spend("-m", "benchmarks.import_pictures", "--read", str(folder))
    with new_home(work) as home:
        spent = imported(home, folder, count)
        sizes = {
            width: [file.stat().st_size for file in home.rglob(f"thumbs/*/*-{width}.webp")]
            for width in WIDTHS
        }
    detail = f"{spent.cpu:.1f} s, {least.cpu:.1f} s for {count} files"
    yield Figure(
        "importing / hashing and decoding, processor time", spent.cpu / least.cpu, 1.5, detail
    )
    for width, found in sizes.items():
        largest = sum(sorted(found)[-GRID:])
        detail = f"the {GRID} largest; on average {sum(found) / len(found) / 1e3:.1f} kB"
        yield Figure(f"a grid of {GRID} at {width} pixels, MB", largest / 1e6, 4, detail)


def of_many_files(work: Path, many: int) -> Iterator[Figure]:
    """The memory of an import, and the time of one that finds nothing new."""
    few, all_of_them = work / "few", work / "many"
    write(few, FEW, SMALL)
    write(all_of_them, many, SMALL)
    with new_home(work) as home:
        first = imported(home, few, FEW)
    with new_home(work) as home:
        whole = imported(home, all_of_them, many)
        again, least = importing_again.measure(all_of_them)
    detail = f"{whole.megabytes:.0f} MB for {many:,} files, {first.megabytes:.0f} MB for {FEW:,}"
    yield Figure(
        "memory of an import, many files / few", whole.megabytes / first.megabytes, 1.2, detail
    )
    for kind, ours, bare in (
        ("time", again.wall, least.wall),
        ("processor time", again.cpu, least.cpu),
    ):
        detail = f"{ours:.3f} s, {bare:.3f} s for {many:,} files"
        yield Figure(f"importing again / listing, {kind}", ours / bare, 3, detail)


def measure(work: Path, count: int, many: int, *, publish: bool) -> bool:
    """Measure everything; whether all targets were met."""
    figures = [*of_large_files(work, count), *of_many_files(work, many)]
    rows = [[f.name, f"{f.value:.2f}", f"{f.most:g}", f.detail] for f in figures]
    print_table(HEAD, rows)
    if publish:
        PAGE.write_text(page(rows), encoding="utf-8")
    return all(figure.value <= figure.most for figure in figures)


def page(rows: list[list[str]]) -> str:
    """The figures as a page."""
    dashes = ["---"] * len(HEAD)
    table = "\n".join(f"| {' | '.join(row)} |" for row in (HEAD, dashes, *rows))
    load = os.getloadavg()[2]
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, load average {load:.1f}"
    return INTRODUCTION.format(day=datetime.now(UTC).date(), machine=machine) + table + "\n"


def main() -> None:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="PNG files of 1024 x 1024")
    parser.add_argument("--many", type=int, default=25_000, help="small PNG files")
    parser.add_argument("--work", type=Path, help="a folder for the files, which stay there")
    parser.add_argument("--publish", action="store_true", help="write the figures to PICTURES.md")
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.read:
        read_each(given.read)
        return
    with tempfile.TemporaryDirectory() as temporary:
        work = given.work or Path(temporary)
        say("Making the files ...")
        sys.exit(not measure(work, given.count, given.many, publish=given.publish))


if __name__ == "__main__":
    main()

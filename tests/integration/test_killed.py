"""SIGKILL in the middle of an import, and of thumbnailing: nothing is half, and again completes."""

import io
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import httpx
import pytest
from PIL import Image

from genonaut.db.session import Database
from tests.integration.test_library import genonaut, item_of, library, names, picture, site
from tests.support.commands import Genonaut
from tests.support.effort import effort
from tests.support.processes import environment, nothing_left
from tests.support.rows import run
from tests.support.waiting import PATIENCE_SECONDS
from tests.support.whole import check_whole, unfinished

__all__ = ["genonaut", "library", "site"]

# A command that kills itself at a step: itself alone, or the processes that read for it as well.
IMPORT = """
import os, signal, sys
from importlib import import_module
from genonaut.cli import main
from genonaut.ingest import importer
where, left, importer.BATCH_PICTURES = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
module = import_module(f"genonaut.ingest.{where.partition(':')[0]}")
name = where.partition(':')[2]
work = getattr(module, name)
victim = os.getpid() if left % 2 else 0
def step(*given):
    global left
    left -= 1
    if not left:
        os.kill(victim, signal.SIGKILL)
    return work(*given)
setattr(module, name, step)
main(sys.argv[4:])
"""
A_PICTURE, A_BATCH = "importer:_row_or_reject", "loader:keep_files"
BATCHES = 12

# The same, in the middle of writing a file.
THUMBNAILS = """
import os, signal, sys
from pathlib import Path
from genonaut.cli import main
left = int(sys.argv[1])
write = Path.write_bytes
def half(path, content):
    global left
    left -= 1
    if left:
        return write(path, content)
    write(path, content[: len(content) // 2])
    os.kill(os.getpid(), signal.SIGKILL)
Path.write_bytes = half
if sys.argv[2] == "task":
    from genonaut.worker.tasks import make_thumbnails
    make_thumbnails(sys.argv[3:])
else:
    main(sys.argv[2:])
"""


def killed(database: Database, library: Path, script: str, *given: object) -> None:
    """Run it until it has killed itself, and what it had started is gone as well."""
    home = library / "home"
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, given)],
        env=environment(
            home,
            DATABASE_URL=database.url.render_as_string(hide_password=False),
            GENONAUT_LIBRARY_FOLDER=str(library),
        ),
        capture_output=True,
        start_new_session=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done
    nothing_left(home)


@pytest.mark.long
@effort(120, 2000, "GENONAUT_KILLED_PICTURES")
@pytest.mark.parametrize(
    "manner", [[], ["--in-place", "--root", "many"]], ids=["copied", "in place"]
)
def test_an_import_that_is_killed_at_any_moment(
    database: Database,
    genonaut: Genonaut,
    library: Path,
    tmp_path: Path,
    manner: list[str],
    effort: int,
) -> None:
    many = tmp_path / "many"
    for number in range(effort):
        picture(many / f"{number}.png", f"many {number}", number)
    lots, size = Random(14), effort // BATCHES
    there = [0]
    for place in (A_PICTURE, A_BATCH, A_PICTURE, A_BATCH):
        steps = lots.randrange(1, effort - there[-1]) // (size if place == A_BATCH else 1)
        killed(database, library, IMPORT, place, steps + 1, size, "import", many, *manner)
        there.append(check_whole(database, library, many=many))
    assert there == sorted(there)
    assert 0 < there[-1] < effort, "they fell in the middle"
    code, report = genonaut("import", many, *manner)
    assert (code, report["added"], report["already_there"]) == (0, effort - there[-1], there[-1])
    assert check_whole(database, library, many=many) == effort
    assert unfinished(library) == []
    assert len(list((library / "thumbs").glob("*/*.webp"))) == 2 * effort
    assert genonaut("library", "check")[0] == 0
    assert genonaut("stats", "check")[0] == 0


@pytest.mark.sampled(1)
@effort(12, 500, "GENONAUT_KILLED_THUMBNAILS")
@pytest.mark.parametrize("maker", ["library check --repair", "task"])
def test_thumbnailing_that_is_killed_in_the_middle_of_a_file(
    site: httpx.Client,
    database: Database,
    genonaut: Genonaut,
    library: Path,
    tmp_path: Path,
    maker: str,
    effort: int,
) -> None:
    for number in range(effort):
        picture(tmp_path / "many" / f"{number}.png", f"many {number}", number)
    genonaut("import", tmp_path / "many")
    shutil.rmtree(library / "thumbs")
    more = names(database) if maker == "task" else []
    for runs, step in enumerate((2, effort - 1), 1):
        killed(database, library, THUMBNAILS, step, *maker.split(), *more)
        check_whole(database, library)
        # The second run may have begun with other pictures, and so have left the first one's half.
        assert 1 <= len(unfinished(library)) <= runs
    part = unfinished(library)[0]
    for (item,) in run(database, "SELECT id FROM content_items_all"):
        for width in (320, 640):
            answer = site.get(f"/gallery/files/{item}/thumb", params={"w": width})
            with Image.open(io.BytesIO(answer.content)) as image:
                image.load()
                assert (answer.status_code, image.format, image.size) == (200, "WEBP", (12, 8))
    part.write_bytes(b"RIFF half")
    assert genonaut("library", "check", "--repair")[0] == 0
    assert unfinished(library) == []
    assert len(list((library / "thumbs").glob("*/*.webp"))) == 2 * effort
    check_whole(database, library)


def test_a_half_thumbnail_is_never_served(
    site: httpx.Client, database: Database, genonaut: Genonaut, library: Path, tmp_path: Path
) -> None:
    picture(tmp_path / "pics/a.png", "a", 1)
    genonaut("import", tmp_path / "pics")
    thumbs = sorted((library / "thumbs").glob("*/*.webp"))
    for thumb in thumbs:
        thumb.rename(thumb.with_suffix(".part")).write_bytes(b"RIFF half")
    answer = site.get(f"/gallery/files/{item_of(database, 'a')}/thumb")
    with Image.open(io.BytesIO(answer.content)) as image:
        image.load()
    assert sorted((library / "thumbs").glob("*/*.*")) == thumbs

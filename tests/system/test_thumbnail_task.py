"""The thumbnails of what came in without, made by a real worker."""

import hashlib
import io
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from PIL import Image

from genonaut.db.session import Database
from genonaut.library.thumbnails import WIDTHS, relative_path
from tests.support.processes import environment, opened, serving
from tests.support.waiting import PATIENCE_SECONDS

KEEP = """
    INSERT INTO library_files
        (name, root, sha256, bytes, modified_ns, media_type, width, height)
    VALUES (%s, 'library', %s, 1, 1, 'image/png', 700, 500)"""
CALL = """
import json, sys
from genonaut.worker.tasks import make_thumbnails
print(json.dumps(make_thumbnails.delay(sys.argv[1:]).get(timeout=600)))
"""


def test_a_worker_makes_them_and_may_be_called_again(ready_home: Path) -> None:
    with serving(ready_home) as (command, _), opened(ready_home) as database:
        whole = [add(ready_home, database, shade) for shade in (40, 160)]
        broken = add(ready_home, database, 80, cut=100)
        gone = add(ready_home, database, 120)
        (ready_home / gone[0]).unlink()
        names = [name for name, _ in (*whole, broken, gone)] + ["library/files/unknown.png"]
        made = called(ready_home, names)
        assert made == {"made": 2, "undecodable": 1, "missing": 1, "unknown": 1}
        for _, digest in whole:
            for width in WIDTHS:
                file = ready_home / "library" / relative_path(digest, width)
                assert Image.open(io.BytesIO(file.read_bytes())).width == width
        assert colours(database, whole) == ["#282828", "#a0a0a0"]
        again = called(ready_home, names)
        assert again == {"already_there": 2, "undecodable": 1, "missing": 1, "unknown": 1}
        assert command.end(signal.SIGTERM) == 0


def add(home: Path, database: Database, shade: int, cut: int | None = None) -> tuple[str, bytes]:
    """A copied file and its row: the file's name, which begins with the root's, and its digest."""
    stream = io.BytesIO()
    Image.new("RGB", (700, 500), (shade,) * 3).save(stream, "PNG")
    digest = hashlib.sha256(stream.getvalue()).digest()
    name = f"library/files/{digest.hex()[:2]}/{digest.hex()}.png"
    (home / name).parent.mkdir(parents=True, exist_ok=True)
    (home / name).write_bytes(stream.getvalue()[:cut])
    with database.transaction() as session:
        session.connection().exec_driver_sql(KEEP, (name, digest))
    return name, digest


def called(home: Path, names: list[str]) -> dict[str, Any]:
    """What the worker returns for these files."""
    done = subprocess.run(
        [sys.executable, "-c", CALL, *names],
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE_SECONDS,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def colours(database: Database, files: list[tuple[str, bytes]]) -> list[str]:
    with database.transaction() as session:
        sql = "SELECT colour FROM library_files WHERE name = %s"
        connection = session.connection()
        return [connection.exec_driver_sql(sql, (name,)).scalar_one() for name, _ in files]

"""SIGKILL to a real `genonaut api` in the middle of an upload of several files."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection

from genonaut.db.session import Database
from genonaut.embedded.locks import FolderLock
from genonaut.library.check import check
from genonaut.library.roots import Library
from tests.integration.test_upload import HEAD, URL, form, items, left_in, png, results
from tests.support.effort import effort
from tests.support.processes import kill, nothing_left, serving
from tests.support.rows import run
from tests.support.waiting import PATIENCE_SECONDS, wait_until, wait_until_blocked
from tests.support.whole import check_whole, unfinished

FILES = 12
TAKE_ITS_NAME = """
    INSERT INTO library_files (name, root, sha256, bytes, modified_ns, media_type, width, height)
    VALUES (%s, 'library', '', 1, 1, 'image/png', 1, 1)"""


class Attempt:
    """An upload of new files, which has to stop at one of them, and does so at some moment."""

    def __init__(self, library: Path, address: str, lots: Random, seeds: Iterator[int]) -> None:
        self.library, self.address = library, address
        by_folder: dict[str, bytes] = {}
        while len(by_folder) < FILES:  # no two of them wait for the same lock
            content = png(next(seeds))
            by_folder.setdefault(sha256(content).hexdigest()[:2], content)
        self.files = [(f"{n}.png", content) for n, content in enumerate(by_folder.values())]
        self.stop = lots.randrange(1, FILES)

    @property
    def digest(self) -> str:
        return sha256(self.files[self.stop][1]).hexdigest()

    @contextmanager
    def sent(self) -> Iterator[None]:
        """All of it was sent; by the end of the `with` the connection has to be lost."""
        with ThreadPoolExecutor(1) as client:
            response = client.submit(
                httpx.post, self.address + URL, files=form(*self.files), timeout=PATIENCE_SECONDS
            )
            yield
            assert isinstance(response.exception(PATIENCE_SECONDS), httpx.TransportError)


@contextmanager
def while_receiving(_: Connection, attempt: Attempt) -> Iterator[None]:
    """Some files have arrived, and half of the next."""
    url = httpx.URL(attempt.address)
    body = b"\r\n".join(
        HEAD.format(name).encode() + content for name, content in attempt.files[: attempt.stop]
    )
    body += b"\r\n" + HEAD.format("half.png").encode() + attempt.files[attempt.stop][1][:40]
    with socket.create_connection((url.host, url.port or 80)) as connection:
        head = f"POST {URL} HTTP/1.1\r\nHost: {url.host}:{url.port}\r\nContent-Length: 999999\r\n"
        head += "Content-Type: multipart/form-data; boundary=x\r\n\r\n"
        connection.sendall(head.encode() + body)
        arrived = attempt.stop + 1
        wait_until(
            lambda: sum(path.is_file() for path in left_in(attempt.library)) == arrived, "half"
        )
        yield


@contextmanager
def while_reading(_: Connection, attempt: Attempt) -> Iterator[None]:
    """Some files are in the store, and a process is about to write the thumbnails of the next."""
    thumbs = attempt.library / "thumbs"
    (thumbs / attempt.digest[:2]).mkdir(parents=True, exist_ok=True)
    before = {path.stem for path in (attempt.library / "files").glob("*/*")}
    earlier = {sha256(content).hexdigest() for _, content in attempt.files[: attempt.stop]}
    with FolderLock(thumbs / attempt.digest[:2]) as lock:
        lock.exclusive()
        with attempt.sent():
            wait_until(
                lambda: (
                    {p.stem for p in (attempt.library / "files").glob("*/*")} - before >= earlier
                ),
                "those before it are stored",
            )
            yield


@contextmanager
def while_adding(other: Connection, attempt: Attempt) -> Iterator[None]:
    """Some files are items, and the next one's transaction is open."""
    name = f"library/files/{attempt.digest[:2]}/{attempt.digest}.png"
    other.exec_driver_sql(TAKE_ITS_NAME, (name,))
    with attempt.sent():
        wait_until_blocked(other)
        yield
    other.rollback()


MOMENTS = (while_receiving, while_reading, while_adding)


@pytest.fixture
def library(tmp_path: Path, database: Database) -> Path:
    run(database, "DELETE FROM library_files; DELETE FROM library_roots; DELETE FROM library_seen")
    (tmp_path / "library").mkdir()
    return tmp_path / "library"


@contextmanager
def api(database: Database, library: Path) -> Iterator[tuple[int, str]]:
    """A process of its own, and its address; by the end nothing that it started is left."""
    named = {
        "DATABASE_URL": database.url.render_as_string(hide_password=False),
        "GENONAUT_LIBRARY_FOLDER": str(library),
    }
    (home := library.parent / "home").mkdir(exist_ok=True)
    with serving(home, "api", **named) as (command, address):
        assert unfinished(library) == [], "the start removes what the process before it left"
        yield command.process.pid, address
    nothing_left(home)


@pytest.mark.long
@effort(1, 3, "GENONAUT_KILLED_UPLOADS")
def test_an_upload_that_is_killed_at_any_moment(
    database: Database, library: Path, effort: int
) -> None:
    lots, seeds = Random(14), count(1)
    attempts: list[Attempt] = []
    there = 0
    for moment in MOMENTS * effort:
        with database.engine.connect() as other, api(database, library) as (process, address):
            attempt = Attempt(library, address, lots, seeds)
            with moment(other, attempt):
                kill(process)
        attempts.append(attempt)
        there += attempt.stop if moment is while_adding else 0
        assert check_whole(database, library) == there
    with (
        api(database, library) as (_, address),
        httpx.Client(base_url=address, timeout=PATIENCE_SECONDS) as client,
    ):
        answers = [one for each in attempts for one in uploaded(client, each)]
        for attempt in attempts:
            assert {one["result"] for one in uploaded(client, attempt)} == {"already_there"}
    assert [one["result"] for one in answers].count("already_there") == there
    assert {one["result"] for one in answers} == {"added", "already_there"}
    assert check_whole(database, library) == items(database) == len(MOMENTS) * effort * FILES
    assert unfinished(library) == []
    with database.engine.connect() as connection:
        assert check(connection, Library(library)).all_well


def uploaded(client: httpx.Client, attempt: Attempt) -> list[dict[str, Any]]:
    """What became of its files; each can be seen."""
    response = client.post(URL, files=form(*attempt.files), timeout=PATIENCE_SECONDS)
    answers = results(response)
    for (_, content), one in zip(attempt.files, answers, strict=True):
        assert client.get(f"/gallery/files/{one['item']['id']}/full").content == content
    return answers

"""A zip of many pictures: what is in it, what it is called, who gets what, and when it ends."""

import io
import json
import os
import socket
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import httpx
import pytest
from PIL import Image

from genonaut.api.entities import Item
from genonaut.api.http import downloads, zipping
from genonaut.api.http.zipping import SKIPPED
from genonaut.api.services.originals import name_in_archive
from genonaut.config import Settings
from genonaut.db.session import Database
from tests.support.api import OpenApi, running_api
from tests.support.people import add_account, add_token, bearer, with_accounts
from tests.support.rows import add_items, add_user, run
from tests.support.waiting import PATIENCE_SECONDS, wait_until

URL = "/api/v1/content/download"
IN_TRANSACTION = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND state = 'idle in transaction'"""


def png(number: int) -> bytes:
    made = io.BytesIO()
    Image.effect_noise((16, 16), number + 1).save(made, "PNG")
    return made.getvalue()


def stored(settings: Settings, folder: Path) -> Settings:
    library = settings.library.model_copy(update={"folder": folder, "thumbnail_processes": 1})
    return settings.model_copy(update={"library": library})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("zip") / "library"


@pytest.fixture
def client(open_api: OpenApi, settings: Settings, database: Database, folder: Path) -> httpx.Client:
    return open_api(stored(settings, folder), database)


@pytest.fixture
def pictures(client: httpx.Client) -> dict[int, bytes]:
    """Three uploaded pictures, by their items' ids."""
    return upload(client, 3)


def upload(client: httpx.Client, count: int, **fields: str) -> dict[int, bytes]:
    sent = [("files", (f"{number}.png", png(number))) for number in range(count)]
    answer = client.post("/api/v1/content/upload", files=sent, data=fields).json()
    ids = [one["item"]["id"] for one in answer["results"]]
    return {item_id: content for item_id, (_, (_, content)) in zip(ids, sent, strict=True)}


def unzip(answer: httpx.Response) -> dict[str, bytes]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert {entry.compress_type for entry in archive.infolist()} <= {zipfile.ZIP_STORED}
        names = archive.namelist()
        assert len(set(map(str.casefold, names))) == len(names)
        return {name: archive.read(name) for name in names}


def test_a_list_and_a_selection(
    client: httpx.Client, database: Database, pictures: dict[int, bytes]
) -> None:
    whole = unzip(client.get(URL))
    assert sorted(whole.values()) == sorted(pictures.values())
    first, second, _ = pictures
    for answer in (
        client.get(URL, params={"ids": [first, second]}),
        client.post(URL, json={"ids": [second, first, second]}),
    ):
        found = unzip(answer)
        assert {int(name[:-4].rpartition("-")[2]): found[name] for name in found} == {
            first: pictures[first],
            second: pictures[second],
        }
    run(database, f"UPDATE content_items_all SET title = 'sea' WHERE id = {first}")
    query = {"search_term": "sea"}
    assert list(unzip(client.get(URL, params=query))) == [f"sea-{first}.png"]
    assert list(unzip(client.post(URL, json={"query": query}))) == [f"sea-{first}.png"]


def test_what_has_no_file_is_listed(
    client: httpx.Client, database: Database, pictures: dict[int, bytes], folder: Path
) -> None:
    [drawn] = add_items(database, add_user(database, "bo"), title="Drawn")
    gone = next(iter(pictures))
    for path in (folder / "files").glob("*/*"):
        if path.read_bytes() == pictures[gone]:
            path.unlink()
    found = unzip(client.post(URL, json={"ids": [*pictures, drawn, 10**9]}))
    told = found.pop(SKIPPED).decode().splitlines()
    assert len(found) == 2
    assert f"{drawn}: “Drawn” has no file." in told
    assert f"{10**9}: there is no such item, or you may not see it." in told
    assert [line for line in told if line.startswith(f"{gone}: ")]
    assert len(told) == 3


def test_each_may_have_its_item_beside(client: httpx.Client, pictures: dict[int, bytes]) -> None:
    found = unzip(client.get(URL, params={"sidecars": "true"}))
    items = {name: json.loads(found[name]) for name in found if name.endswith(".json")}
    assert {item["id"] for item in items.values()} == pictures.keys()
    assert all(name.replace(".json", ".png") in found for name in items)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Sea", "Sea-7.png"),
        ("../../etc/passwd", "etc passwd-7.png"),
        ("/abs", "abs-7.png"),
        ("C:\\win\\x", "C win x-7.png"),
        ("a\nb\u202ec\0d", "a b c d-7.png"),
        ("...", "7.png"),
        ("-rf", "rf-7.png"),
        ("CON", "CON-7.png"),
        ("モス 🦊", "モス 🦊-7.png"),
        ("é" * 200, f"{'é' * 60}-7.png"),
        ("🦊" * 80, f"{'🦊' * 30}-7.png"),
    ],
)
def test_no_title_is_a_path(title: str, name: str) -> None:
    fields = dict.fromkeys(Item.__dataclass_fields__)
    item: Any = Item(**(fields | {"id": 7, "title": title}))  # type: ignore[arg-type]
    assert name_in_archive(item, ".png") == name
    assert len(name.encode()) < 200


def test_what_is_private_to_others_is_not_sent(
    open_api: OpenApi,
    settings: Settings,
    database: Database,
    folder: Path,
) -> None:
    ada = add_account(database)
    client = open_api(stored(with_accounts(settings), folder), database)
    write = bearer(add_token(database, ada, "write"))
    with httpx.Client(base_url=client.base_url, headers=write, timeout=PATIENCE_SECONDS) as hers:
        mine = upload(hers, 2, visibility="private")
    assert unzip(client.get(URL)) == {}
    refused = unzip(client.get(URL, params={"ids": list(mine)}))
    assert len(refused.pop(SKIPPED).decode().splitlines()) == 2
    assert refused == {}
    token = bearer(add_token(database, ada))
    assert sorted(unzip(client.get(URL, headers=token)).values()) == sorted(mine.values())


class Stream:
    """A client that reads when it is told to."""

    def __init__(self, client: httpx.Client, query: str = "") -> None:
        url = client.base_url
        self.socket = socket.create_connection((url.host, url.port or 80), PATIENCE_SECONDS)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        head = f"GET {URL}{query} HTTP/1.1\r\nHost: {url.host}\r\nConnection: close\r\n\r\n"
        self.socket.sendall(head.encode())

    def read(self) -> bytes:
        return self.socket.recv(1 << 16)

    def rest(self) -> bytes:
        return b"".join(iter(self.read, b""))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()


@pytest.fixture
def large(
    settings: Settings, database: Database, tmp_path: Path
) -> Iterator[tuple[httpx.Client, list[int]]]:
    """An API of its own, with files that no buffer of a socket takes: they have grown since."""
    token = bearer(add_token(database, add_account(database), "write"))
    with running_api(stored(with_accounts(settings), tmp_path / "library"), database) as client:
        sent = [("files", (f"{number}.png", png(number))) for number in range(4)]
        answer = client.post("/api/v1/content/upload", files=sent, headers=token).json()
        for path in (tmp_path / "library/files").glob("*/*"):
            os.truncate(path, 16 << 20)
        yield client, [one["item"]["id"] for one in answer["results"]]


def test_what_becomes_private_meanwhile_is_not_sent(
    large: tuple[httpx.Client, list[int]], database: Database
) -> None:
    client, _ = large
    with Stream(client) as stream:
        begun = stream.read()
        assert b"200 OK" in begun
        run(database, "UPDATE content_items_all SET visibility = 'private'")
        whole = (begun + stream.rest()).partition(b"\r\n\r\n")[2]
    assert SKIPPED.encode() in whole
    assert 1 <= whole.count(b"IHDR") < 4, "what the socket took before"


def test_no_place_at_the_database_is_held_meanwhile(
    large: tuple[httpx.Client, list[int]], database: Database
) -> None:
    client, _ = large
    with ExitStack() as opened:
        for _ in range(downloads.AT_ONCE):
            opened.enter_context(Stream(client)).read()
        wait_until(lambda: run(database, IN_TRANSACTION) == [(0,)], "no transaction is open")
        further = client.get(URL)
        assert (further.status_code, further.json()["error"]) == (503, "overloaded")
    wait_until(lambda: client.head(URL).status_code == 200, "those who left have left their places")


def test_a_client_that_reads_nothing_is_left(
    large: tuple[httpx.Client, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "STILL_SECONDS", 0.2)
    client, _ = large
    with ExitStack() as opened:
        streams = [opened.enter_context(Stream(client)) for _ in range(downloads.AT_ONCE)]
        wait_until(lambda: client.head(URL).status_code == 200, "there is a place again")
        ends = [stream.rest().endswith(b"0\r\n\r\n") for stream in streams]
    assert not all(ends), "each looks like a whole one"


def test_head_reads_no_file(client: httpx.Client, pictures: dict[int, bytes]) -> None:
    answer = client.head(URL)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-disposition"].startswith('attachment; filename="genonaut-')
    assert "no-store" in answer.headers["cache-control"]


def test_limits(
    client: httpx.Client, pictures: dict[int, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "MOST_AT_ONCE", 2)
    many = client.get(URL)
    assert many.json()["detail"].startswith("The list has more than 2 items")
    monkeypatch.setattr(downloads, "MOST_BYTES", 100)
    large = client.get(URL, params={"ids": list(pictures)})
    assert (large.status_code, large.json()["error"]) == (413, "content_too_large")
    monkeypatch.undo()
    monkeypatch.setattr(zipping, "MOST_BYTES", 100)
    left_out = unzip(client.get(URL))
    assert len(left_out.pop(SKIPPED).decode().splitlines()) == 3
    assert left_out == {}

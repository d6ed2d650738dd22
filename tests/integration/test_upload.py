"""Files sent by HTTP: each answered by itself, nothing half there whatever happens."""

import errno
import io
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from genonaut.api.http.multipart import FormReader, UploadLimits
from genonaut.config import Settings
from genonaut.db.session import Database
from genonaut.errors import ContentTooLargeError, MalformedBodyError
from tests.support.api import OpenApi, running_api
from tests.support.recount import differences
from tests.support.rows import add_user, scalar
from tests.support.waiting import wait_until

URL = "/api/v1/content/upload"
STUCK = """
import sys
from pathlib import Path
from genonaut.library.store import open_store

with open_store(Path(sys.argv[1])) as store:
    (store.incoming / "0").write_bytes(b"half")
    print("begun", flush=True)
    sys.stdin.read()
"""
HEAD = '--x\r\nContent-Disposition: form-data; name="files"; filename="{}"\r\n\r\n'


def png(seed: int, prompt: str = "a lighthouse") -> bytes:
    info = PngInfo()
    info.add_text("parameters", f"{prompt}\nSteps: 20, Seed: {seed}, Size: 8x8")
    made = io.BytesIO()
    Image.new("RGB", (12, 8), (seed % 256, 7, 9)).save(made, "PNG", pnginfo=info)
    return made.getvalue()


def form(*files: tuple[str, bytes]) -> list[tuple[str, tuple[str, bytes]]]:
    return [("files", file) for file in files]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture
def api(open_api: OpenApi, settings: Settings, database: Database, folder: Path) -> httpx.Client:
    library = settings.library.model_copy(update={"folder": folder, "thumbnail_processes": 1})
    return open_api(settings.model_copy(update={"library": library}), database)


def results(response: httpx.Response) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["results"]
    return found


def left_in(folder: Path) -> list[Path]:
    """What uploads left that is neither a file of the store nor a thumbnail."""
    found = os.walk(folder / "incoming")
    return [Path(where, name) for where, folders, files in found for name in folders + files]


def items(database: Database) -> int:
    count: int = scalar(database, "SELECT count(*) FROM content_items_all")
    return count


def test_each_file_is_answered_by_itself(
    api: httpx.Client, database: Database, folder: Path
) -> None:
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    sent = form(
        ("one.png", png(1)),
        ("C:\\pics\\again.jpg", png(1)),
        ("page.png", b"<!doctype html><script>alert(1)</script>"),
        ("drawing.svg", svg),
        ("cut.png", png(2)[:-40]),
        ("empty.png", b""),
        ("two.png", png(2)),
    )
    answers = results(api.post(URL, files=sent))
    assert [(one["name"], one["result"]) for one in answers] == [
        ("one.png", "added"),
        ("again.jpg", "already_there"),
        ("page.png", "rejected"),
        ("drawing.svg", "rejected"),
        ("cut.png", "rejected"),
        ("empty.png", "rejected"),
        ("two.png", "added"),
    ]
    assert "an HTML page" in answers[2]["reason"]
    assert "an SVG drawing" in answers[3]["reason"]
    assert answers[1]["item"] == answers[0]["item"]
    item = answers[0]["item"]
    assert item["prompt"] == "a lighthouse"
    assert item["creator_username"] == "imported"
    served = api.get(f"/gallery/files/{item['id']}/full")
    assert served.content == png(1)
    assert api.get(f"/gallery/files/{item['id']}/thumb").headers["content-type"] == "image/webp"
    assert items(database) == 2
    assert left_in(folder) == []
    assert str(folder) not in str(answers)
    with database.snapshot() as session:
        assert differences(session) == []


def test_creator_and_source(api: httpx.Client, database: Database) -> None:
    ada = add_user(database, "ada")
    for creator in ("ada", str(ada)):
        data = {"creator": creator, "source": "auto"}
        [one] = results(api.post(URL, files=form(("a.png", png(1))), data=data))
        assert (one["item"]["creator_username"], one["item"]["source_type"]) == ("ada", "auto")
    assert items(database) == 1
    unknown = api.post(URL, files=form(("a.png", png(1))), data={"creator": "eve"})
    assert (unknown.status_code, unknown.json()["error"]) == (404, "not_found")
    wrong = api.post(URL, files=form(("a.png", png(1))), data={"source": "other"})
    assert wrong.status_code == 422


def test_a_request_that_is_no_upload(api: httpx.Client, database: Database, folder: Path) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    whole = HEAD.format("a.png").encode() + png(1)
    assert api.post(URL, json={}).status_code == 400
    assert api.post(URL, content=b"garbage", headers=kind).status_code == 400
    assert api.post(URL, content=whole, headers=kind).status_code == 400, "without its end"
    assert api.post(URL, content=b"--x--\r\n", headers=kind).status_code in {400, 422}
    assert api.post(URL, files={"other": (None, "x")}).status_code == 422
    many = form(*[(f"{n}.png", b"x") for n in range(UploadLimits().files + 1)])
    assert api.post(URL, files=many).status_code == 413
    with begun(api, announced=10**12) as connection:
        assert b" 413 " in connection.recv(64)
    assert items(database) == 0
    assert left_in(folder) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://other.localhost"},
        {"Origin": "null"},
    ],
)
def test_another_site_cannot_upload(
    api: httpx.Client, database: Database, headers: dict[str, str]
) -> None:
    refused = api.post(URL, files=form(("a.png", png(1))), headers=headers)
    assert (refused.status_code, items(database)) == (403, 0)


def test_limits_while_reading(tmp_path: Path) -> None:
    limits = UploadLimits(files=2, file_bytes=10, fields=1, field_bytes=5)

    def read(body: str) -> FormReader:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        reader = FormReader("multipart/form-data; boundary=x", folder, limits)
        for byte in body.encode():
            reader.feed(bytes([byte]))
        reader.end()
        return reader

    reader = read(f"{HEAD.format('a')}{'1' * 11}\r\n{HEAD.format('b')}{'1' * 10}\r\n--x--\r\n")
    assert [(f.is_too_large, f.path.exists()) for f in reader.files] == [
        (True, False),
        (False, True),
    ]
    name = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
    with pytest.raises(ContentTooLargeError, match="bytes"):
        read(f"{name}123456\r\n--x--\r\n")
    with pytest.raises(ContentTooLargeError, match="fields"):
        read(f"{name}1\r\n{name}1\r\n--x--\r\n")
    with pytest.raises(MalformedBodyError):
        read(f"--x\r\n{'A: b' * 5000}\r\n")
    with pytest.raises(MalformedBodyError):
        read("--x\r\n" + "A: b\r\n" * 100 + "\r\n")


def test_a_slow_client_is_refused_and_leaves_nothing(
    settings: Settings, database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(UploadLimits, "of", lambda _settings: UploadLimits(still_seconds=0.2))
    library = settings.library.model_copy(update={"folder": folder})
    given = settings.model_copy(update={"library": library})
    with running_api(given, database) as client, begun(client) as connection:
        assert b" 408 " in connection.recv(64)
        wait_until(lambda: not left_in(folder), "what came of it is removed")


def begun(api: httpx.Client, announced: int = 10**6) -> socket.socket:
    """A connection on which half of an upload was sent."""
    host, port = api.base_url.host, api.base_url.port
    connection = socket.create_connection((host, port or 80))
    head = f"POST {URL} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: {announced}\r\n"
    head += f"Content-Type: multipart/form-data; boundary=x\r\n\r\n{HEAD.format('a.png')}"
    connection.sendall(head.encode() + png(1))
    return connection


def test_an_upload_that_is_cut_off_leaves_nothing(
    api: httpx.Client, database: Database, folder: Path
) -> None:
    with begun(api):
        wait_until(lambda: any(p.is_file() for p in left_in(folder)), "the file has begun")
    wait_until(lambda: not left_in(folder), "what came of it is removed")
    assert items(database) == 0


def test_a_full_disk(
    api: httpx.Client, database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.BytesIO):
        def write(self, _data: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", lambda *_: Full())
        refused = api.post(URL, files=form(("a.png", png(1)), ("b.png", png(2))))
    assert (refused.status_code, refused.json()["error"]) == (507, "storage_full")
    assert (items(database), left_in(folder)) == (0, [])
    assert [one["result"] for one in results(api.post(URL, files=form(("a.png", png(1)))))] == [
        "added"
    ]


@pytest.fixture
def small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=False, capture_output=True
    )
    if made.returncode:
        pytest.skip("this account cannot mount a disk")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_disk_that_is_really_full(
    small_disk: Path, api: httpx.Client, database: Database
) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(bytes(900 << 10))
    large = png(1) + bytes(400 << 10)
    refused = api.post(URL, files=form(("a.png", large)))
    assert (refused.status_code, items(database), left_in(small_disk)) == (507, 0, [])
    filler.unlink()
    assert results(api.post(URL, files=form(("a.png", large))))[0]["result"] == "added"


def test_many_at_once(api: httpx.Client, database: Database, folder: Path) -> None:
    def send(number: int) -> list[str]:
        files = form((f"{number}.png", png(number)), ("same.png", png(99)))
        while True:
            response = api.post(URL, files=files)
            if response.status_code != 503:
                return [one["result"] for one in results(response)]
            assert response.headers["retry-after"] == "1"

    with ThreadPoolExecutor(20) as clients:
        answers = list(clients.map(send, range(20)))
    assert [first for first, _ in answers] == ["added"] * 20
    assert sorted(second for _, second in answers) == ["added"] + ["already_there"] * 19
    assert items(database) == 21
    with database.snapshot() as session:
        assert differences(session) == []
    assert left_in(folder) == []


def test_a_kill_in_the_middle(settings: Settings, database: Database, folder: Path) -> None:
    """Killed while it receives, a process leaves a folder of `incoming`."""
    library = settings.library.model_copy(update={"folder": folder})
    given = settings.model_copy(update={"library": library})
    with subprocess.Popen(
        [sys.executable, "-c", STUCK, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as killed:
        assert killed.stdout
        assert killed.stdout.readline() == b"begun\n"
        killed.kill()
    assert len(left_in(folder)) == 2
    with running_api(given, database) as client:
        assert left_in(folder) == [], "the next start removes it"
        assert results(client.post(URL, files=form(("a.png", png(1)))))[0]["result"] == "added"
    assert items(database) == 1

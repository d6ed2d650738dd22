"""Clean copies: the picture, and nothing that its file says of itself."""

import io
import threading
from pathlib import Path

import pytest
from PIL import Image

from genonaut.errors import NotFoundError, OverloadedError
from genonaut.ingest.hidden import hidden_texts
from genonaut.library import clean
from genonaut.library.clean import CleanCopies
from genonaut.library.files import open_below
from genonaut.library.scaling import scaled
from tests.support.conventions import CONVENTIONS, Shot
from tests.support.kinds import hidden
from tests.support.pictures import drawn, save
from tests.support.waiting import PATIENCE_SECONDS

SHOT = Shot(
    prompt="a zeppelin above a fjord",
    negative="xylophone",
    seed=4242424242,
    steps=20,
    cfg=7.0,
    model="quagmire_v9",
    lora=("inkwash", 0.8),
    width=640,
    height=480,
)
TOLD = (b"zeppelin", b"fjord", b"xylophone", b"4242424242", b"quagmire", b"inkwash")
KINDS = [(name, form) for name, (_, forms) in CONVENTIONS.items() for form in forms]


def image(folder: Path, name: str):
    found = open_below(folder, name)
    assert found is not None
    return found


@pytest.mark.parametrize(("program", "form"), KINDS)
def test_nothing_of_the_prompt_is_left(tmp_path: Path, program: str, form: str) -> None:
    save(tmp_path / f"one.{form}", form, drawn(SHOT), CONVENTIONS[program][0](SHOT))
    made = CleanCopies(10**8).get(image(tmp_path, f"one.{form}"), 320)
    copy = Image.open(io.BytesIO(made))
    assert (copy.format, copy.size) == ("WEBP", (320, 240))
    assert not {"exif", "xmp", "comment", "icc_profile"} & copy.info.keys()
    for word in TOLD:
        for text in (word, word.decode().encode("utf-16-le"), word.decode().encode("utf-16-be")):
            assert text not in made


@pytest.mark.parametrize(
    ("signature", "mode"), [("stealth_pnginfo", "RGBA"), ("stealth_rgbinfo", "RGB")]
)
def test_nothing_is_left_in_the_last_bits(tmp_path: Path, signature: str, mode: str) -> None:
    written = hidden(signature, b"a zeppelin\nSteps: 2, Seed: 1", mode)
    assert hidden_texts(io.BytesIO(written))
    (tmp_path / "one.png").write_bytes(written)
    made = CleanCopies(10**8).get(image(tmp_path, "one.png"), 2048)
    assert hidden_texts(io.BytesIO(made)) == {}
    is_kept_otherwise = bool(hidden_texts(io.BytesIO(scaled(written, (2048,), 10**8)[1][2048])))
    assert is_kept_otherwise is (mode == "RGBA"), "or there would be nothing to round off"


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "one.png").write_bytes(b"\x89PNG\r\n\x1a\nzeppelin")
    opened = image(tmp_path, "one.png")
    with pytest.raises(NotFoundError, match="cannot be shown"):
        CleanCopies(10**8).get(opened, 320)
    assert opened.file.closed


def test_the_last_ones_are_kept_up_to_a_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[bytes] = []

    def few(content: bytes, widths: tuple[int, ...], _most: int) -> tuple[None, dict[int, bytes]]:
        made.append(content)
        return None, {widths[0]: content[:8] * 50}

    monkeypatch.setattr(clean, "scaled", few)
    monkeypatch.setattr(clean, "_with_plain_alpha", lambda content: content)
    monkeypatch.setattr(clean, "_MOST_KEPT", 1000)
    copies = CleanCopies(10**8)
    for number in range(3):
        (tmp_path / f"{number}.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes([number]))
    for name in ("0.png", "0.png", "1.png", "0.png", "2.png", "0.png", "1.png"):
        copies.get(image(tmp_path, name), 320)
    # Two of 400 bytes have room; the one that was not asked for longest leaves.
    assert [content[-1] for content in made] == [0, 1, 2, 1]


def test_more_than_wait_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def few(content: bytes, widths: tuple[int, ...], _most: int) -> tuple[None, dict[int, bytes]]:
        begun.set()
        assert go_on.wait(PATIENCE_SECONDS)
        return None, {widths[0]: content}

    monkeypatch.setattr(clean, "scaled", few)
    monkeypatch.setattr(clean, "_with_plain_alpha", lambda content: content)
    (tmp_path / "one.png").write_bytes(b"\x89PNG\r\n\x1a\n one")
    (tmp_path / "two.png").write_bytes(b"\x89PNG\r\n\x1a\n two")
    copies = CleanCopies(10**8, places=1, waiting=0)
    first = threading.Thread(target=copies.get, args=(image(tmp_path, "one.png"), 320))
    first.start()
    assert begun.wait(PATIENCE_SECONDS)
    with pytest.raises(OverloadedError):
        copies.get(image(tmp_path, "two.png"), 320)
    go_on.set()
    first.join(PATIENCE_SECONDS)
    copies.get(image(tmp_path, "two.png"), 320)

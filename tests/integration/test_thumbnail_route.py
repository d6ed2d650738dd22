"""The route of thumbnails: made when asked for, once, without anything of the file but the look."""

import io
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from PIL import ExifTags, Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from genonaut.db.session import Database
from genonaut.library.scaling import Shape
from genonaut.library.thumbnails import Thumbnails
from tests.integration.test_library import genonaut, item_of, library, site
from tests.support.commands import Genonaut

__all__ = ["genonaut", "library", "site"]

SECRET = "of no concern to others"
GPS: dict[int, object] = {
    ExifTags.GPS.GPSLatitudeRef: "N",
    ExifTags.GPS.GPSLatitude: (52.0, 31.0, 12.0),
}


@pytest.fixture
def thumb(
    site: httpx.Client, database: Database, genonaut: Genonaut, library: Path, tmp_path: Path
) -> str:
    """The address of one that was not made yet, of a picture that says more than it shows."""
    (tmp_path / "pics").mkdir()
    texts, exif = PngInfo(), Image.Exif()
    texts.add_text("parameters", f"a pier\nNegative prompt: {SECRET}\nSteps: 20, Seed: 1")
    texts.add_itxt("XML:com.adobe.xmp", f"<x title='{SECRET}'/>")
    exif[ExifTags.Base.ImageDescription] = SECRET
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(GPS)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.effect_noise((900, 600), 90).convert("RGB").save(
        tmp_path / "pics" / f"{SECRET}.png", pnginfo=texts, exif=exif, icc_profile=profile
    )
    assert genonaut("import", tmp_path / "pics", "--in-place")[0] == 0
    shutil.rmtree(library / "thumbs")
    return f"/gallery/files/{item_of(database, 'a pier')}/thumb"


def opened(response: httpx.Response) -> Image.Image:
    assert (response.status_code, response.headers["content-type"]) == (200, "image/webp")
    image = Image.open(io.BytesIO(response.content))
    image.load()
    return image


def test_it_is_made_once_however_many_ask(
    site: httpx.Client, thumb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, made = threading.Barrier(24), list[bytes]()
    make = Thumbnails._make

    def counted(thumbnails: Thumbnails, content: bytes, digest: bytes) -> Shape:
        made.append(digest)
        return make(thumbnails, content, digest)

    def ask(number: int) -> tuple[int, bytes]:
        asked.wait()
        width = 320 if number % 2 else 640
        while (answer := site.get(thumb, params={"w": width})).status_code == 503:
            assert answer.headers["retry-after"]
        return opened(answer).width, answer.content

    monkeypatch.setattr(Thumbnails, "_make", counted)
    with ThreadPoolExecutor(24) as clients:
        answers = set(clients.map(ask, range(24)))
    assert len(made) == 1
    assert sorted(width for width, _ in answers) == [320, 640], "one picture of each width"


def test_it_has_nothing_of_the_file_but_its_look(site: httpx.Client, thumb: str) -> None:
    answer = site.get(thumb)
    image = opened(answer)
    assert not {"exif", "xmp", "icc_profile"} & image.info.keys()
    assert not image.getexif()
    for text in (SECRET, "a pier", "Seed"):
        assert text.encode() not in answer.content
        assert text not in str(answer.headers)


@pytest.mark.sampled(2)
@pytest.mark.parametrize(("asked", "width"), [(1, 320), (320, 320), (321, 640), (10_000, 640)])
def test_it_is_at_least_as_wide_as_asked_for_if_there_is_one(
    site: httpx.Client, thumb: str, asked: int, width: int
) -> None:
    assert opened(site.get(thumb, params={"w": asked})).width == width


@pytest.mark.sampled(3)
@pytest.mark.parametrize("wrong", ["0", "-320", "10001", "9" * 30, "wide", "", "320.5", "320;x"])
def test_widths_that_make_no_sense_are_refused_and_nothing_is_made(
    site: httpx.Client, library: Path, thumb: str, wrong: str
) -> None:
    assert site.get(thumb, params={"w": wrong}).status_code == 422
    assert not (library / "thumbs").exists()


def test_there_are_none_of_other_names_or_items(
    site: httpx.Client, library: Path, thumb: str
) -> None:
    other = thumb.replace("/thumb", "/huge")
    assert site.get(other).status_code == 422
    assert site.get(f"{thumb}/640").status_code == 404
    assert site.get("/gallery/files/999999999/thumb").status_code == 404
    assert not (library / "thumbs").exists()


@pytest.mark.parametrize("which", ["thumb", "full"])
def test_a_browser_that_has_it_is_told_so(site: httpx.Client, thumb: str, which: str) -> None:
    address = thumb.replace("/thumb", f"/{which}")
    first = site.get(address)
    assert first.headers["cache-control"] == "private, no-cache"
    tag = first.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}'):
        again = site.get(address, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    for known in ('"other"', tag.strip('"')):
        assert site.get(address, headers={"If-None-Match": known}).content == first.content


def test_a_thumbnail_of_another_width_has_another_tag(site: httpx.Client, thumb: str) -> None:
    tags = {site.get(thumb, params={"w": width}).headers["etag"] for width in (320, 640)}
    assert len(tags) == 2

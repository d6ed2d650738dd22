"""Thumbnails: every kind of image, as it should look, or a reason why not."""

import hashlib
import io
import resource
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PIL import Image, ImageCms

from genonaut.library import scaling
from genonaut.library.scaling import by_pillow, by_vips
from genonaut.library.thumbnails import Thumbnails, UndecodableError
from tests.support.waiting import PATIENCE_SECONDS

MOST_PIXELS = 10_000_000
RED, GREEN, BLUE = (230, 30, 40), (30, 160, 60), (40, 60, 220)


@pytest.fixture(params=[by_vips, by_pillow], ids=["vips", "pillow"], autouse=True)
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Each way to scale an image in turn."""
    chosen: ModuleType = request.param
    monkeypatch.setattr(scaling, "engine", lambda: chosen)
    return chosen


def picture(size: tuple[int, int] = (800, 600), mode: str = "RGB") -> Image.Image:
    """Red in the upper left quarter, green in the upper right one, blue below."""
    image = Image.new("RGB", size, BLUE)
    width, height = size
    image.paste(RED, (0, 0, width // 2, height // 2))
    image.paste(GREEN, (width // 2, 0, width, height // 2))
    return image.convert(mode)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def turned(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def made(content: bytes, folder: Path) -> tuple[Any, dict[int, Image.Image]]:
    thumbnails = Thumbnails(folder, MOST_PIXELS)
    digest = hashlib.sha256(content).digest()
    shape = thumbnails.make(io.BytesIO(content), digest)
    assert thumbnails.exist(digest)
    return shape, {
        width: Image.open(io.BytesIO(thumbnails.path(digest, width).read_bytes()))
        for width in (320, 640)
    }


def corners(image: Image.Image) -> list[Any]:
    upright = image.convert("RGB")
    width, height = upright.size
    return [
        upright.getpixel((width // 8, height // 8)),
        upright.getpixel((width * 7 // 8, height // 8)),
        upright.getpixel((width // 8, height * 7 // 8)),
    ]


def is_near(found: Any, expected: Any, most: int = 16) -> bool:
    return all(abs(one - other) <= most for one, other in zip(found, expected, strict=True))


SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
UNDO = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
OTHERS = {"save_all": True, "append_images": [Image.new("RGB", (800, 600), c) for c in (RED, BLUE)]}

SAME_LOOK = {
    "png": encoded(picture(), "PNG"),
    "palette-png": encoded(picture().quantize(16), "PNG"),
    "jpeg": encoded(picture(), "JPEG"),
    "progressive-jpeg": encoded(picture(), "JPEG", progressive=True),
    "webp": encoded(picture(), "WEBP"),
    "avif": encoded(picture(), "AVIF"),
    "gif": encoded(picture(), "GIF"),
    "animated-gif": encoded(picture(), "GIF", **OTHERS),
    "animated-png": encoded(picture(), "PNG", **OTHERS),
    "animated-webp": encoded(picture(), "WEBP", **OTHERS),
    "animated-avif": encoded(picture(), "AVIF", **OTHERS),
    "with-srgb-profile": encoded(picture(), "JPEG", icc_profile=SRGB),
    "with-damaged-profile": encoded(picture(), "PNG", icc_profile=b"nonsense" * 40),
}


@pytest.mark.parametrize("name", SAME_LOOK)
def test_each_format_looks_as_its_image(name: str, tmp_path: Path) -> None:
    shape, images = made(SAME_LOOK[name], tmp_path)
    assert (shape.width, shape.height) == (800, 600)
    assert {width: image.size for width, image in images.items()} == {
        320: (320, 240),
        640: (640, 480),
    }
    for image in images.values():
        assert image.format == "WEBP"
        assert all(map(is_near, corners(image), (RED, GREEN, BLUE))), corners(image)


@pytest.mark.parametrize("cut", range(8))
@pytest.mark.parametrize("name", SAME_LOOK)
def test_a_truncated_image_is_refused_with_a_reason(name: str, cut: int, tmp_path: Path) -> None:
    content = SAME_LOOK[name]
    animated = {"animated-gif", "animated-png", "animated-avif"}
    with pytest.raises(UndecodableError, match="damaged"):
        made(content[: len(content) * cut // (8 * (3 if name in animated else 1))], tmp_path)
    assert not list(tmp_path.rglob("*.*"))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_image_is_shown_upright(kind: str, orientation: int, tmp_path: Path) -> None:
    stored = picture()
    if (undo := UNDO.get(orientation)) is not None:
        stored = stored.transpose(undo)
    shape, images = made(encoded(stored, kind, exif=turned(orientation)), tmp_path)
    assert (shape.width, shape.height) == (800, 600)
    assert images[640].size == (640, 480)
    assert all(map(is_near, corners(images[320]), (RED, GREEN, BLUE))), corners(images[320])
    assert not images[320].getexif()


GREYS = {
    "grey": encoded(picture(mode="L"), "PNG"),
    "16-bit-grey": encoded(
        picture(mode="L").convert("I").point(lambda v: v * 257).convert("I;16"), "PNG"
    ),
    "grey-jpeg": encoded(picture(mode="L"), "JPEG"),
}


@pytest.mark.parametrize("name", GREYS)
def test_grey_images_keep_their_brightness(name: str, tmp_path: Path) -> None:
    _, images = made(GREYS[name], tmp_path)
    wanted = [(grey, grey, grey) for (grey, _, _) in corners(picture(mode="L"))]
    assert all(map(is_near, corners(images[320]), wanted)), corners(images[320])


def test_a_cmyk_jpeg_has_its_colours(tmp_path: Path) -> None:
    _, images = made(encoded(picture(mode="CMYK"), "JPEG"), tmp_path)
    red, green, blue = corners(images[320])
    assert red[0] > 2 * max(red[1:])
    assert green[1] > 1.2 * max(green[0], green[2])
    assert blue[2] > 1.5 * max(blue[:2])


def test_a_profile_is_converted_and_dropped(tmp_path: Path) -> None:
    # Pillow makes no RGB profile but sRGB: this one has its red and blue swapped.
    profile = SRGB.replace(b"rXYZ", b"tmpX").replace(b"bXYZ", b"rXYZ").replace(b"tmpX", b"bXYZ")
    assert profile != SRGB
    _, images = made(encoded(picture(), "PNG", icc_profile=profile), tmp_path)
    wanted = [pixel[::-1] for pixel in (RED, GREEN, BLUE)]
    assert all(map(is_near, corners(images[320]), wanted)), corners(images[320])
    assert "icc_profile" not in images[320].info


def half_transparent(mode: str) -> Image.Image:
    image = picture(mode="RGBA")
    image.paste((0, 0, 0, 0), (0, 300, 800, 600))
    return image.convert(mode)


SEE_THROUGH = {
    "rgba-png": encoded(half_transparent("RGBA"), "PNG"),
    "grey-png": encoded(half_transparent("LA"), "PNG"),
    "palette-png": encoded(picture().quantize(8), "PNG", transparency=0),
    "webp": encoded(half_transparent("RGBA"), "WEBP"),
    "avif": encoded(half_transparent("RGBA"), "AVIF"),
    "gif": encoded(half_transparent("RGBA"), "GIF"),
}


@pytest.mark.parametrize("name", SEE_THROUGH)
def test_transparency_is_kept(name: str, tmp_path: Path) -> None:
    _, images = made(SEE_THROUGH[name], tmp_path)
    for image in images.values():
        low, high = image.getchannel("A").getextrema()
        assert (low, high) == (0, 255)


def test_the_colour_is_the_average(tmp_path: Path) -> None:
    shape, _ = made(encoded(Image.new("RGB", (900, 30), (200, 100, 50)), "PNG"), tmp_path)
    assert is_near(bytes.fromhex(shape.colour[1:]), (200, 100, 50), most=3)


SIZES = {
    (1, 1): [(1, 1), (1, 1)],
    (100, 50): [(100, 50), (100, 50)],
    (500, 400): [(320, 256), (500, 400)],
    (9000, 2): [(320, 1), (640, 1)],
    (60, 16000): [(5, 1280), (10, 2560)],
}


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_an_image_is_never_enlarged_and_never_too_tall(
    size: tuple[int, int], tmp_path: Path
) -> None:
    _, images = made(encoded(picture(size), "PNG"), tmp_path)
    assert [images[320].size, images[640].size] == SIZES[size]


NO_IMAGE = {
    "nothing": b"",
    "text": b"a prompt",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><script/></svg>",
    "html": b"<!doctype html><script>alert(1)</script>",
    "tiff": encoded(picture((9, 9)), "TIFF"),
    "bmp": encoded(picture((9, 9)), "BMP"),
    "netpbm": encoded(picture((9, 9)), "PPM"),
    "jpeg-2000": encoded(picture((9, 9)), "JPEG2000"),
    "signature": b"\x89PNG\r\n\x1a\n",
}


@pytest.mark.parametrize("name", NO_IMAGE)
def test_other_files_reach_no_decoder(name: str, tmp_path: Path) -> None:
    with pytest.raises(UndecodableError, match="not a PNG, JPEG, WebP, AVIF or GIF"):
        made(NO_IMAGE[name], tmp_path)


def bomb(width: int, height: int) -> bytes:
    """A PNG that says how large it is, and has next to nothing in it."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1_000_000))
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", pixels), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def test_too_many_pixels_are_refused_before_decoding(tmp_path: Path) -> None:
    with pytest.raises(UndecodableError, match="12000 x 12000 pixels, and at most 10,000,000"):
        made(bomb(12_000, 12_000), tmp_path)


def claiming(content: bytes, at: int, mark: str, *numbers: int) -> bytes:
    """An image with another size in its header."""
    return content[:at] + struct.pack(mark, *numbers) + content[at + struct.calcsize(mark) :]


def huge(kind: str) -> bytes:
    """Next to nothing, that says it has a billion pixels."""
    content = encoded(picture((16, 16)), kind)
    if kind == "GIF":
        frame = content.index(b",\0\0\0\0") + 5
        return claiming(claiming(content, 6, "<HH", 60_000, 60_000), frame, "<HH", 60_000, 60_000)
    if kind == "JPEG":
        return claiming(content, content.index(b"\xff\xc0") + 5, ">HH", 60_000, 60_000)
    return bomb(40_000, 40_000)


@pytest.mark.parametrize("kind", ["GIF", "JPEG", "PNG"])
def test_bombs_of_other_formats_are_refused(kind: str, tmp_path: Path) -> None:
    with pytest.raises(UndecodableError, match="at most 10,000,000 are decoded"):
        made(huge(kind), tmp_path)


SCRIPT = """
import io, sys, warnings
from pathlib import Path
if sys.argv[3].endswith("by_pillow"):
    sys.modules["pyvips"] = None
from genonaut.library.thumbnails import Thumbnails, UndecodableError
warnings.simplefilter("error")
from genonaut.library import scaling
assert scaling.engine().__name__ == sys.argv[3]
thumbnails = Thumbnails(Path(sys.argv[1]), 100_000_000)
for file in sorted(Path(sys.argv[2]).iterdir()):
    try:
        thumbnails.make(io.BytesIO(file.read_bytes()), file.name.encode())
    except UndecodableError:
        pass
"""
MEMORY = 2 << 30


def test_odd_files_cost_little_memory_and_write_nothing_to_the_terminal(
    tmp_path: Path, engine: ModuleType
) -> None:
    odd = tmp_path / "odd"
    odd.mkdir()
    damaged = SAME_LOOK["with-damaged-profile"]
    contents = [damaged, bomb(50_000, 50_000), bomb(9_990, 9_990), *map(huge, ("GIF", "JPEG"))]
    contents += [content[: len(content) // 2] for content in SAME_LOOK.values()]
    for number, content in enumerate(contents):
        (odd / f"{number:03}").write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, tmp_path, odd, engine.__name__],
        capture_output=True,
        check=True,
        timeout=PATIENCE_SECONDS,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
    )
    assert (done.stdout, done.stderr) == (b"", b"")

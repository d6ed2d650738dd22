"""Damage beside the pixels costs a picture what is damaged, and never its place in the gallery."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from genonaut.ingest.records import Reject
from genonaut.ingest.rows import ImportRow
from genonaut.ingest.taking import BROKEN
from tests.support.taking import take_one

SIZE = (24, 16)
SETTINGS = "a kiln in a yard\nSteps: 20, Seed: 5, Size: 24x16"
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf='
    b'"http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc='
    b'"http://purl.org/dc/elements/1.1/" dc:title="a kiln"/></rdf:RDF></x:xmpmeta>'
)
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def exif() -> bytes:
    """With the generation data in UserComment, and texts in the tags that ComfyUI uses."""
    block = Image.Exif()
    block[ExifTags.Base.Model] = "prompt:{}"
    block[ExifTags.Base.ImageDescription] = "a kiln in a yard, by the sea"
    block.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = b"ASCII\0\0\0" + SETTINGS.encode()
    return block.tobytes()


EXIF = exif()
BLOCKS = {"exif": EXIF.removeprefix(b"Exif\0\0"), "xmp": XMP, "icc_profile": PROFILE}
FORMS = ("PNG", "JPEG", "WEBP", "AVIF")
PLACES = [(form, place) for form in FORMS for place in BLOCKS]


def saved(form: str, place: str) -> bytes:
    options: dict[str, object] = {place: EXIF if place == "exif" else BLOCKS[place]}
    if form == "PNG":
        info = PngInfo()
        info.add_text("Comment", "x" * 5000)  # so that no pixels are searched for hidden texts
        if place == "xmp":
            info.add_itxt("XML:com.adobe.xmp", XMP.decode())
        options = {"pnginfo": info} | ({} if place == "xmp" else options)
    stream = io.BytesIO()
    Image.linear_gradient("L").resize(SIZE).convert("RGB").save(stream, form, **options)
    return stream.getvalue()


def replaced(content: bytes, place: str, damaged: bytes) -> bytes:
    """The same file, but with other bytes in that block, as many as there were."""
    is_packed = content.startswith(b"\x89PNG") and place == "icc_profile"
    was = zlib.compress(PROFILE) if is_packed else BLOCKS[place]
    at = content.index(was)
    return content[:at] + damaged[: len(was)].ljust(len(was), b"\0") + content[at + len(was) :]


def with_checksums(content: bytes) -> bytes:
    """A PNG whose chunks are all as their program meant them."""
    made, at = bytearray(content[:8]), 8
    while at < len(content):
        (length,) = struct.unpack_from(">I", content, at)
        chunk = content[at + 4 : at + 8 + length]
        made += struct.pack(">I", length) + chunk + struct.pack(">I", zlib.crc32(chunk))
        at += 12 + length
    return bytes(made)


def taken(folder: Path, content: bytes) -> ImportRow:
    path = folder / "a.png"  # by its content, and not by its name
    path.write_bytes(content)
    row = take_one(path)
    assert isinstance(row, ImportRow), row.reason
    assert row.file
    assert (row.file.width, row.file.height) == SIZE
    assert (row.metadata["width"], row.metadata["height"]) == SIZE
    return row


@pytest.mark.parametrize("form", FORMS)
def test_whole_metadata_are_read(form: str, tmp_path: Path) -> None:
    row = taken(tmp_path, saved(form, "exif"))
    assert (row.prompt, row.metadata["seed"]) == ("a kiln in a yard", 5)


HALF = len(BLOCKS["exif"]) // 2
DAMAGES = {
    "nothing": b"",
    "no mark": b"nonsense" * 40,
    "an offset behind the end": b"II*\0\xff\xff\xff\xff",
    "more tags than there are": b"MM\0*\0\0\0\x08\xff\xff",
    "its own offset": b"II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x08\0\0\0",
    "a cut block": BLOCKS["exif"][:HALF],
    "half of XML": XMP[: len(XMP) // 2],
    "a document type": b'<!DOCTYPE x [<!ENTITY a "b">]>' + XMP,
    "half of a profile": PROFILE[: len(PROFILE) // 2],
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize(("form", "place"), PLACES)
def test_a_damaged_block_refuses_no_picture(
    form: str, place: str, damage: str, tmp_path: Path
) -> None:
    content = replaced(saved(form, place), place, DAMAGES[damage])
    taken(tmp_path, content)
    if form == "PNG":
        taken(tmp_path, with_checksums(content))


@given(data=st.data())
def test_any_damage_beside_the_pixels_refuses_no_picture(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    form, place = data.draw(st.sampled_from(PLACES))
    block = bytearray(BLOCKS[place])
    for _ in range(data.draw(st.integers(1, 4))):
        block[data.draw(st.integers(0, len(block) - 1))] = data.draw(st.integers(0, 255))
    content = replaced(saved(form, place), place, bytes(block))
    taken(tmp_path_factory.getbasetemp(), with_checksums(content) if form == "PNG" else content)


def beside_it(form: str) -> dict[str, object]:
    """The settings once more, where they do not depend on EXIF."""
    texts = PngInfo()
    texts.add_text("parameters", SETTINGS)
    escaped = SETTINGS.replace("\n", "&#10;").encode()
    packet = XMP.replace(b'dc:title="a kiln"', b'dc:parameters="%s"' % escaped)
    options: dict[str, dict[str, object]] = {
        "PNG": {"pnginfo": texts},
        "JPEG": {"comment": SETTINGS.encode()},
        "WEBP": {"xmp": packet},
    }
    return options[form]


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_the_other_texts_of_the_file_are_still_read(form: str, tmp_path: Path) -> None:
    stream = io.BytesIO()
    Image.new("RGB", SIZE).save(stream, form, exif=EXIF, **beside_it(form))
    row = taken(tmp_path, replaced(stream.getvalue(), "exif", b"II*\0\xff\xff\xff\xff"))
    assert (row.prompt, row.metadata["seed"]) == ("a kiln in a yard", 5)


def test_a_damaged_chunk_that_the_pixels_need_is_a_reject(tmp_path: Path) -> None:
    content = bytearray(saved("PNG", "exif"))
    content[content.index(b"IDAT") + 6] ^= 255
    (tmp_path / "a.png").write_bytes(content)
    reject = take_one(tmp_path / "a.png")
    assert isinstance(reject, Reject)
    assert reject.reason == BROKEN

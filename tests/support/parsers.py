"""Every parser of what others write, and the pieces of which hard inputs are made.

`python -m tests.support.parsers NAME BYTES` gives one of them long inputs, each of one piece again
and again. A parser may refuse anything, in its own words, but it takes time proportional to it.
"""

import gzip
import io
import struct
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from genonaut.api.gallery import cursors
from genonaut.api.gallery.query import GalleryQuery
from genonaut.api.gallery.search import phrases
from genonaut.config_layers import json_layer
from genonaut.content.rules import InvalidValueError, showable, user_name
from genonaut.content.tag_names import tag_name
from genonaut.errors import GenonautError
from genonaut.ingest.csv_dialect import dialect
from genonaut.ingest.csv_records import csv_records
from genonaut.ingest.exif import texts_of_exif
from genonaut.ingest.moments import timestamp
from genonaut.ingest.pictures import PictureFiles
from genonaut.ingest.programs import generation
from genonaut.ingest.records import Record
from genonaut.ingest.rows import Defaults, parse_row
from genonaut.ingest.sources import open_source
from genonaut.ingest.tag_columns import column_of_tags

REFUSALS: Final = (InvalidValueError, GenonautError)
"""How a parser refuses. Anything else that it raises is a crash."""


@dataclass(frozen=True, slots=True)
class Parser:
    """A parser of text or bytes; `beginning` and `end` go around the pieces."""

    parse: Callable[[str], object]
    pieces: tuple[str, ...]
    beginning: str = ""
    end: str = ""

    def of(self, pieces: Iterable[str]) -> object:
        """Parse these pieces, one after the other."""
        return self.parse(f"{self.beginning}{''.join(pieces)}{self.end}")


def _in_a_file(name: str, content: bytes) -> list[object]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(content)
        rows = [row for row in open_source(path) if isinstance(row, Record)]
        return [_row(row) for row in rows]


def _row(record: Record) -> object:
    try:
        return parse_row(record, Defaults())
    except InvalidValueError as error:
        return error


def _csv(written: str) -> object:
    delimiter, lines = dialect(io.StringIO(written, newline=""), ",", frozenset({"prompt"}))
    return sum(1 for _ in csv_records(lines, delimiter))


def _settings_file(written: str) -> object:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "base.json")
        path.write_text(written, encoding="utf-8", errors="surrogatepass")
        return json_layer(path)


def _png(texts: bytes) -> object:
    """A picture with chunks of text, which are parted by a line end."""
    chunks = [_chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0))]
    for text in texts.split(b"\n"):
        chunks.append(_chunk(b"zTXt", b"parameters\0\0" + zlib.compress(text)))
        chunks.append(_chunk(b"tEXt", text))
        chunks.append(_chunk(b"iTXt", text))
    end = _chunk(b"IDAT", b"") + _chunk(b"IEND", b"")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.png")
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + end)
        return list(PictureFiles(path))


def _chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def _bytes(written: str) -> bytes:
    return written.encode("utf-8", "surrogatepass")


def _cell(name: str) -> Callable[[str], object]:
    return lambda written: _row(Record("x.csv", 2, {"prompt": "a", name: written}))


COLUMNS = (
    "prompt", "title", "creator", "created_at", "source", "quality_score", "metadata", "tags",
    "raw_data", "meta", "parameters",
)  # fmt: skip
JSON = ("[", "{", '{"a":', '"', "\\", "\\ud800", "1", "1e9", "-", ",", "]", "}", "NaN", " ", "\0")
LISTS = ("[", "'", '"', "'a',", "'a' ", "\\'", "\\", "np.str_('a'),", "nan,", ",", " ", "]", "(")
SETTINGS = (
    "a",
    " ",
    ",",
    "\n",
    "\r",
    ":",
    "a:",
    "a: 1, ",
    "a: 1\n",
    'a:"',
    "a:[",
    "a:{",
    'a:["b",',
    '\\"',
    "Steps: 1, ",
    "Steps: 1\n",
    "Seed: 1 Steps: 1 Size: 11x1 ",
    "Negative prompt:",
    "\nNegative prompt:",
    ",negative prompt:",
    "Template:\n",
    "(a:1.2), ",
    "a b c d-e/f:",
    "[",
    "{",
    '{"',
    "\u2028",
    "é",
    "letters",
    "size: ",
    "Sampler: a, b, ",
)
GRAPH = (
    '"1":{"class_type":"KSampler","inputs":{"positive":["2",0],"steps":1,"seed":1}},',
    '"2":{"class_type":"CLIPTextEncode","inputs":{"text":["3",0],"clip":["9",0]}},',
    '"3":{"class_type":"StringConcatenate","inputs":{"string_a":["4",0],"string_b":["4",0]}},',
    '"4":{"class_type":"JoinStrings","inputs":{"a":["3",0],"b":["5",0],"delimiter":["5",0]}},',
    '"5":{"class_type":"Switch","inputs":{"any_01":["6",0],"any_02":["2",0],"select":["7",0]}},',
    '"6":{"class_type":"StringReplace","inputs":{"text":"aaaa","find":"a","replace":["6",0]}},',
    '"7":{"inputs":{"value":2,"seed":["7",0]}},',
    '"8":{"class_type":"SaveImage","inputs":{"x":["1",0]}},',
    '"9":{"class_type":"image_image_image","inputs":{"image_image_image_\\n":["1",0]}},',
    '"a":1,',
)
ROWS = (
    "a",
    ",",
    '"',
    '""',
    "\n",
    "\r",
    'x","\n',
    '"\n',
    'a,"\n',
    '"a\n',
    ";",
    "\t",
    "|",
    "\0",
    "é",
    "sep=;\n",
)

PARSERS: Final[dict[str, Parser]] = {
    "csv": Parser(_csv, ROWS, "prompt,title\n"),
    "wide csv": Parser(_csv, ROWS, "prompt," + "c," * 5_000 + "\n"),
    "csv file": Parser(lambda text: _in_a_file("a.csv", _bytes(text)), ROWS, "prompt,tags\n"),
    "gzip": Parser(
        lambda text: _in_a_file("a.csv.gz", gzip.compress(_bytes(text))), ROWS, "prompt\n"
    ),
    "no gzip": Parser(
        lambda text: _in_a_file("a.csv", b"\x1f\x8b" + _bytes(text)), ("\x08", "a", "\0")
    ),
    "json lines": Parser(
        lambda text: _in_a_file("a.jsonl", _bytes(text)), (*JSON, "\n", '{"prompt":')
    ),
    **{f"column {name}": Parser(_cell(name), (*JSON, *LISTS)) for name in COLUMNS},
    "moment": Parser(
        lambda text: timestamp(text, "x"), ("1", "0", "-", "/", ".", ":", " ", "T", "e", "+", "UTC")
    ),
    "tags": Parser(lambda text: column_of_tags(text, "x"), LISTS),
    "open list": Parser(lambda text: column_of_tags(text, "x"), LISTS, "['", "]"),
    "parameters": Parser(lambda text: generation({"parameters": text}), SETTINGS),
    "settings": Parser(
        lambda text: generation({"parameters": text}), SETTINGS, "a\nSteps: 1, Seed: 2, b: "
    ),
    "one line": Parser(
        lambda text: generation({"parameters": text}),
        SETTINGS,
        "a, Steps: 1, Size: 22x1, ",
        ", Seed: 2",
    ),
    "comment": Parser(lambda text: generation({"UserComment": text}), (*SETTINGS, *JSON)),
    "graph": Parser(lambda text: generation({"prompt": text}), (*GRAPH, *JSON), "{", '"z":1}'),
    "novelai": Parser(
        lambda text: generation({"Software": "NovelAI", "Comment": text}),
        JSON,
        '{"prompt":"a","v4_prompt":',
    ),
    "png": Parser(
        lambda text: _png(_bytes(text)), ("a", "parameters\0", "\0", "\n", "prompt\0{", "\x01", "é")
    ),
    "no png": Parser(
        lambda text: _in_a_file("a.png", b"\x89PNG\r\n\x1a\n" + _bytes(text)),
        ("\0\0\0\0", "IDAT", "tEXt", "a", "\x7f"),
    ),
    "exif": Parser(
        lambda text: texts_of_exif(_bytes(text)),
        ("MM\0*", "II*\0", "\0\0\0\x08", "\0\x01", "\x07", "a", "\0"),
    ),
    "jpeg": Parser(
        lambda text: _in_a_file("a.jpg", text.encode("latin-1", "replace")),
        ("\xff\xd8", "\xff\xe1", "\0\x10Exif\0\0", "\xff\xd9", "\xff", "\0", "RIFF", "WEBP"),
        "\xff\xd8\xff",
    ),
    "user name": Parser(
        user_name, ("a", " ", "e\u0301", "\u0301\u0316", "\u200d", "\ufe0f", "\x1b", "\u202e", "क्")
    ),
    "tag name": Parser(tag_name, ("a", " ", "e\u0301", "\u0301\u0316", "\u200d", "İ")),
    "terminal": Parser(showable, ("a", "\x1b[", "\u202e", "\n")),
    "cursor": Parser(
        lambda text: cursors.read(text, GalleryQuery()), ("A", "=", "-", "_", "é", "W10", " ")
    ),
    "search": Parser(phrases, ("a", '"', " ", '"a', 'a"', "-", "é", "\0")),
    "settings file": Parser(_settings_file, (*JSON, '"api":', '"port":')),
}


def parse(name: str, pieces: Iterable[str]) -> None:
    """Let a parser have this; it may refuse."""
    with suppress(*REFUSALS):
        PARSERS[name].of(pieces)


def main(name: str, length: int) -> None:
    """Each piece alone, and each with the next one, up to a length."""
    pieces = PARSERS[name].pieces
    pairs = ((a + b) for a, b in zip(pieces, (*pieces[1:], pieces[0]), strict=True))
    for piece in chain(pieces, pairs):
        parse(name, [piece * (length // len(piece))])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

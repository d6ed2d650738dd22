"""Every parser of what others write, and the pieces of which hard inputs are made.

`python -m tests.support.parsers BYTES NAME ...` gives some of them long inputs, each of one piece
again and again. A parser may refuse anything, in its own words, but it takes time proportional to
it.
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

from PIL import Image

from genonaut.api.gallery import cursors
from genonaut.api.gallery.query import GalleryQuery
from genonaut.api.gallery.searching.language import SearchError
from genonaut.api.gallery.searching.parser import parse as parse_search
from genonaut.config_layers import json_layer
from genonaut.content.rules import InvalidValueError, showable, user_name
from genonaut.content.tag_names import tag_name
from genonaut.errors import GenonautError
from genonaut.ingest.comments import comment
from genonaut.ingest.csv_dialect import dialect
from genonaut.ingest.csv_records import csv_records
from genonaut.ingest.exif import texts_of_exif
from genonaut.ingest.hidden import hidden_texts
from genonaut.ingest.kinds import HEAD_BYTES, kind_of
from genonaut.ingest.moments import timestamp
from genonaut.ingest.programs import generation
from genonaut.ingest.records import Record
from genonaut.ingest.rows import Defaults, parse_row
from genonaut.ingest.sources import open_table
from genonaut.ingest.tag_columns import column_of_tags
from genonaut.ingest.xmp import texts_of_xmp
from tests.support.taking import take_one

REFUSALS: Final = (InvalidValueError, GenonautError, SearchError)
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
        rows = [row for row in open_table(path) if isinstance(row, Record)]
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
        return take_one(path)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def _hidden(text: bytes) -> object:
    """A picture whose lowest bits have this behind the signature."""
    content = b"stealth_pngcomp" + text
    digits = "".join(f"{byte:08b}" for byte in content)
    high = max(1, len(digits))
    alpha = Image.frombytes("L", (1, high), bytes(map(int, digits)))
    stream = io.BytesIO()
    Image.merge("RGBA", [alpha] * 4).save(stream, "PNG", compress_level=1)
    return hidden_texts(stream)


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
EDITOR = (
    '{"id":1,"type":"KSampler","widgets_values":[1,"fixed",2],"inputs":[{"name":"positive",'
    '"link":1},{"name":"model","link":2}]},',
    '{"id":2,"type":"CLIPTextEncode","widgets_values":["a"],"inputs":[],"outputs":[]},',
    '{"id":3,"type":"Reroute","mode":4,"inputs":[{"type":"*"}],"outputs":[{"type":"*"}]},',
    '{"id":4,"type":"ab","inputs":[{"name":"text"}]},',
    '{"id":5,"mode":2},',
    '{"id":6,"type":"SaveImage","inputs":[{"name":"images"}]},',
)
LINKS = "[1,2,0,1,0,0],[2,3,0,1,1,0],[3,3,0,3,0,0],[4,4,0,2,0,0],[5,1,0,6,0,0],[6,5,0,4,0,0]"
INSIDE = (
    '{"id":"ab","nodes":[{"id":1,"type":"ab"},{"id":2,"type":"CLIPTextEncode","inputs":[{}]}],'
    '"links":[{"origin_id":-10,"origin_slot":0,"target_id":2,"target_slot":0},'
    '{"origin_id":2,"origin_slot":0,"target_id":-20,"target_slot":0}]}'
)
XMP = (
    "<a>", "</a>", "<a ", 'b="c"', ">", "<x:a xmlns:x='y'>", "text", "&lt;", "&#1;", "<!--", "-->",
    "<![CDATA[", "]]>", "<!DOCTYPE a [", "<!ENTITY b '", "&b;",
)  # fmt: skip
PROGRAMS = (
    *('{"sui_image_params":{"prompt":"a","loras":["a"],"loraweights":"1,2"}}', '{"c":"a","seed":1'),
    *(',"steps":2}', '{"uc":"","noise_schedule":1}', '"a b" -s 2 -S 1', '"a', " -s", " 1", "\\"),
    *("Include in Image: a; ", "Steps: 2; ", " Job ID: 01234567-89ab-cdef-0123-456789abcdef"),
    *('{"prompt":"<lora:a:1>","base_model":"b","loras":[["a",1],[true,"b",2],{}]}', "<lora:a:b>"),
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
    "workflow": Parser(
        lambda text: generation({"workflow": text}),
        (*EDITOR, *JSON),
        f'{{"links":[{LINKS}],"definitions":{{"subgraphs":[{INSIDE}]}},"nodes":[',
        "{}]}",
    ),
    "programs": Parser(
        lambda text: generation({"parameters": text, "Description": text, "prompt": text}),
        (*PROGRAMS, *JSON),
    ),
    "xmp": Parser(lambda text: texts_of_xmp(_bytes(text)), XMP),
    "exif comment": Parser(
        lambda text: comment(text.encode("latin-1", "replace")),
        ("UNICODE\0", "ASCII\0\0\0", "JIS\0\0\0\0\0", "\0", "a", "\xff\xfe", "\x1b$B", "\xe3"),
    ),
    "hidden": Parser(
        lambda text: _hidden(text.encode("latin-1", "replace")),
        ("\0", "\xff", "\x1f\x8b\x08", "a", '{"Comment":"'),
    ),
    "kind": Parser(
        lambda text: kind_of(_bytes(text)[:HEAD_BYTES]),
        ("<", "<?xml", "<!--", "-->", "<svg ", "<!doctype svg", " ", "\0", "ftyp", "avif", "{"),
    ),
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
    "gif": Parser(
        lambda text: _in_a_file("a.gif", text.encode("latin-1", "replace")),
        ("\x21\xfe", "\x05hello", "\0", ",", "\x21\xff\x0b", ";", "\xff", "\x08\0\x08\0"),
        "GIF89a",
    ),
    "user name": Parser(
        user_name, ("a", " ", "e\u0301", "\u0301\u0316", "\u200d", "\ufe0f", "\x1b", "\u202e", "क्")
    ),
    "tag name": Parser(tag_name, ("a", " ", "e\u0301", "\u0301\u0316", "\u200d", "İ")),
    "terminal": Parser(showable, ("a", "\x1b[", "\u202e", "\n")),
    "cursor": Parser(
        lambda text: cursors.read(text, GalleryQuery()), ("A", "=", "-", "_", "é", "W10", " ")
    ),
    "search": Parser(
        parse_search,
        ("a", '"', " ", '"a', 'a"', "-", "*", "é", "\0", "model:", "is:auto", "modle:", "1"),
    ),
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
    for given in sys.argv[2:]:
        sys.stdout.write(f"{given}\n")
        sys.stdout.flush()
        main(given, int(sys.argv[1]))

"""Text files, line by line: in any encoding, with lines of any length, valid or not, or gzip'ed."""

import codecs
import gzip
import zlib
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, cast

from genonaut.errors import UnreadableInputError, UsageError
from genonaut.ingest.records import UNDECODABLE, printable

# The longest record, and so the longest line, that is read into memory.
LONGEST_RECORD = 1 << 20

_SAMPLE_BYTES = 8192
_GZIP = b"\x1f\x8b"
_TEXT_CONTROLS = b"\t\n\v\f\r\x1b"
_CONTROLS = bytes(byte for byte in range(32) if byte not in _TEXT_CONTROLS)
_MARKS = {  # UTF-32's little-endian mark begins with UTF-16's, so it is looked for first
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def _mark_bytes(error: UnicodeError) -> tuple[str, int]:
    """Like `surrogateescape`, but for every byte: UTF-16 can fail at one below 128, too."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(chr(0xDC00 + byte) for byte in wrong), error.end


codecs.register_error("genonaut.mark", _mark_bytes)


class TextFile:
    """The lines of a file, and how far it has been read."""

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        """`encoding` overrides the file's byte order mark; UTF-8 is the default.

        Raises:
            UsageError: the encoding is unknown.
            UnreadableInputError: the file is empty.
        """
        self.path = path
        self.size = path.stat().st_size
        self.position = 0
        with path.open("rb") as file:
            self._is_gzip = file.read(len(_GZIP)) == _GZIP
            file.seek(0)
            self._sample = self._sample_of(file)
        if not self._sample:
            raise UnreadableInputError(
                f"{printable(path)} is empty (0 bytes): check that it was written completely."
            )
        self.encoding = _checked(encoding) if encoding else self._marked_encoding()

    def lines(self) -> Iterator[str]:
        """The physical lines with their line ends. A line that is too long is cut and has none.

        Raises:
            UnreadableInputError: the encoding cannot be right, or the file is damaged.
        """
        try:
            yield from self._lines()
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise self._damaged() from error
        except UnicodeError as error:  # a codec that fails without calling the error handler
            raise UnreadableInputError(
                f"{printable(self.path)} is not {self.encoding} ({error}): "
                "choose another encoding with --encoding."
            ) from error

    def _lines(self) -> Iterator[str]:
        with (
            self.path.open("rb") as file,
            TextIOWrapper(
                self._unpacked(file), self.encoding, errors="genonaut.mark", newline=""
            ) as stream,
        ):
            mark = "\ufeff"
            while line := stream.readline(LONGEST_RECORD):
                if len(line) == LONGEST_RECORD and not _has_end(line):
                    _skip_rest_of_line(stream)
                self.position = file.tell()
                yield line.removeprefix(mark)
                mark = ""

    def _unpacked(self, file: BinaryIO) -> BinaryIO:
        return cast("BinaryIO", gzip.GzipFile(fileobj=file)) if self._is_gzip else file

    def _sample_of(self, file: BinaryIO) -> bytes:
        try:
            return self._unpacked(file).read(_SAMPLE_BYTES)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise self._damaged() from error

    def _damaged(self) -> UnreadableInputError:
        return UnreadableInputError(
            f"{printable(self.path)} is a damaged gzip file: copy it again."
        )

    def looks_binary(self) -> bool:
        """Whether it begins with control characters that do not occur in text."""
        return any(byte in _CONTROLS for byte in self._sample)

    def problem(self, text: str) -> str | None:
        """Why a piece of this file cannot be read as text; None if it can."""
        if len(text) >= LONGEST_RECORD:
            return f"longer than {LONGEST_RECORD:,} characters"
        if mark := UNDECODABLE.search(text):
            return (
                f"byte 0x{ord(mark[0]) - 0xDC00:02X} is not valid {self.encoding}: "
                "choose the file's encoding with --encoding"
            )
        return None

    def _marked_encoding(self) -> str:
        marked = (name for mark, name in _MARKS.items() if self._sample.startswith(mark))
        return next(marked, "utf-8")


def _checked(encoding: str) -> str:
    try:
        b"prompt".decode(encoding, "genonaut.mark")
        return codecs.lookup(encoding).name
    except (LookupError, UnicodeError) as error:
        raise UsageError(
            f"Unknown text encoding {encoding!r}: try utf-8, utf-16, latin-1 or cp1252."
        ) from error


def _has_end(line: str) -> bool:
    return line.endswith(("\n", "\r"))


def _skip_rest_of_line(stream: TextIOWrapper) -> None:
    while (rest := stream.readline(LONGEST_RECORD)) and not _has_end(rest):
        pass

"""Forms with files, written to disk as they arrive, each with limits that are checked before."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from genonaut.config import LibrarySettings
from genonaut.content.rules import LONGEST_NAME
from genonaut.errors import ContentTooLargeError, MalformedBodyError
from genonaut.library.files import MOST_BYTES

if TYPE_CHECKING:  # the package itself has it only then
    from python_multipart.multipart import MultipartCallbacks

FILES: Final = "files"
UNNAMED: Final = "unnamed"


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """Of one request. A file that is too large is refused by itself."""

    files: int = 100
    file_bytes: int = MOST_BYTES
    bytes: int = 1 << 30
    fields: int = 16
    field_bytes: int = 1024
    still_seconds: float = 30.0
    """Without any progress."""
    seconds: float = 60.0
    slowest: int = 16 * 1024
    """Bytes per second, on top of that."""

    @classmethod
    def of(cls, settings: LibrarySettings) -> "UploadLimits":
        """As the settings say."""
        return cls(
            settings.upload_files,
            settings.upload_file_mebibytes << 20,
            settings.upload_mebibytes << 20,
        )


@dataclass(slots=True)
class SentFile:
    """A file as it was sent: where it is now, unless it is too large."""

    name: str
    path: Path
    size: int = 0
    is_too_large: bool = False


@dataclass(slots=True)
class _Part:
    """The part that is being read: a file, or a field."""

    headers: dict[bytes, bytes] = field(default_factory=dict)
    name: str = ""
    value: bytearray = field(default_factory=bytearray)
    sent: SentFile | None = None
    stream: BinaryIO | None = None


class FormReader:
    """Takes a multipart body piece by piece; files go to a folder, under numbers."""

    def __init__(self, content_type: str, folder: Path, limits: UploadLimits) -> None:
        """As the header `Content-Type` says.

        Raises:
            MalformedBodyError: that is no form with files.
        """
        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise MalformedBodyError("The body is no form with files: send multipart/form-data.")
        self.files: list[SentFile] = []
        self.fields: dict[str, str] = {}
        self._folder, self._limits = folder, limits
        self._part = _Part()
        self._header = bytearray()
        self._label = b""
        self._parts = 0
        self._is_complete = False
        try:
            self._parser = MultipartParser(options[b"boundary"], _callbacks(self))
        except FormParserError as error:
            raise MalformedBodyError("The boundary is too long: use at most 70 bytes.") from error

    def feed(self, piece: bytes) -> None:
        """Take the next piece.

        Raises:
            MalformedBodyError: it does not have the form of such a body.
            ContentTooLargeError: there are too many files, or fields, or too much in those.
            OSError: a file cannot be written.
        """
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise MalformedBodyError(
                "The body is not as multipart/form-data has it: send it again."
            ) from error

    def end(self) -> None:
        """Nothing follows.

        Raises:
            MalformedBodyError: the body was cut off.
        """
        if not self._is_complete:
            raise MalformedBodyError("The body ends too early: send it again.")

    def close(self) -> None:
        """Write no more."""
        if self._part.stream:
            self._part.stream.close()

    def on_part_begin(self) -> None:
        self._parts += 1
        self._part = _Part()

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._label += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def on_header_end(self) -> None:
        self._part.headers[self._label.lower()] = bytes(self._header)
        self._label, self._header = b"", bytearray()

    def on_headers_finished(self) -> None:
        part = self._part
        _, options = parse_options_header(part.headers.get(b"content-disposition", b""))
        part.name = options.get(b"name", b"").decode(errors="replace")
        if part.name != FILES and b"filename" not in options:
            if self._parts - len(self.files) > self._limits.fields:
                raise ContentTooLargeError(f"More than {self._limits.fields} fields: send less.")
            return
        if len(self.files) == self._limits.files:
            raise ContentTooLargeError(
                f"More than {self._limits.files} files: send less at a time."
            )
        path = self._folder / str(len(self.files))
        part.sent = SentFile(_base_name(options.get(b"filename", b"")), path)
        part.stream = path.open("xb")
        self.files.append(part.sent)

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        if part.sent and part.stream:
            part.sent.size += end - start
            part.sent.is_too_large = part.sent.size > self._limits.file_bytes
            if not part.sent.is_too_large:
                part.stream.write(data[start:end])
            return
        part.value += data[start:end]
        if len(part.value) > self._limits.field_bytes:
            raise ContentTooLargeError(
                f"A field has more than {self._limits.field_bytes} bytes: send less."
            )

    def on_part_end(self) -> None:
        part = self._part
        if part.sent is None or part.stream is None:
            self.fields[part.name] = part.value.decode(errors="replace")
            return
        with part.stream as stream:
            stream.flush()
            os.fsync(stream.fileno())
        if part.sent.is_too_large:
            part.sent.path.unlink()
        elif not part.sent.size and part.sent.name == UNNAMED:
            self.files.pop()  # what a browser sends of a field in which no file was chosen

    def on_end(self) -> None:
        self._is_complete = True


def _callbacks(reader: FormReader) -> "MultipartCallbacks":
    names = (name for name in dir(reader) if name.startswith("on_"))
    return cast("MultipartCallbacks", {name: getattr(reader, name) for name in names})


def _base_name(sent: bytes) -> str:
    """The name without folders: browsers leave them out, other programs may not."""
    name = sent.decode(errors="replace").replace("\\", "/").rpartition("/")[2]
    return name.replace("\0", "")[:LONGEST_NAME].strip() or UNNAMED

"""Pictures: one file, or a folder of them. What an import has seen before is not read again."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Final

from genonaut.errors import UnreadableInputError
from genonaut.ingest.folders import Folder, Found
from genonaut.ingest.intake import Intake
from genonaut.ingest.records import Passed, Reject, printable
from genonaut.ingest.rows import ImportRow
from genonaut.ingest.taking import BrokenReject, Manner, TemporaryReject
from genonaut.library.registry import Known, Seen, any_missing, find_seen, remember

READ: Final = (".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".avif", ".gif")
_NOT_READ: Final = (".bmp", ".tif", ".tiff", ".heic", ".heif", ".jxl", ".jp2", ".psd", ".svg")
PICTURES: Final = READ + _NOT_READ
READERS_VERSION: Final = 2
"""Another one has every picture read again: raise it when readers find more."""
_CHUNK: Final = 1_000


class PictureFiles:
    """Pictures, each of them one row. A `Source`."""

    def __init__(self, path: Path, intake: Intake, some: Sequence[Found] | None = None) -> None:
        """`path` is one picture, or a folder that is searched with all its subfolders.

        With `some`, only these of the folder's pictures are read, and those whose items were
        deleted do not come back: an import brings them back, for it was asked to.

        Raises:
            UnreadableInputError: the folder has none.
            UsageError: it cannot be taken in in the way that was asked for.
            OSError: a folder cannot be listed.
        """
        self._intake = intake
        self._is_single = not path.is_dir()
        self._brings_back = some is None
        self._folder = None if self._is_single or some is not None else _listed(path, intake)
        self._files: Iterable[Found] = self._folder or some or [_found(path)]
        where = path.resolve()
        self._manner = intake.manner(where.parent if self._is_single else where)
        self._key = _CONTEXT.join(_key(self._manner))
        self.size = self._folder.size if self._folder else sum(file.size for file in self._files)
        self.position = 0

    def __iter__(self) -> Iterator[ImportRow | Reject | Passed]:
        """Its rows; see `Source`."""
        if self._folder:
            for error in self._folder.unlisted:
                yield Reject(printable(error.filename), None, f"cannot be read: {error.strerror}")
            yield Passed(skipped=self._folder.others)
        # Of a few files this is not worth a look at all that are known.
        missing = any_missing(self._intake.connection) if self._folder else True
        files = iter(self._files)
        while chunk := list(islice(files, _CHUNK)):
            yield from self._chunk(chunk, any_missing=missing)

    def _chunk(
        self, files: Sequence[Found], *, any_missing: bool
    ) -> Iterator[ImportRow | Reject | Passed]:
        digests = [self._digest(file.path) for file in files]
        known = find_seen(self._intake.connection, digests, any_missing=any_missing)
        self._intake.connection.rollback()
        unread = list[tuple[Found, bytes]]()
        there = 0
        for file, digest in zip(files, digests, strict=True):
            found = known.get(digest)
            if found is None or not self._is_unchanged(file, found):
                unread.append((file, digest))
                continue
            self.position += file.size
            if found.reason is None:
                there += 1
            else:
                yield Reject(printable(file.path), None, found.reason)
        yield Passed(there)
        yield from self._taken(unread)

    def _taken(self, files: Sequence[tuple[Found, bytes]]) -> Iterator[ImportRow | Reject]:
        refused = list[Seen]()
        paths = [file.path for file, _ in files]
        rows = self._intake.take_all(self._manner, paths)
        for (file, digest), row in zip(files, rows, strict=True):
            self.position += file.size
            if isinstance(row, ImportRow):
                yield replace(row, path_digest=digest)
                continue
            if not isinstance(row, TemporaryReject):
                refused.append(Seen(digest, file.size, file.modified_ns, None, row.reason))
            yield self._reject(row)
        if self._intake.writes:
            remember(self._intake.connection, refused)
            self._intake.connection.commit()

    def _reject(self, reject: Reject) -> Reject:
        """The same in a folder; a single file that cannot be read is an error."""
        if self._is_single and isinstance(reject, BrokenReject):
            raise UnreadableInputError(f"{reject.file} is {reject.advice}.")
        if self._is_single and isinstance(reject, TemporaryReject):
            raise UnreadableInputError(f"{reject.file} {reject.reason}.")
        return reject

    def _digest(self, path: str) -> bytes:
        return sha256(self._key + os.fsencode(path)).digest()

    def _is_unchanged(self, file: Found, known: Known) -> bool:
        if (file.size, file.modified_ns) != (known.bytes, known.modified_ns):
            return False
        if known.name is None:
            return known.reason is not None or not self._brings_back
        return self._intake.has(known.name)


_CONTEXT: Final = b"\0"


def _key(manner: Manner) -> list[bytes]:
    """What an item depends on beside the file; then its path follows."""
    defaults = manner.defaults
    parts = (
        READERS_VERSION,
        defaults.creator,
        defaults.source,
        manner.root,
        manner.only_with_prompt,
    )
    return [str(part).encode() for part in parts] + [b""]


def _listed(path: Path, intake: Intake) -> Folder:
    """The folder's listing; by resolved paths, as roots have them."""
    folder = Folder(str(path.resolve()), PICTURES, str(intake.library.folder.resolve()))
    if len(folder):
        return folder
    if folder.unlisted:
        raise folder.unlisted[0]
    raise UnreadableInputError(
        f"{printable(path)} is a folder without PNG, JPEG, WebP, AVIF or GIF files: to "
        "import tables (.csv, .tsv, .jsonl, .ndjson, .parquet), name them."
    )


def _found(path: Path) -> Found:
    return Found.of(str(path.resolve().parent / path.name), path.stat())

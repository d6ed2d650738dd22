"""What the database knows of files: which may be served, and what became of a path."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row
from sqlalchemy.orm import Session

from genonaut.db.named_sql import named_sql
from genonaut.db.spread import is_spread
from genonaut.library.files import ImageFile, open_below
from genonaut.library.roots import COPIES, Library

Digest = bytes  # some classes here have a field `bytes`
_SQL = named_sql(__package__, "library.sql")


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that may be served from now on; `name` is its root and its path below that.

    `is_compared` says that its picture was looked at, whether or not that gave a likeness.
    """

    name: str
    root: str
    sha256: Digest
    bytes: int
    modified_ns: int
    media_type: str
    width: int
    height: int
    colour: str | None = None
    likeness: int | None = None
    is_compared: bool = False


class ItemKey(NamedTuple):
    """What identifies an imported item: its key is unique among its creator's items."""

    import_key: str
    creator: str


class Seen(NamedTuple):
    """A path as it was when it was imported, and what became of it: an item, or the reason."""

    path_digest: bytes
    bytes: int
    modified_ns: int
    import_key: str | None = None
    reason: str | None = None


class Known(NamedTuple):
    """The same as it is found again: the name of the item's file, or the reason.

    If it has neither, the item was deleted.
    """

    bytes: int
    modified_ns: int
    name: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class ServedFile:
    """A file that an item names, and the folder it is below; None if that is not known any more."""

    name: str
    folder: Path | None
    sha256: Digest
    bytes: int
    width: int
    height: int
    colour: str | None
    is_missing: bool
    is_compared: bool

    @property
    def version(self) -> str:
        """Differs when the picture does."""
        return self.sha256.hex()[:16]

    @property
    def is_copy(self) -> bool:
        """Whether it is in the store, where the same bytes are kept once for all users."""
        return self.name.startswith(f"{COPIES}/")

    def open(self) -> ImageFile | None:
        """The file, if it is there."""
        if self.folder is None or self.is_missing:
            return None
        return open_below(self.folder, self.name.partition("/")[2])


def find_served(
    session: Session | Connection, library: Library, names: Iterable[str]
) -> dict[str, ServedFile]:
    """The files of these names, by name; in one query."""
    rows = session.execute(_SQL["served"], {"names": list(names)})
    return {
        row.name: ServedFile(
            row.name,
            library.fixed.get(row.root) or (Path(row.path) if row.path else None),
            row.sha256,
            row.bytes,
            row.width,
            row.height,
            row.colour,
            row.missing_since is not None,
            row.is_compared,
        )
        for row in rows
    }


def any_missing(connection: Connection) -> bool:
    """Whether any file is marked as missing."""
    return bool(connection.execute(_SQL["any_missing"]).scalar_one())


def find_seen(
    connection: Connection, digests: Sequence[bytes], *, any_missing: bool = True
) -> dict[bytes, Known]:
    """What became of paths, by their digests, as far as it still holds."""
    if is_spread(connection):
        return _seen_elsewhere(connection, digests, any_missing=any_missing)
    given = {"digests": digests, "any_missing": any_missing}
    rows = connection.execute(_SQL["seen"], given).all()
    return {digest: Known(*known) for digest, *known in rows}


def _seen_elsewhere(
    connection: Connection, digests: Sequence[bytes], *, any_missing: bool
) -> dict[bytes, Known]:
    """The same where items are on other machines than what is known of files."""
    paths = connection.execute(_SQL["seen_paths"], {"digests": digests}).all()
    keys = [path.import_key for path in paths if path.reason is None]
    files = {
        row.import_key: row.name
        for row in connection.execute(_SQL["files_of_keys"], {"keys": keys})
    }
    there = set(files.values())
    if any_missing:
        there = set(connection.execute(_SQL["there"], {"names": list(there)}).scalars())
    return {
        path.path_digest: Known(path.bytes, path.modified_ns, name, path.reason)
        for path in paths
        for name in [files.get(path.import_key)]
        if path.reason is not None or name is None or name in there
    }


def remember(connection: Connection, seen: Sequence[Seen]) -> None:
    """Keep what became of paths."""
    if seen:
        names = ("path_digests", "bytes", "modified", "import_keys", "reasons")
        connection.execute(
            _SQL["see"],
            {
                name: list(column)
                for name, column in zip(names, zip(*seen, strict=True), strict=True)
            },
        )


def keep_files(
    connection: Connection, library: Library, files: Sequence[tuple[ItemKey, KeptFile]]
) -> int:
    """Register files, each with what identifies its item. Returns how many had other bytes before.

    An item whose own file is not there any more gets the new one.
    """
    by_name = {file.name: file for _, file in files}
    ordered = [by_name[name] for name in sorted(by_name)]
    given = {"names": [f.name for f in ordered], "digests": [f.sha256 for f in ordered]}
    replaced = connection.execute(_SQL["replaced"], given).all()
    if replaced:
        aside = {"names": [row.name for row in replaced], "were": [row.was for row in replaced]}
        for statement in ("set_aside", "name_anew"):
            connection.execute(_SQL[statement], aside)
    connection.execute(_SQL["keep"], [asdict(file) for file in ordered])
    keep_likenesses(connection, {f.sha256: f.likeness for f in ordered if f.is_compared})
    _relocate(connection, library, files)
    return len(replaced)


def _relocate(
    connection: Connection, library: Library, files: Sequence[tuple[ItemKey, KeptFile]]
) -> None:
    keys = {
        "import_keys": [made.import_key for made, _ in files],
        "creators": [made.creator for made, _ in files],
        "names": [file.name for _, file in files],
    }
    moved = connection.execute(_SQL["elsewhere"], keys).all()
    served = find_served(connection, library, {item.old_name for item in moved})
    relocate(connection, [item for item in moved if not is_there(served.get(item.old_name))])


def relocate(connection: Connection, items: Iterable[Row[Any]]) -> None:
    """Have items show the file `new_name`, as long as they show `old_name`."""
    for item in items:
        place = {"id": item.id, "source_type": item.source_type, "creator_id": item.creator_id}
        names = {"old_name": item.old_name, "name": item.new_name}
        connection.execute(_SQL["relocate"], place | names)


def set_colour(session: Session, sha256: Digest, colour: str) -> None:
    """Keep the average colour of an image."""
    session.execute(_SQL["set_colour"], {"sha256": sha256, "colour": colour})


def keep_likenesses(session: Session | Connection, likenesses: Mapping[Digest, int | None]) -> None:
    """Keep what pictures look like, by their bytes."""
    if likenesses:
        given = {"digests": list(likenesses), "likenesses": list(likenesses.values())}
        session.execute(_SQL["keep_likenesses"], given)


def is_there(served: ServedFile | None) -> bool:
    """Whether a file can be served."""
    found = served.open() if served else None
    if found:
        found.file.close()
    return found is not None

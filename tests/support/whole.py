"""What is true of a library at every moment, also right after a kill."""

from hashlib import sha256
from pathlib import Path

from PIL import Image

from genonaut.db.session import Database
from tests.support.recount import differences
from tests.support.rows import run

ITEMS = """
    SELECT content_data, files.sha256 FROM content_items_all
    LEFT JOIN library_files AS files ON files.name = content_data"""


def check_whole(database: Database, library: Path, **roots: Path) -> int:
    """Each item has its file, nothing that is served is half, the counts are true; the items."""
    folders = {"library": library} | roots
    items = run(database, ITEMS)
    for name, digest in items:
        root, _, path = name.partition("/")
        assert sha256((folders[root] / path).read_bytes()).digest() == digest, name
    for copy in (library / "files").glob("*/*"):
        assert copy.stem == sha256(copy.read_bytes()).hexdigest()
    for thumbnail in (library / "thumbs").glob("*/*.webp"):
        with Image.open(thumbnail) as image:
            image.load()
    with database.snapshot() as session:
        assert differences(session) == []
    return len(items)


def unfinished(library: Path) -> list[Path]:
    """What is below the library and not whole yet, under names that are never served."""
    return [*(library / "incoming").glob("*"), *(library / "thumbs").rglob("*.part")]

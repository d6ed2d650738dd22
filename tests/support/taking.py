"""Taking pictures in, in the test's own process and without a database."""

from pathlib import Path

from genonaut.ingest.folders import Folder
from genonaut.ingest.pictures import PICTURES
from genonaut.ingest.records import Reject
from genonaut.ingest.rows import Defaults, ImportRow
from genonaut.ingest.taking import Manner, take
from genonaut.library.roots import Library


def manner(folder: Path, *, most_pixels: int = 1_000_000, only_with_prompt: bool = False) -> Manner:
    """Files stay in the folder, which is the root `pics`; thumbnails go beside it."""
    library = Library(folder.parent / "library", most_pixels=most_pixels)
    return Manner(Defaults(), only_with_prompt, library.thumbnails, "pics", folder)


def take_one(path: Path, *, most_pixels: int = 1_000_000) -> ImportRow | Reject:
    """What becomes of one picture without a root of its own but its folder."""
    return take(manner(path.parent, most_pixels=most_pixels), str(path))


def take_folder(folder: Path, *, only_with_prompt: bool = False) -> list[ImportRow | Reject]:
    """What becomes of every picture of a folder, in order."""
    how = manner(folder, only_with_prompt=only_with_prompt)
    return [take(how, file.path) for file in Folder(str(folder), PICTURES, "")]

"""Chooses the reader for a path: by what it is, and by the end of its name."""

from pathlib import Path

from genonaut.errors import UnreadableInputError
from genonaut.ingest.png import PngFiles
from genonaut.ingest.records import Source, printable
from genonaut.ingest.tables import CsvFile, JsonLinesFile


def open_source(path: Path, encoding: str | None = None) -> Source:
    """The rows of a file or a folder.

    Raises:
        UnreadableInputError: it is missing, empty, or not of a supported type.
        UsageError: the encoding is unknown.
        OSError: it cannot be read.
    """
    name = printable(path)
    if path.is_dir():
        return PngFiles(path)
    if not path.exists():
        raise UnreadableInputError(f"{name} does not exist: check the name and the folder.")
    if not path.is_file():
        raise UnreadableInputError(f"{name} is not a regular file: save its contents to one.")
    match path.suffix.lower():
        case ".csv":
            return CsvFile(path, ",", encoding)
        case ".tsv":
            return CsvFile(path, "\t", encoding)
        case ".jsonl" | ".ndjson":
            return JsonLinesFile(path, encoding)
        case ".png":
            return PngFiles(path)
    raise UnreadableInputError(
        f"{name} is not of a type that can be imported: choose a folder of PNG files, or a file "
        "whose name ends in .csv, .tsv, .jsonl, .ndjson or .png."
    )

"""Chooses the reader for a path: by what it is, and by the end of its name."""

from pathlib import Path
from typing import Final

from genonaut.errors import UnreadableInputError
from genonaut.ingest import pictures
from genonaut.ingest.intake import Intake
from genonaut.ingest.parquet import ParquetFile
from genonaut.ingest.records import Source, printable
from genonaut.ingest.tables import CsvFile, JsonLinesFile

TABLES: Final = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")
Table = CsvFile | JsonLinesFile | ParquetFile


def open_source(path: Path, intake: Intake, encoding: str | None = None) -> Source:
    """The rows of a file or a folder.

    Raises:
        UnreadableInputError: it is missing, empty, or not of a supported type.
        UsageError: the encoding is unknown, or pictures cannot be taken in as asked for.
        OSError: it cannot be read.
    """
    if path.is_dir() or (path.is_file() and _type(path) in pictures.READ):
        return pictures.PictureFiles(path, intake)
    return open_table(path, encoding)


def open_table(path: Path, encoding: str | None = None) -> Table:
    """The rows of a file that is no picture.

    Raises:
        UnreadableInputError: it is missing, empty, or not of a supported type.
        UsageError: the encoding is unknown.
        OSError: it cannot be read.
    """
    name = printable(path)
    if not path.exists():
        raise UnreadableInputError(f"{name} does not exist: check the name and the folder.")
    if not path.is_file():
        raise UnreadableInputError(f"{name} is not a regular file: save its contents to one.")
    match _type(path):
        case ".csv":
            return CsvFile(path, ",", encoding)
        case ".tsv":
            return CsvFile(path, "\t", encoding)
        case ".jsonl" | ".ndjson":
            return JsonLinesFile(path, encoding)
        case ".parquet":
            return ParquetFile(path)
    raise UnreadableInputError(
        f"{name} is not of a type that can be imported: choose a folder of pictures, or a file "
        f"whose name ends in {_listed(TABLES)} (or .csv.gz and so on), or {_listed(pictures.READ)}."
    )


def _type(path: Path) -> str:
    """The end of a name, without the .gz of a table."""
    suffix = path.suffix.lower()
    inner = Path(path.stem).suffix.lower()
    return inner if suffix == ".gz" and inner in TABLES else suffix


def _listed(types: tuple[str, ...]) -> str:
    return ", ".join(types)

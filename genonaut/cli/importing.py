"""What `genonaut import` is asked for, and doing it: in earnest, or as a dry run."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from genonaut.archive.restoring import restore
from genonaut.errors import UsageError
from genonaut.ingest.importer import OnProgress, import_paths, rehearse_paths
from genonaut.ingest.imports import running_import
from genonaut.ingest.intake import PictureOptions
from genonaut.ingest.report import ImportReport
from genonaut.ingest.rows import Defaults
from genonaut.library.roots import Library

Result = tuple[ImportReport, str | None]
"""The report, and the name that the import is kept under."""


@dataclass(frozen=True)
class Wish:
    """What is to be imported, and how: an export comes back as it was."""

    paths: list[Path]
    exports: list[Path]
    pictures: PictureOptions
    defaults: Defaults
    encoding: str | None
    rejects: Path | None
    name: str | None


def import_all(
    connection: Connection, library: Library, wish: Wish, on_progress: OnProgress
) -> Result:
    with running_import(connection, wish.paths + wish.exports, wish.name) as running:
        report = import_paths(
            connection,
            wish.paths,
            library=library,
            pictures=wish.pictures,
            defaults=wish.defaults,
            encoding=wish.encoding,
            rejects=wish.rejects,
            import_id=running.id,
            on_progress=on_progress,
        )
        report.files += [
            restore(connection, library, path, wish.rejects, on_progress, running.id)
            for path in wish.exports
        ]
    return report, running.name


def rehearse(
    connection: Connection, library: Library, wish: Wish, on_progress: OnProgress
) -> Result:
    """Say what an import would do, in transactions that cannot write.

    Raises:
        UsageError: it cannot be imported in this way, or tried.
        DBAPIError: the database cannot be used.
    """
    if wish.exports:
        raise UsageError(
            f"--dry-run cannot say what an export would add: leave out {wish.exports[0]}, or "
            "import it under a name, and remove that import."
        )
    report = rehearse_paths(
        connection.execution_options(postgresql_readonly=True),
        wish.paths,
        library=library,
        pictures=wish.pictures,
        defaults=wish.defaults,
        encoding=wish.encoding,
        on_progress=on_progress,
    )
    return report, None

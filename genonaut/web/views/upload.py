"""The page on which visitors send pictures."""

from collections.abc import Sequence

from genonaut.api.entities import Uploaded
from genonaut.api.http.multipart import UploadLimits
from genonaut.ingest.rows import DEFAULT_CREATOR
from genonaut.web.contexts import UploadContext, UploadedFile, Viewer
from genonaut.web.state import GALLERY

UPLOAD = f"{GALLERY}/upload"
_WORDS = {"added": "added", "already_there": "already there", "rejected": "rejected"}


def upload_context(
    limits: UploadLimits, viewer: Viewer, results: Sequence[Uploaded] = ()
) -> UploadContext:
    """The form, and what became of files that it sent."""
    return UploadContext(
        title="Upload pictures",
        viewer=viewer,
        creator=viewer.name or "",
        default_creator=DEFAULT_CREATOR,
        most_files=limits.files,
        most_in_a_file=f"{limits.file_bytes >> 20} MiB",
        most_in_all=f"{limits.bytes >> 20} MiB",
        results=tuple(map(_file, results)),
    )


def _file(found: Uploaded) -> UploadedFile:
    item = found.item
    return UploadedFile(
        name=found.name,
        result=found.result,
        words=_WORDS[found.result],
        reason=found.reason or "",
        url=f"{GALLERY}/items/{item.id}" if item else "",
        title=item.title if item else "",
    )

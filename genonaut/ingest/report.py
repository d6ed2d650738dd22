"""The result of an import."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from genonaut.errors import UnreadableInputError

ALL_GOOD = 0
SOME_REJECTED = 3


@dataclass(slots=True)
class FileReport:
    """The result of importing one path. With an `error`, it could not be read to its end.

    `changed` are files that had other bytes at an earlier import; `skipped` are those that are no
    pictures, by the ends of their names.
    """

    file: str
    added: int = 0
    already_there: int = 0
    new_tags: int = 0
    changed: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    rejects_file: str | None = None
    error: str | None = None

    @property
    def rejected(self) -> int:
        """Rows that were set aside."""
        return self.reasons.total()

    @property
    def read(self) -> int:
        """All rows."""
        return self.added + self.already_there + self.rejected

    @property
    def exit_code(self) -> int:
        """The exit code for this path alone."""
        if self.error:
            return UnreadableInputError.exit_code
        return SOME_REJECTED if self.rejected else ALL_GOOD

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "file": self.file,
            "read": self.read,
            "added": self.added,
            "already_there": self.already_there,
            "rejected": self.rejected,
            "new_tags": self.new_tags,
            "changed": self.changed,
            "skipped": dict(self.skipped.most_common()),
            "reasons": dict(self.reasons.most_common()),
            "rejects_file": self.rejects_file,
            "error": self.error,
        }


@dataclass(slots=True)
class ImportReport:
    """The result of importing all paths."""

    files: list[FileReport] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """The highest of all paths."""
        return max((file.exit_code for file in self.files), default=ALL_GOOD)

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        counts = ("read", "added", "already_there", "rejected", "new_tags", "changed")
        totals = {name: sum(getattr(file, name) for file in self.files) for name in counts}
        files = [file.as_json() for file in self.files]
        return {"files": files, **totals, "exit_code": self.exit_code}

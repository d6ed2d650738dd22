"""The rejects file: one JSON object for each row that was not imported."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Self, TextIO

from genonaut.errors import UsageError
from genonaut.ingest.records import Reject, name_of, printable, storable
from genonaut.ingest.report import FileReport


class Rejects:
    """The rejects files of one import, each created with its first reject."""

    def __init__(self, inputs: Sequence[Path], chosen: Path | None = None) -> None:
        """All go to `chosen`; without it, to `<name>.rejects.jsonl` in the current folder.

        Raises:
            UsageError: a rejects file would replace an input.
        """
        self._chosen = chosen
        self._open: dict[Path, TextIO] = {}
        taken = {path.resolve() for path in inputs}
        for path in map(self.path_for, inputs):
            if path.resolve() in taken:
                raise UsageError(
                    f"The rejects file {printable(path)} is also an input: choose another file "
                    "with --rejects."
                )

    def path_for(self, source: Path) -> Path:
        """Where the rejects of an input go."""
        return self._chosen or Path(f"{name_of(source)}.rejects.jsonl")

    def set_aside(self, source: Path, reject: Reject, report: FileReport) -> None:
        """Keep a reject of an input, and say so in its report.

        Raises:
            UsageError: the file cannot be written.
        """
        self.write(source, reject)
        report.rejects_file = printable(self.path_for(source))
        report.reasons[reject.reason] += 1

    def write(self, source: Path, reject: Reject) -> None:
        """Keep a reject.

        Raises:
            UsageError: the file cannot be written.
        """
        path = self.path_for(source)
        entry = {"file": reject.file, "line": reject.line, "reason": reject.reason}
        text = json.dumps(entry | {"raw": storable(reject.raw)}, ensure_ascii=False)
        try:
            if path not in self._open:
                self._open[path] = path.open("w", encoding="utf-8")
            self._open[path].write(text + "\n")
        except OSError as error:
            raise UsageError(
                f"The rejects file {printable(path)} cannot be written ({error.strerror}): "
                "choose another file with --rejects."
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._open.values():
            file.close()

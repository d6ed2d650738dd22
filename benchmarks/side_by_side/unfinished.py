"""A run that was broken off: what it has measured is kept, and another run can go on with it."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.side_by_side.profiles import Profile
from genonaut.embedded.private import write_atomically
from genonaut.errors import UsageError

FILE = "unfinished.json"


def keep(folder: Path, raw: dict[str, Any]) -> None:
    """Keep the raw figures of the measures that are done."""
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / FILE, json.dumps(raw, allow_nan=False))


def take_up(folder: Path, profile: Profile, commit: str) -> dict[str, Any]:
    """The raw figures of a run that was broken off.

    Raises:
        UsageError: there is none, or it was of another commit or another form.
    """
    try:
        raw: dict[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError(
            f"There is no run to continue in {folder}: leave --continue out."
        ) from error
    asked = {"commit": commit, "profile": json.loads(json.dumps(asdict(profile)))}
    for what, wanted in asked.items():
        if raw[what] != wanted:
            raise UsageError(
                f"The run in {folder / FILE} had another {what} than this one would have: "
                "leave --continue out."
            )
    return raw


def forget(folder: Path) -> None:
    """Remove what was kept: the run is complete."""
    (folder / FILE).unlink(missing_ok=True)

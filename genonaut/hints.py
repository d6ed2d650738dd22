"""Commands that messages suggest, as they must be typed to reach this gallery."""

import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from genonaut.config import chosen_home, found_environment
from genonaut.errors import ConfigError

IMPORT: Final = "import FOLDER"
MEND_LIBRARY: Final = "library check --repair"
_IN_TEXT: Final = re.compile(r"`(genonaut [^`]+)`")
_PIPE: Final = " | "


def typed(command: str) -> str:
    """A command without `genonaut`, as in `import FOLDER`, as it is typed in any terminal.

    It begins with the program's name or path. The home and the environment are named if it would
    not find them by itself, for another terminal has not the variables of this one.
    """
    return " ".join([_program(), *_home(), command, *_environment()])


def in_text(message: str) -> str:
    """A message, whose commands in backticks are completed likewise."""
    return _IN_TEXT.sub(lambda found: f"`{_completed(found[1])}`", message)


def _completed(pipeline: str) -> str:
    parts = (part.removeprefix("genonaut ") for part in pipeline.split(_PIPE))
    return _PIPE.join(map(typed, parts))


def _program() -> str:
    """Its name if the shell finds it by that, else its path; from here if it is below."""
    ours = Path(sys.executable).with_name("genonaut")
    if not ours.exists():
        return f"{shlex.quote(sys.executable)} -m genonaut"
    found = shutil.which("genonaut")
    if found and ours.samefile(found):
        return "genonaut"
    here = Path.cwd()
    return shlex.quote(str(ours.relative_to(here) if ours.is_relative_to(here) else ours))


def _home() -> Iterator[str]:
    with suppress(ConfigError):  # of which the message speaks
        if home := chosen_home():
            yield f"--home {shlex.quote(str(home))}"


def _environment() -> Iterator[str]:
    wanted = os.environ.get("GENONAUT_ENV")
    with suppress(ConfigError):
        if wanted and wanted != found_environment():
            yield f"--env {shlex.quote(wanted)}"

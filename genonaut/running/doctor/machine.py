"""Checks of the machine: versions, encoding, locale and clock."""

import locale
import platform
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import genonaut
from genonaut.config import Settings
from genonaut.counting.audit import Finding
from genonaut.embedded.folder import ServerFolder
from genonaut.embedded.installations import installation
from genonaut.errors import ServerStartError

CLOCK_SECONDS = 86_400.0  # a file from another time zone is not from the future
UTF_8 = "utf-8"


def check_machine() -> Iterator[Finding]:
    """What no setting changes."""
    python = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    yield Finding("versions", True, f"Genonaut {genonaut.__version__}, {python}.")
    yield _encoding()
    yield _locale()
    yield _clock()


def check_programs(settings: Settings) -> Iterator[Finding]:
    """Which PostgreSQL runs, or would run, the data; if the settings name no other."""
    if not settings.db.is_embedded:
        return
    try:
        found = installation(None, ServerFolder(settings.home, "postgres").data)
    except ServerStartError as error:
        yield Finding("postgresql", False, str(error))
    except OSError as error:
        yield Finding("postgresql", False, f"{error.filename} cannot be read ({error.strerror}).")
    else:
        detail = f"PostgreSQL {found} is in {found.folder} ({found.origin})."
        yield Finding("postgresql", True, detail)


def _encoding() -> Finding:
    found = {"file names": sys.getfilesystemencoding(), "output": sys.stdout.encoding}
    wrong = [f"{what} in {name}" for what, name in found.items() if _plain(name) != UTF_8]
    if wrong:
        detail = f"Python encodes {' and '.join(wrong)}: set PYTHONUTF8=1, or LANG=C.UTF-8."
        return Finding("encoding", False, detail)
    return Finding("encoding", True, "File names and output are in UTF-8.")


def _plain(encoding: str) -> str:
    return encoding.lower().replace("utf8", UTF_8)


def _locale() -> Finding:
    before = locale.setlocale(locale.LC_ALL)
    try:
        found = locale.setlocale(locale.LC_ALL, "")
    except locale.Error:
        detail = (
            "LANG, or a variable that begins with LC_, names a locale that is not installed: set "
            "LANG=C.UTF-8, or install it."
        )
        return Finding("locale", False, detail)
    finally:
        locale.setlocale(locale.LC_ALL, before)
    return Finding("locale", True, f"The locale is {found.partition(';')[0]}.")


def _clock() -> Finding:
    now = time.time()
    shown = f"{datetime.fromtimestamp(now, UTC):%Y-%m-%d %H:%M} UTC"
    if Path(genonaut.__file__).stat().st_mtime > now + CLOCK_SECONDS:
        detail = f"It is {shown}, before Genonaut was installed: set the clock, by NTP at best."
        return Finding("clock", False, detail)
    return Finding("clock", True, f"It is {shown}.")

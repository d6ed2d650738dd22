"""What a mutant is, and the copy of the checkout in which it lives."""

import compileall
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode

CHECKOUT = Path(__file__).parents[2]
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "screenshots", "build", "dist")
PATIENCE_SECONDS = 600.0
RED = 1
"""The exit code of pytest when tests have failed; a test that is not found has another one."""


@dataclass(frozen=True)
class Mutant:
    """A promise, a change of one file that breaks it, and the test that must turn red.

    `old` stands exactly once in the file.
    """

    promise: str
    file: str
    old: str
    new: str
    test: str

    @property
    def name(self) -> str:
        """Short, and the same in every process."""
        return self.promise.replace(" ", "-")


@contextmanager
def applied(mutant: Mutant, copy: Path) -> Iterator[None]:
    """The copy with the change, until the end of the `with`.

    Raises:
        ValueError: the text to change does not stand in the file exactly once.
    """
    path = copy / mutant.file
    text = path.read_text()
    if text.count(mutant.old) != 1:
        raise ValueError(f"{mutant.file} has {text.count(mutant.old)} times: {mutant.old!r}")
    path.write_text(text.replace(mutant.old, mutant.new))
    try:
        yield
    finally:
        path.write_text(text)


def copy_checkout(folder: Path) -> Path:
    """A copy of the checkout that may be changed, without what was installed or made.

    It is compiled once. A hash of the source, and not its time, decides whether that still holds:
    a mutant may be as long as what it replaces, and come within the same second.
    """
    copy = folder / "checkout"
    shutil.copytree(CHECKOUT, copy, ignore=LEFT_OUT)
    by_hash = PycInvalidationMode.CHECKED_HASH
    for package in ("genonaut", "tests"):
        compileall.compile_dir(copy / package, quiet=2, invalidation_mode=by_hash)
    return copy


def run_tests(copy: Path, test: str, prepared: Path) -> subprocess.CompletedProcess[str]:
    """Run a test of the copy against the copy's own code, with servers that are prepared.

    Raises:
        subprocess.TimeoutExpired: it hangs, which tells as little as green.
    """
    plugins = [f"-pno:{plugin}" for plugin in ("cacheprovider", "xdist", "schemathesis")]
    command = ["-m", "pytest", "-q", "-x", *plugins, "--prepared", str(prepared)]
    return subprocess.run(
        [sys.executable, *command, *test.split()],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )

"""How `make install` installs: with uv, else with pip; what it says; what it leaves behind.

The programs are stand-ins that note how they were called, so nothing is downloaded.
"""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = {"install": "requirements.lock", "install-dev": "requirements-dev.lock"}
NOTE = 'echo "$(basename "$0") $*" >> "$CALLS"\n'
# What the Makefile calls, besides uv and Python.
TOOLS = ("sh", "make", "basename", "cat", "chmod", "cp", "date", "grep", "mkdir", "touch", "env")


@dataclass(frozen=True)
class Checkout:
    """A copy of what `make install` reads, with programs that only note that they were called."""

    folder: Path

    def program(self, name: str, *lines: str) -> None:
        file = self.folder / "programs" / name
        file.write_text("\n".join(["#!/bin/sh", NOTE, *lines, ""]))
        file.chmod(0o755)

    def make(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        programs = self.folder / "programs"
        return subprocess.run(
            [programs / "make", *arguments, f"PYTHON={programs / 'python3'}"],
            cwd=self.folder,
            env={"PATH": str(programs), "CALLS": str(self.folder / "calls")},
            capture_output=True,
            text=True,
            check=False,
        )

    def installs(self) -> list[str]:
        calls = (self.folder / "calls").read_text().splitlines()
        return [call for call in calls if " install " in call]

    def is_installed(self, target: str) -> bool:
        return (self.folder / ".venv" / target.replace("install", "installed")).exists()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """Without uv, and with a Python whose virtual environments hold a copy of itself."""
    (tmp_path / "programs").mkdir()
    for name in ("Makefile", "pyproject.toml", *LOCKS.values()):
        shutil.copy(ROOT / name, tmp_path)
    for name in TOOLS:
        (tmp_path / "programs" / name).symlink_to(shutil.which(name) or name)
    made = Checkout(tmp_path)
    made.program(
        "python3",
        '[ "$1 $2" != "-m venv" ] || { mkdir -p "$3/bin" && cp "$0" "$3/bin/python"; }',
        '[ "$2" != pip ] || exit "$(cat pip-exits)"',
        '[ "$1" != --version ] || echo Python 3.11.2',
    )
    (tmp_path / "pip-exits").write_text("0")
    return made


def packages(lock: str) -> int:
    """Those that are not for another system than Linux."""
    lines = re.findall(r"^\S+==(.*)$", (ROOT / lock).read_text(), re.MULTILINE)
    return sum(" sys_platform == " not in line for line in lines)


def with_uv(lock: str) -> list[str]:
    call = "uv pip install --quiet --python .venv/bin/python"
    return [
        f"{call} --no-deps --require-hashes -r {lock}",
        f"{call} --no-deps --no-build-isolation -e .",
    ]


def with_pip(lock: str) -> list[str]:
    call = "python -m pip install --quiet --disable-pip-version-check"
    return [
        f"{call} --no-deps --require-hashes -r {lock}",
        f"{call} --no-deps --no-build-isolation -e .",
    ]


@pytest.mark.parametrize(("target", "lock"), LOCKS.items())
def test_uv_installs_what_is_locked_and_says_how_much(
    checkout: Checkout, target: str, lock: str
) -> None:
    checkout.program("uv")
    done = checkout.make(target)
    assert (done.returncode, checkout.installs()) == (0, with_uv(lock)), done.stderr
    creating, installing, installed = done.stdout.splitlines()
    assert creating == "Creating .venv with Python 3.11.2 ..."
    assert installing.startswith(f"Installing {lock} with uv: about {packages(lock)} packages, ")
    assert "MB to download" in installing
    assert installed.startswith("Installed with uv in ")
    assert checkout.is_installed(target)


@pytest.mark.parametrize(("target", "lock"), LOCKS.items())
@pytest.mark.parametrize("uv", [None, "exit 127", "kill -9 $$"], ids=["none", "broken", "killed"])
def test_without_a_uv_that_runs_pip_installs(
    checkout: Checkout, target: str, lock: str, uv: str | None
) -> None:
    if uv is not None:
        checkout.program("uv", uv)
    done = checkout.make(target)
    assert (done.returncode, checkout.installs()) == (0, with_pip(lock)), done.stderr
    assert f"Installing {lock} with pip: about " in done.stdout
    assert done.stdout.splitlines()[-1].startswith("Installed with pip in ")


@pytest.mark.parametrize("fails", ["--require-hashes", "--no-build-isolation"])
def test_when_uv_fails_pip_installs_everything(checkout: Checkout, fails: str) -> None:
    checkout.program("uv", f'case "$*" in *{fails}*) exit 1;; esac')
    done = checkout.make("install")
    assert done.returncode == 0
    assert checkout.installs()[-2:] == with_pip("requirements.lock")
    assert "uv failed: installing with pip, which takes longer ..." in done.stdout
    assert done.stdout.splitlines()[-1].startswith("Installed with pip in ")


def test_what_fails_with_both_is_tried_again_by_the_next_make(checkout: Checkout) -> None:
    checkout.program("uv", 'case "$*" in *install*) exit 1;; esac')
    (checkout.folder / "pip-exits").write_text("1")
    done = checkout.make("install")
    assert done.returncode != 0
    assert done.stdout.splitlines()[-1].startswith("The packages could not be installed: ")
    assert not checkout.is_installed("install")
    (checkout.folder / "pip-exits").write_text("0")
    assert checkout.make("install").returncode == 0
    assert checkout.is_installed("install")


def test_what_is_installed_is_not_installed_again(checkout: Checkout) -> None:
    checkout.program("uv")
    checkout.make("install-dev")
    before = (checkout.folder / "calls").stat().st_size
    done = checkout.make("install")
    assert (done.returncode, done.stdout) in {
        (0, ""),
        (0, "make: Nothing to be done for 'install'.\n"),
    }
    assert (checkout.folder / "calls").stat().st_size == before

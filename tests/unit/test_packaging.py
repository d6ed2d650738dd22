"""What is built: a wheel that says it has types, and an archive of sources that can be tested."""

import subprocess
import sys
import tarfile
import zipfile
from email import message_from_string
from email.message import Message
from pathlib import Path

import pytest

from genonaut import __version__

ROOT = Path(__file__).parents[2]
# What the repository has for those who work on it, and no source that is built or tested.
LEFT_OUT = {".ci", ".github", ".gitignore"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return folder


def tracked() -> set[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("this is no checkout of git")
    names = {name for name in listed.stdout.split("\0") if (ROOT / name).is_file()}
    return {name for name in names if name.split("/")[0] not in LEFT_OUT}


def metadata(built: Path) -> Message:
    [wheel] = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        name = f"genonaut-{__version__}.dist-info/METADATA"
        return message_from_string(archive.read(name).decode())


def test_the_sources_are_all_that_the_checkout_has(built: Path) -> None:
    wanted = tracked()
    assert len(wanted) > 500
    with tarfile.open(built / f"genonaut-{__version__}.tar.gz") as archive:
        names = {member.name.partition("/")[2] for member in archive if member.isfile()}
    assert wanted - names == set()
    assert names - wanted <= {"PKG-INFO", ".gitignore"}


def test_the_sources_can_be_tested(built: Path, tmp_path: Path) -> None:
    with tarfile.open(built / f"genonaut-{__version__}.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    folder = tmp_path / f"genonaut-{__version__}"
    one = ["tests/unit/test_docs_structure.py", "tests/unit/test_floors.py"]
    options = ["-q", "-n", "0", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *options, *one]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_wheel_says_what_it_is(built: Path) -> None:
    found = metadata(built)
    assert (found["Name"], found["Version"]) == ("genonaut", __version__)
    assert found["License-Expression"] == "MIT"
    assert found["Requires-Python"] == ">=3.11"
    assert "Typing :: Typed" in found.get_all("Classifier", [])


def test_the_wheel_has_types_and_settings_and_no_tests(built: Path) -> None:
    [wheel] = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {"genonaut/py.typed", "genonaut/_config/base.json"} <= names
    assert {name.split("/")[0] for name in names} == {
        "genonaut",
        f"genonaut-{__version__}.dist-info",
    }


@pytest.mark.parametrize("file", sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.md")))
def test_a_template_has_a_name_and_what_it_is_about(file: Path) -> None:
    _, head, text = file.read_text(encoding="utf-8").split("---\n", 2)
    assert [line.partition(": ")[0] for line in head.splitlines()] == ["name", "about"]
    assert "**" in text


def test_the_changelog_names_the_version() -> None:
    assert __version__ in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

"""What is built: a wheel that says it has types, and an archive of sources that can be tested."""

import re
import subprocess
import sys
import tarfile
import zipfile
from datetime import date
from email import message_from_string
from email.message import Message
from pathlib import Path

import pytest

from genonaut import __version__
from hatch_build import readable, urls

ROOT = Path(__file__).parents[2]
# What the repository has for those who work on it, and no source that is built or tested.
LEFT_OUT = {".ci", ".github", ".gitignore"}
ADDRESS = "https://code.example/ada/genonaut"
README = (ROOT / "README.md").read_text(encoding="utf-8")
RELATIVE = re.compile(r"\]\((?![a-z]+:|#)")


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


@pytest.mark.long
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
    assert found["Author"] == "The Genonaut authors"
    assert {"ai-art", "gallery", "stable-diffusion"} <= set(found["Keywords"].split(","))
    assert "Typing :: Typed" in found.get_all("Classifier", [])
    extras = set(found.get_all("Provides-Extra", []))
    assert extras == {"all", "flower", "parquet", "redbeat", "standard", "vips"}


def test_a_lean_installation_has_none_of_the_extras_packages(built: Path) -> None:
    lean = [one for one in metadata(built).get_all("Requires-Dist", []) if "extra ==" not in one]
    assert len(lean) > 20
    assert not re.search("flower|redbeat|pyvips|pyarrow|pytest|mypy|hatchling", " ".join(lean))


def test_the_wheel_has_the_package_and_the_settings_and_nothing_else(built: Path) -> None:
    [wheel] = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    files = {name for name in tracked() if name.startswith(("genonaut/", "config/"))}
    assert names == {re.sub("^config/", "genonaut/_config/", name) for name in files}
    kinds = {"genonaut/py.typed", "genonaut/_config/base.json", "genonaut/db/schema/__init__.py"}
    assert kinds <= names
    assert {Path(name).suffix for name in names} >= {".sql", ".html", ".css", ".js", ".json"}


def test_the_readme_of_the_package_leads_nowhere_that_is_not_there(built: Path) -> None:
    text = str(metadata(built).get_payload())
    assert RELATIVE.search(README)
    assert not RELATIVE.search(text)
    assert "![" not in text
    assert "in the source archive" in text


def test_with_an_address_links_and_pictures_lead_there() -> None:
    text = readable(README, ADDRESS)
    assert not RELATIVE.search(text)
    assert f"]({ADDRESS}/blob/main/docs/README.md)" in text
    assert f"![A gallery of one's own pictures]({ADDRESS}/raw/main/docs/screenshots/" in text
    assert readable("[a](https://b.example) [c](#d)", ADDRESS) == "[a](https://b.example) [c](#d)"
    assert set(urls(ADDRESS)) == {"Homepage", "Documentation", "Source", "Changelog", "Issues"}
    assert urls("") == {}


@pytest.mark.parametrize("file", sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.md")))
def test_a_template_has_a_name_and_what_it_is_about(file: Path) -> None:
    _, head, text = file.read_text(encoding="utf-8").split("---\n", 2)
    assert [line.partition(": ")[0] for line in head.splitlines()] == ["name", "about"]
    assert "**" in text


def test_the_changelog_has_the_version_as_the_last_release_and_its_day() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## \[(.+?)\](?: - (\d{4}-\d{2}-\d{2}))?$", text, re.MULTILINE)
    assert sections[0] == ("Unreleased", "")
    assert sections[1][0] == __version__
    assert all(date.fromisoformat(day) for _, day in sections[1:])

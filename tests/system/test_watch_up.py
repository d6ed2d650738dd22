"""`library.watch`: `genonaut up` watches the folders of the settings."""

import json
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.support.pictures import make
from tests.support.processes import CHECKOUT, genonaut, opened, serving
from tests.support.rows import run
from tests.support.waiting import wait_until


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("pictures")
    make(folder, count=30, seed=9, size=64)
    return sorted(path for path in folder.rglob("*.png"))


def config(home: Path, watch: list[dict[str, Any]]) -> str:
    """The settings' folder, with these folders to watch."""
    folder = home / "config"
    shutil.copytree(CHECKOUT / "config", folder, dirs_exist_ok=True)
    overlay = json.loads((folder / "test.json").read_text())
    (folder / "test.json").write_text(json.dumps(overlay | {"library": {"watch": watch}}))
    return str(folder)


def items(home: Path) -> set[tuple[str, ...]]:
    with opened(home) as database:
        return {
            (str(source), str(creator), str(name).partition("/")[0])
            for source, creator, name in run(
                database,
                "SELECT source_type, username, content_data FROM content_items_all "
                "JOIN users ON users.id = creator_id",
            )
        }


@pytest.mark.long
def test_the_folders_of_the_settings(
    ready_home: Path, tmp_path: Path, pictures: list[Path]
) -> None:
    comfy, forge, away = (tmp_path / name for name in ("comfy", "forge", "away"))
    comfy.mkdir()
    forge.mkdir()
    folders = config(
        ready_home,
        [
            {"folder": str(comfy), "creator": "ada", "source": "auto", "in-place": True},
            {"folder": str(forge), "creator": "bob", "poll": True},
            {"folder": str(away), "in-place": True, "root": "drive"},
        ],
    )
    shutil.copy(pictures[0], comfy / "a.png")
    ada, bob = ("auto", "ada", "comfy"), ("items", "bob", "library")
    with serving(ready_home, GENONAUT_CONFIG_DIR=folders) as (command, _):
        command.wait_for(f"{away} is not there: waiting for it.")
        wait_until(lambda: items(ready_home) == {ada}, "what was there is in")
        shutil.copy(pictures[1], forge / "b.png")
        wait_until(lambda: items(ready_home) == {ada, bob}, "what came is in")
        shutil.copytree(pictures[2].parent, tmp_path / "found")
        (tmp_path / "found").rename(away)
        drive = ("items", "imported", "drive")
        wait_until(lambda: items(ready_home) == {ada, bob, drive}, "what came back is in")
        assert command.end(signal.SIGTERM) == 0
    shutil.copy(pictures[3], forge / "while off.png")
    with serving(ready_home, GENONAUT_CONFIG_DIR=folders) as (command, _):
        command.wait_for(f"{forge}: 1 added.")
        assert genonaut(ready_home, "stats", "check").returncode == 0
        assert genonaut(ready_home, "library", "check").returncode == 0
        assert command.end(signal.SIGTERM) == 0


BLANK = ({"creator": ""}, "library.watch[1] is wrong: The default creator is blank")


@pytest.mark.parametrize(
    ("command", "wrong", "said"),
    [
        ("up", *BLANK),
        ("watch", *BLANK),
        ("watch", {"creator": "x" * 256}, "[1] is wrong: The default creator is longer"),
        ("watch", {"folder": "/nowhere/at/all"}, "is in another watched folder"),
        ("watch", {"in-place": True, "root": "one"}, "The root one is given to two folders"),
        ("watch", {"source": "manual"}, "library.watch[1].source is wrong: 'manual'"),
    ],
)
def test_wrong_folders_are_refused_before_anything_starts(
    new_home: Path, command: str, wrong: dict[str, Any], said: str
) -> None:
    watch = [{"folder": "/nowhere", "in-place": True, "root": "one"}, {"folder": "/away"} | wrong]
    done = genonaut(new_home, command, GENONAUT_CONFIG_DIR=config(new_home, watch))
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1

"""An installation without extras: what it does without them, and what it says of them."""

import subprocess
import sys
from typing import Any

import pytest

from genonaut.cli import main
from genonaut.cli.up import say_where_flower_is
from genonaut.config import load_settings
from genonaut.running.doctor.ports import check_ports
from genonaut.running.ready import Ready

PACKAGES = ("flower", "tornado", "redbeat", "pyvips", "pyarrow")
NEED_THEM = {
    "genonaut.library.scaling.by_vips",
    "genonaut.running.flower_hosts",
    "genonaut.running.flower_past",
    "genonaut.running.flower_socket",
    "genonaut.worker.redis_scheduler",
}
IMPORT_EVERYTHING = f"""
import sys
from importlib import import_module
from pkgutil import walk_packages
sys.modules.update(dict.fromkeys({PACKAGES}))
import genonaut
names = {{found.name for found in walk_packages(genonaut.__path__, "genonaut.")}}
left_out = {NEED_THEM} | {{name for name in names if ".migrations." in name or "__main__" in name}}
for name in sorted(names - left_out):
    import_module(name)
from genonaut.library import scaling
print(len(names), scaling.engine().__name__)
"""
HOW = "add it with pip install 'genonaut[{}]'"


@pytest.fixture
def lean(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the packages of the extras."""
    for package in PACKAGES:
        monkeypatch.setitem(sys.modules, package, None)


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    assert ended.value.code == 2
    return capsys.readouterr().err


@pytest.mark.long
def test_every_part_but_these_can_be_imported_and_pillow_scales() -> None:
    command = [sys.executable, "-c", IMPORT_EVERYTHING]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    modules, engine = printed.split()
    assert int(modules) > 300
    assert engine == "genonaut.library.scaling.by_pillow"


@pytest.mark.usefixtures("lean")
def test_flower_says_how_to_have_it(capsys: pytest.CaptureFixture[str]) -> None:
    expected = f"Flower is not installed: {HOW.format('flower')}. The gallery runs without it."
    assert expected in refused(capsys, "flower")


@pytest.mark.usefixtures("lean")
def test_the_box_says_how_to_have_flower_unless_it_was_left_out() -> None:
    settings = load_settings("test")

    def said(flower: str | None) -> Any:
        return dict(Ready(settings, "", flower, needs_admin=False).rows()).get("Flower")

    assert said(say_where_flower_is(None)) == f"not installed: {HOW.format('flower')}"
    assert said(None) is None


@pytest.mark.usefixtures("lean")
def test_the_doctor_has_no_port_for_a_flower_that_is_not_there() -> None:
    assert "port of flower" not in [one.what for one in check_ports(load_settings("test"))]


@pytest.mark.usefixtures("lean")
@pytest.mark.parametrize("words", [("up",), ("beat",), ("worker", "--beat")], ids=" ".join)
def test_the_scheduler_in_redis_is_refused_before_anything_starts(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CELERY_SCHEDULER", "redbeat")
    said = refused(capsys, *words, "--env", "test")
    assert f"RedBeat is not installed: {HOW.format('redbeat')}. Or set celery.scheduler" in said

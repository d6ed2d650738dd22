"""Commands that messages suggest can be typed as they are printed, in any terminal."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from genonaut import config_home
from genonaut.cli import main
from genonaut.config_home import remember
from genonaut.errors import ConfigError
from genonaut.hints import IMPORT, in_text, typed

Choose = Callable[..., Path]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where it is installed; the shell finds it there."""
    monkeypatch.setattr(config_home, "default_home", lambda: tmp_path / "default")
    monkeypatch.setattr("genonaut.config.default_home", lambda: tmp_path / "default")
    program = tmp_path / "env iron" / "bin" / "genonaut"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o755)
    monkeypatch.setattr(sys, "executable", str(program.with_name("python")))
    monkeypatch.setenv("PATH", str(program.parent))
    return program


@pytest.fixture
def choose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: Path) -> Choose:
    """Chooses a folder for the data, and the environment that it is first used as."""

    def chosen(name: str, first: str, environment: str = "") -> Path:
        remember(tmp_path / name, first)
        monkeypatch.setenv("GENONAUT_HOME", str(tmp_path / name))
        monkeypatch.setenv("GENONAUT_ENV", environment or first)
        return tmp_path / name

    return chosen


def test_the_demo_needs_no_options(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert typed(IMPORT) == "genonaut import FOLDER"
    monkeypatch.setenv("GENONAUT_ENV", "own")
    assert typed(IMPORT) == "genonaut import FOLDER --env own"


def test_a_chosen_folder_is_named_and_knows_its_environment(choose: Choose) -> None:
    home = choose("my gallery", "own")
    assert typed(IMPORT) == f"genonaut --home '{home}' import FOLDER"
    home = choose("other", "demo")
    assert typed("imports list") == f"genonaut --home {home} imports list"


def test_another_environment_in_it_is_named(choose: Choose) -> None:
    home = choose("other", "demo", "dev")
    assert typed(IMPORT) == f"genonaut --home {home} import FOLDER --env dev"


def test_the_program_is_named_as_the_shell_finds_it(
    program: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "/nowhere")
    assert typed(IMPORT) == "'env iron/bin/genonaut' import FOLDER"
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert typed(IMPORT) == f"'{program}' import FOLDER"
    program.unlink()
    assert typed(IMPORT) == f"'{sys.executable}' -m genonaut import FOLDER"


def test_all_commands_in_a_message_are_completed(choose: Choose) -> None:
    home = choose("other", "demo", "dev")
    told = in_text("Run `genonaut stats sql tags --restore | genonaut db psql`, then `ls`.")
    assert told == (
        f"Run `genonaut --home {home} stats sql tags --restore --env dev | "
        f"genonaut --home {home} db psql --env dev`, then `ls`."
    )


def test_a_setting_that_is_wrong_takes_no_hint_along(
    program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GENONAUT_ENV", "own")
    monkeypatch.setenv("DATABASE_URL_FILE", "/nowhere")
    assert typed(IMPORT) == "genonaut import FOLDER"


def test_the_command_line_completes_the_commands_of_errors(
    choose: Choose, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = choose("other", "own")
    monkeypatch.setattr("genonaut.cli.load_command", lambda _: _raise())
    with pytest.raises(SystemExit):
        main(["imports", "list"])
    assert f"see `genonaut --home {home} imports list`" in capsys.readouterr().err


def _raise() -> None:
    raise ConfigError("There is no import: see `genonaut imports list`.")

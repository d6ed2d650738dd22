"""Which gallery a command is for: what `--env`, `GENONAUT_ENV` and the home itself decide."""

import os
from pathlib import Path

import pytest

from genonaut.cli import main
from genonaut.config import load_settings
from genonaut.config_home import MEMORY, remember

DATA = Path("postgres/data/PG_VERSION")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A chosen folder; the default one is another."""
    for module in ("genonaut.config", "genonaut.config_home"):
        monkeypatch.setattr(f"{module}.default_home", lambda: tmp_path / "default")
    monkeypatch.setenv("GENONAUT_ENV", "")  # so that it is restored after --env has set it
    monkeypatch.setenv("GENONAUT_HOME", str(tmp_path / "my gallery é"))
    return tmp_path / "my gallery é"


def with_data(home: Path, *served: str) -> Path:
    (home / DATA).parent.mkdir(parents=True)
    for name in (str(DATA), *(f"up-{each}" for each in served)):
        (home / name).touch()
    return home


def found() -> str:
    return load_settings().environment


def refusal(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    assert ended.value.code == 2
    return capsys.readouterr().err


def test_a_chosen_folder_is_a_gallery_of_ones_own(home: Path) -> None:
    assert found() == "own"
    assert not load_settings().seed_when_empty
    assert not home.exists(), "reading settings makes nothing"


def test_the_default_folder_is_the_demos_by_any_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "link").symlink_to("default")
    for name in ("", str(tmp_path / "default"), str(tmp_path / "link")):
        monkeypatch.setenv("GENONAUT_HOME", name)
        assert found() == "demo"
        remember(load_settings().home, "own")
    assert not (tmp_path / "default").exists(), "several environments share it"


@pytest.mark.parametrize("first", ["demo", "dev", "own"])
def test_a_folder_goes_on_as_what_it_was_first_used_as(
    first: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(home, first)
    assert found() == first
    remember(home, "test")
    assert found() == first
    monkeypatch.setenv("GENONAUT_ENV", "test")
    assert found() == "test"
    assert load_settings("own").environment == "own"


@pytest.mark.parametrize(
    ("served", "environment"),
    [((), "demo"), (("own",), "own"), (("demo",), "demo"), (("demo", "own"), "demo")],
)
def test_data_of_an_older_version_goes_on_as_what_was_served(
    served: tuple[str, ...], environment: str, home: Path
) -> None:
    with_data(home, *served)
    assert found() == environment
    remember(home, "dev")
    assert found() == environment
    assert not (home / MEMORY).exists(), "it is only a guess"


def test_a_named_database_is_not_in_the_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remember(home, "demo")
    monkeypatch.setenv("DB_HOST", "127.0.0.1")
    assert found() == "own"


def test_a_variable_that_contradicts_the_folder_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    remember(home, "own")
    monkeypatch.setenv("GENONAUT_ENV", "demo")
    assert refusal(capsys, "stats", "check") == (
        f"genonaut: GENONAUT_ENV is 'demo', but the gallery in {home} is 'own': unset "
        "GENONAUT_ENV, or override it with --env.\n"
    )
    assert "no environment 'nope'" in refusal(capsys, "stats", "check", "--env", "nope")


def test_two_folders_at_once_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = refusal(capsys, "--home", "/a", "up", "--home", "/b")
    assert told == "genonaut: --home is given twice, as /a and /b: leave out one.\n"
    assert "--home is given twice" in refusal(
        capsys, "--home", "/a", "imports", "list", "--home=/b"
    )


def test_the_folder_may_stand_behind_any_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["import", "x"], ["imports", "list"], ["stats", "check"]):
        refusal(capsys, *words, "--home", str(tmp_path / "this"), "--env", "nope")
        assert os.environ["GENONAUT_HOME"] == str(tmp_path / "this")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (
            b"",
            "environment is empty: write an environment's name into it, such as own, or use --env.",
        ),
        (b"x" * 300, "environment is larger than 256 bytes: "),
        (b"\xff", "environment is not text in UTF-8: "),
        (b"nope\n", "There is no environment 'nope', which "),
        (b"../config/own\n", "There is no environment '../config/own', which "),
    ],
)
def test_a_folder_that_says_nothing_useful_is_refused(
    written: bytes, told: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home.mkdir()
    (home / MEMORY).write_bytes(written)
    assert told in refusal(capsys, "stats", "check")
    assert f"{home / MEMORY}" in refusal(capsys, "stats", "check")


def test_what_is_not_a_file_is_refused_and_not_waited_for(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home.mkdir()
    os.mkfifo(home / MEMORY)
    assert "environment is not a file: " in refusal(capsys, "stats", "check")

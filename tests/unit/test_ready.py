"""What `genonaut up` says when it is ready: for each way to sign in, on terminals and in logs."""

from typing import Any

import pytest

from genonaut.config import Settings, load_settings
from genonaut.running.output import print_box
from genonaut.running.ready import Ready, data_place, openable

WHERE = "http://127.0.0.1:8001"


def settings(**auth: Any) -> Settings:
    found = load_settings("test")
    return found.model_copy(update={"auth": found.auth.model_copy(update=auth)})


def rows(settings: Settings, flower: str | None = None, *, needs_admin: bool = False) -> Any:
    return dict(Ready(settings, WHERE, flower, needs_admin=needs_admin).rows())


@pytest.mark.parametrize(
    ("auth", "needs_admin", "sign_in"),
    [
        ({"mode": "open"}, False, "not needed"),
        ({"mode": "accounts"}, True, "the link below"),
        ({"mode": "accounts"}, False, f"{WHERE}/gallery/sign-in"),
        ({"mode": "header"}, False, "by the proxy"),
    ],
)
def test_it_says_how_to_sign_in(auth: dict[str, Any], needs_admin: bool, sign_in: str) -> None:
    assert sign_in in rows(settings(**auth), needs_admin=needs_admin)["Sign in"]


@pytest.mark.parametrize(
    ("where", "opened"),
    [
        ("http://0.0.0.0:8001", WHERE),
        ("http://[::]:8001", "http://[::1]:8001"),
        (WHERE, WHERE),
        ("http://10.0.0.0:8001", "http://10.0.0.0:8001"),
    ],
)
def test_an_address_that_means_any_is_shown_as_one_to_open(where: str, opened: str) -> None:
    assert openable(where) == opened


def test_flower_is_named_if_it_runs() -> None:
    assert "Flower" not in rows(settings())
    assert rows(settings(), "http://127.0.0.1:5556")["Flower"].startswith("http://127.0.0.1:5556")


def test_the_command_that_adds_pictures_can_be_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENONAUT_HOME", "/my pictures")
    assert rows(settings())["Add pictures"].endswith("genonaut --home '/my pictures' import FOLDER")


def test_the_place_of_the_data_is_the_home_or_the_named_database(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GENONAUT_HOME", "/home/of/it")
    assert data_place(load_settings("test")) == "/home/of/it"
    monkeypatch.setenv("DATABASE_URL", "postgresql://ada:hunter2@db.example/gallery")
    assert data_place(load_settings("own")) == (
        "the database gallery at db.example; pictures in /home/of/it/library"
    )
    several = "?host=db1,db2&port=1,2&target_session_attrs=read-write"
    monkeypatch.setenv("DATABASE_URL", f"postgresql://ada:hunter2@/gallery{several}")
    assert data_place(load_settings("own")).startswith("the database gallery at db1, db2; ")
    monkeypatch.setenv("DATABASE_URL", "postgresql://ada@/gallery?host=/run/postgresql")
    assert data_place(load_settings("own")).startswith("the database gallery at this machine; ")


@pytest.mark.parametrize(("columns", "boxed"), [(80, True), (30, False)])
def test_the_box_is_for_terminals_that_are_wide_enough(
    columns: int, boxed: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("TERM", "xterm")
    address = f"{WHERE}/gallery?page=2"
    print_box([("Gallery", address), ("A link", "[b]\x1b[31m")])
    lines = capsys.readouterr().out.splitlines()
    assert ("╭" in lines[0]) is boxed
    assert any(address in line for line in lines), "it is never broken"
    assert len({len(line) for line in lines}) == 1 or not boxed
    assert "\x1b[31m" not in "".join(lines)


def test_a_log_gets_lines_without_a_box(capsys: pytest.CaptureFixture[str]) -> None:
    print_box([("Gallery", WHERE), ("Stop", "Ctrl-C")])
    assert capsys.readouterr().out == f"  Gallery  {WHERE}\n  Stop     Ctrl-C\n"

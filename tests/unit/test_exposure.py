"""Where a server without a login may listen."""

import os
import socket

import pytest

from genonaut.config import Settings, load_settings
from genonaut.config_people import is_loopback
from genonaut.errors import ConfigError
from genonaut.running.exposure import require_a_door, require_flowers_door, who_may
from genonaut.running.listening import LISTENER_VARIABLE, inherited_listener

ANY = "0.0.0.0"  # noqa: S104


def changed(settings: Settings, **auth: object) -> Settings:
    return settings.model_copy(update={"auth": settings.auth.model_copy(update=auth)})


def accepting(settings: Settings) -> Settings:
    return changed(settings, open_to_the_network=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "localhost", "LocalHost"])
def test_this_machine_alone_reaches_loopback(host: str) -> None:
    assert is_loopback(host)
    require_a_door(host, load_settings("test"))


@pytest.mark.parametrize(
    "host",
    [
        *("", ANY, "::", "*", "0", "10.0.0.5", "192.168.1.4", "169.254.1.1", "128.0.0.1"),
        *("fd00::17", "fe80::1", "::ffff:10.0.0.5", "::ffff:0.0.0.0", "[::]", "0x7f.1"),
        *("gallery.example", "localhost.example", "127.0.0.1.example", "localhost, gallery"),
    ],
)
def test_other_machines_may_reach_everything_else(host: str) -> None:
    assert not is_loopback(host)
    with pytest.raises(ConfigError) as refused:
        require_a_door(host, load_settings("test"))
    ways = ("AUTH_MODE=accounts", "AUTH_OPEN_TO_THE_NETWORK=true")
    for part in (f"api.host (API_HOST) is {host!r}", *ways):
        assert part in str(refused.value)
    require_a_door(host, accepting(load_settings("test")))
    for mode in ("accounts", "header"):
        require_a_door(host, changed(load_settings("test"), mode=mode))


@pytest.mark.parametrize(("password", "accepted"), [(None, False), ("ada:x", True)])
def test_a_password_is_flowers_door(
    monkeypatch: pytest.MonkeyPatch, password: str | None, *, accepted: bool
) -> None:
    monkeypatch.setenv("FLOWER_HOST", ANY)
    if password:
        monkeypatch.setenv("FLOWER_BASIC_AUTH", password)
    settings = load_settings("test")
    if accepted:
        require_flowers_door(settings)
    else:
        with pytest.raises(ConfigError, match="FLOWER_BASIC_AUTH=name:password"):
            require_flowers_door(settings)
        require_flowers_door(accepting(settings))


@pytest.mark.parametrize(("host", "is_open"), [(ANY, True), ("127.0.0.1", False)])
def test_a_listener_that_is_handed_over_is_checked_by_its_own_address(
    monkeypatch: pytest.MonkeyPatch, host: str, *, is_open: bool
) -> None:
    settings = load_settings("test")
    with socket.create_server((host, 0)) as listener:
        if is_open:
            monkeypatch.setenv(LISTENER_VARIABLE, str(os.dup(listener.fileno())))
            with pytest.raises(ConfigError, match=ANY):
                inherited_listener(settings)
            settings = accepting(settings)
        monkeypatch.setenv(LISTENER_VARIABLE, str(os.dup(listener.fileno())))
        with inherited_listener(settings) or socket.socket() as found:
            assert found.getsockname() == listener.getsockname()


@pytest.mark.parametrize(
    ("environment", "variables", "line"),
    [
        (
            "demo",
            {},
            "All visitors may look, add, change and delete: there is no sign-in (auth.mode: open).",
        ),
        (
            "demo",
            {"API_READ_ONLY": "true"},
            "Visitors may look; nothing can be changed (api.read-only, auth.mode: open).",
        ),
        (
            "own",
            {},
            "Visitors may look; users sign in to add, change and delete (auth.mode: accounts).",
        ),
        (
            "own",
            {"AUTH_ANONYMOUS": "nothing"},
            "Visitors see nothing; users sign in to add, change and delete (auth.mode: accounts).",
        ),
        (
            "own",
            {"AUTH_MODE": "header", "AUTH_HEADER_PROXIES": "127.0.0.1"},
            "Visitors may look; users, whom the proxy names, add, change and delete "
            "(auth.mode: header).",
        ),
    ],
)
def test_a_line_says_what_visitors_may_do(
    monkeypatch: pytest.MonkeyPatch, environment: str, variables: dict[str, str], line: str
) -> None:
    monkeypatch.delenv("AUTH_MODE", raising=False)
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    assert who_may(load_settings(environment)) == line

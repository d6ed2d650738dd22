"""Where a server without a login may listen."""

import os
import socket

import pytest

from genonaut.config import Settings, load_settings
from genonaut.errors import ConfigError
from genonaut.running.exposure import is_loopback, require_a_door, require_flowers_door
from genonaut.running.listening import LISTENER_VARIABLE, inherited_listener

ANY = "0.0.0.0"  # noqa: S104


def accepting(settings: Settings) -> Settings:
    auth = settings.auth.model_copy(update={"open_to_the_network": True})
    return settings.model_copy(update={"auth": auth})


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
    for part in (f"api.host (API_HOST) is {host!r}", "AUTH_OPEN_TO_THE_NETWORK=true"):
        assert part in str(refused.value)
    require_a_door(host, accepting(load_settings("test")))


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

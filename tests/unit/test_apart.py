"""Work in a process of its own: what it returns and raises is as if it had been done here."""

import os

import pytest

from genonaut.embedded.apart import apart
from genonaut.errors import ConfigError, ServerStartError


def test_it_returns_from_another_process() -> None:
    process, greeting = apart(lambda: [os.getpid(), "hello"])
    assert greeting == "hello"
    assert process != os.getpid()


def test_an_error_of_ours_is_the_same_here() -> None:
    def fail() -> None:
        raise ConfigError("A setting is wrong: correct it.")

    with pytest.raises(ConfigError, match=r"^A setting is wrong: correct it\.$"):
        apart(fail)


def test_a_process_that_dies_says_nothing_and_is_an_error() -> None:
    with pytest.raises(ServerStartError, match="ended with 3"):
        apart(lambda: os._exit(3))


def test_an_unexpected_error_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ServerStartError, match="ended with 1"):
        apart(lambda: 1 / 0)
    assert "ZeroDivisionError" in capfd.readouterr().err

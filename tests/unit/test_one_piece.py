"""What a response's transport sends, and when."""

from typing import Any

import pytest

from genonaut.running.one_piece import OnePiece

HEAD = b"HTTP/1.1 200 OK\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Wire:
    """A transport that notes what it is told."""

    def __init__(self) -> None:
        self.told: list[bytes | str] = []

    def write(self, data: bytes) -> None:
        self.told.append(data)

    def close(self) -> None:
        self.told.append("closed")

    def is_closing(self) -> bool:
        return "closed" in self.told


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def response(wire: Wire) -> Any:
    transport: Any = wire
    return OnePiece(transport)


def test_the_head_is_sent_with_the_first_piece_of_the_body(wire: Wire, response: Any) -> None:
    response.write(HEAD)
    assert wire.told == []
    response.write(b"one")
    response.write(HEAD)  # a body may contain anything
    response.flush()
    assert wire.told == [HEAD + b"one", HEAD]


def test_the_head_of_a_response_without_a_body(wire: Wire, response: Any) -> None:
    response.write(HEAD)
    response.flush()
    response.flush()
    assert wire.told == [HEAD]


def test_an_interim_response_is_sent_at_once(wire: Wire, response: Any) -> None:
    response.write(CONTINUE)
    assert wire.told == [CONTINUE]
    response.write(HEAD)
    response.write(b"one")
    assert wire.told == [CONTINUE, HEAD + b"one"]


def test_what_is_held_is_sent_before_the_end(wire: Wire, response: Any) -> None:
    response.write(HEAD)
    assert not response.is_closing()
    response.close()
    assert wire.told == [HEAD, "closed"]
    assert response.is_closing()


def test_nothing_to_send(wire: Wire, response: Any) -> None:
    response.flush()
    response.close()
    assert wire.told == ["closed"]

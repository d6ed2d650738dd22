"""A port on which a server can listen."""

import socket

import pytest

from genonaut.embedded.server import free_port


def test_a_port_that_the_system_picks_can_be_listened_on() -> None:
    with socket.create_server(("127.0.0.1", free_port())):
        pass


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_port_is_free_as_long_as_no_server_listens_there(host: str) -> None:
    with socket.create_server((host, 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            free_port(host, port)
    assert free_port(host, port) == port

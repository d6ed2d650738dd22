"""The load over HTTP notices every response that is not what it must be."""

import socketserver
import threading

import pytest
import uvloop

from benchmarks.side_by_side.load.http import Load, Outcome, run

RIGHT = b'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"own":1}'
CLOSE, NOTHING = b"close", b""


def outcome_of(response: bytes, patience: float = 60.0) -> Outcome:
    """What two connections notice of a server that has one response for every request."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline():
                while self.rfile.readline().strip():
                    pass
                if response == CLOSE:
                    return
                self.wfile.write(response)

        def finish(self) -> None:
            """Flush nothing: the client may be gone."""

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        port = server.server_address[1]
        load = Load([port], 2, 0.1, [("/counts", '{"own":1')], 0.05, patience)
        try:
            return uvloop.run(run(load))
        finally:
            server.shutdown()
            thread.join()


def test_right_responses_are_counted() -> None:
    outcome = outcome_of(RIGHT)
    assert (outcome.wrong, outcome.unanswered) == (0, 0)
    assert len(outcome.milliseconds) >= 2


@pytest.mark.parametrize(("right", "wrong"), [(b"1}", b"2}"), (b"200 OK", b"500 Oh")])
def test_wrong_responses_are_noticed(right: bytes, wrong: bytes) -> None:
    outcome = outcome_of(RIGHT.replace(right, wrong))
    assert outcome.wrong
    assert "instead of b'{\"own\":1'" in outcome.example


def test_a_closed_connection_is_noticed() -> None:
    outcome = outcome_of(CLOSE)
    assert outcome.wrong == 2
    assert "closed" in outcome.example


def test_a_response_that_does_not_come_is_given_up() -> None:
    outcome = outcome_of(NOTHING, patience=0.1)
    assert (outcome.wrong, outcome.unanswered) == (0, 2)
    assert min(outcome.milliseconds) >= 200

"""Server-sent events, read as they come."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from tests.support.waiting import PATIENCE_SECONDS

STREAM: Final = "/api/v1/content/stats/stream"


@dataclass
class Event:
    """One of them, or what stands alone between empty lines: a comment, or the time to retry."""

    name: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    id: str = ""
    retry: int | None = None
    comment: str = ""


class Events:
    """Those of one response."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._events = _events(answer)

    def next(self, name: str = "counts") -> Event:
        """The next one with a name; those with others are passed over, and comments."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        for event in self._events:
            if event.name == name:
                return event
            assert time.monotonic() < deadline, f"no event {name!r} has come"
        raise AssertionError(f"the stream has ended without an event {name!r}")

    def any(self) -> Event:
        """The next event, or comment."""
        return next(self._events)

    def until(self, **counts: int) -> dict[str, Any]:
        """The first counts with these numbers."""
        while (told := self.next().data) | counts != told:
            pass
        return told

    def rest(self) -> list[Event]:
        """What comes until the stream ends, which it has to."""
        deadline, found = time.monotonic() + PATIENCE_SECONDS, []
        for event in self._events:
            found.append(event)
            assert time.monotonic() < deadline, "the stream does not end"
        return found


@contextmanager
def opened(client: httpx.Client, path: str = STREAM, **given: Any) -> Iterator[Events]:
    """A stream, which the client leaves at the end of the `with`."""
    with client.stream("GET", path, **given) as answer:
        if answer.status_code != httpx.codes.OK:
            answer.read()
            raise AssertionError(f"{answer.status_code}: {answer.text}")
        yield Events(answer)


def _events(answer: httpx.Response) -> Iterator[Event]:
    event, is_empty = Event(), True
    for line in answer.iter_lines():
        if not line and not is_empty:
            yield event
            event, is_empty = Event(), True
            continue
        is_empty = False
        name, _, value = line.partition(": ")
        match name:
            case "":
                event.comment = value
            case "event":
                event.name = value
            case "data":
                event.data = json.loads(value)
            case "id":
                event.id = value
            case "retry":
                event.retry = int(value)
            case _:
                raise AssertionError(f"not a line of an event: {line!r}")


def begun(client: httpx.Client, method: str, path: str, **given: Any) -> httpx.Response:
    """A response; of a stream, which does not end by itself, only its head."""
    with client.stream(method, path, **given) as answer:
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            answer.read()
        return answer

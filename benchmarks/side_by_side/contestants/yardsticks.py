"""What a route costs without ours: yardsticks for reading, which take part in nothing else."""

from benchmarks.side_by_side.contestants.none import NoCounting


class Yardstick(NoCounting):
    """Answers from a dictionary, in an application of its own."""

    has_no_cost_of_writing = True
    written_by = ()


class BareServer(Yardstick):
    """The limit of any route in Python under this server."""

    name = "bare ASGI"
    what = "the same bytes from a dictionary, by a bare ASGI application in the same server"
    given = "Its responses as bytes, made at the start, with our headers. It knows no other route."

    @property
    def server(self) -> tuple[str, ...]:
        return "benchmarks.side_by_side.load.bare", *self.address


class PlainRoute(Yardstick):
    """A route as FastAPI's tutorial has it."""

    name = "plain FastAPI"
    what = "the same numbers from a dictionary, by a plain FastAPI route with a response model"
    given = "One route: no middleware, no log, no accounts, no request id."

    @property
    def server(self) -> tuple[str, ...]:
        return "benchmarks.side_by_side.load.plain", *self.address

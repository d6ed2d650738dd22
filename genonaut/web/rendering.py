"""Templates become pages here. Every value in them is escaped."""

from dataclasses import fields
from datetime import UTC, datetime
from http import HTTPStatus

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from genonaut.web import security
from genonaut.web.albums.contexts import OwnersContext, StrangersContext
from genonaut.web.assets import Assets
from genonaut.web.contexts import Context
from genonaut.web.frames import frame, sizes
from genonaut.web.people.contexts import PeopleContext

AnyContext = Context | PeopleContext | OwnersContext | StrangersContext

_UNITS = (
    ("year", 31_557_600),
    ("month", 2_629_800),
    ("day", 86_400),
    ("hour", 3600),
    ("minute", 60),
)


def thousands(number: int | None) -> str:
    """1234567 -> 1,234,567; a dash if the number is not known."""
    return "–" if number is None else f"{number:,}"  # noqa: RUF001


def age(moment: datetime) -> str:
    """How long ago a moment was, in the largest unit."""
    seconds = max(0.0, (datetime.now(UTC) - moment).total_seconds())  # clocks differ
    for unit, length in _UNITS:
        if number := int(seconds // length):
            return f"{number} {unit}{'' if number == 1 else 's'} ago"
    return "just now"


def utc(moment: datetime) -> str:
    """A moment to the second, as in `5 Jan 2026, 15:04:05 UTC`."""
    return f"{moment.astimezone(UTC):%d %b %Y, %H:%M:%S} UTC".removeprefix("0")


def plural(number: int, one: str, several: str | None = None) -> str:
    """`1 page`, `1,200 pages`."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def environment(assets: Assets, *, read_only: bool = False) -> Environment:
    """The templates, and the filters and globals that they may use."""
    made = Environment(
        loader=PackageLoader("genonaut.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"thousands": thousands, "age": age, "utc": utc, "plural": plural}
    made.filters |= {"frame": frame, "sizes": sizes}
    made.tests["moment"] = lambda value: isinstance(value, datetime)
    made.globals["static"] = assets.url
    made.globals["read_only"] = read_only
    return made


class Renderer:
    """Renders contexts."""

    def __init__(self, assets: Assets, *, read_only: bool = False) -> None:
        self._environment = environment(assets, read_only=read_only)

    def html(self, context: AnyContext) -> str:
        """The page."""
        values = {field.name: getattr(context, field.name) for field in fields(context)}
        return self._environment.get_template(context.template).render(values)

    def response(
        self, context: Context | PeopleContext | OwnersContext, status: int = 200
    ) -> HTMLResponse:
        """The page, with the headers that all pages have."""
        is_open = status == HTTPStatus.OK and not _is_personal(context)
        headers = security.OPEN_PAGE if is_open else security.PAGE
        return HTMLResponse(self.html(context), status, headers)


def _is_personal(context: Context | PeopleContext | OwnersContext) -> bool:
    """Whether it is for a user, who may see what is private, or about people."""
    return context.viewer.name is not None or isinstance(context, PeopleContext)

"""The gallery: the statements, executed."""

import time
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Result, Select, or_, select, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql import ClauseElement, Executable
from sqlalchemy.sql.compiler import SQLCompiler

from genonaut.api.entities import Item
from genonaut.api.gallery.filters import Filters
from genonaut.api.gallery.orders import Order
from genonaut.api.gallery.pager import Total, Window
from genonaut.api.repositories import gallery_statements as statements
from genonaut.api.repositories.gallery_forms import Form
from genonaut.api.repositories.tag_counts import hidden_counts
from genonaut.content.viewer import Viewer
from genonaut.counting.engine import Reading, read
from genonaut.db.counts import TAG_CARDINALITY
from genonaut.db.driver import time_limit
from genonaut.db.schema import Tag
from genonaut.db.spread import is_spread
from genonaut.errors import InvalidRequestError

LARGEST_PAGE_BYTES: Final = 8 * 2**20
MOST_ITEMS_UNMEASURED: Final = 100
"""So many are never too large: 80 kB for the longest prompt, and less for the rest."""
_ROWS_AT_A_TIME = 10_000
_PLAN_FOR_ALL_ROWS = text("SELECT set_config('cursor_tuple_fraction', '1', true)")
# Where half of a table matches, the planner would read all of it, and take each text apart.
_BY_INDEX = text("SELECT set_config('enable_seqscan', 'off', true)")


class GalleryRepository:
    """Reads pages of the gallery."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def items(
        self,
        filters: Filters,
        order: Order,
        window: Window,
        *,
        collect: bool,
        with_metadata: bool = True,
    ) -> list[Item]:
        """The items of a window, in order and without their tags; long contents are cut.

        Raises:
            InvalidRequestError: together they are too large for a response.
        """
        form = self._form(filters, order, window, collect=collect)
        if window.limit > MOST_ITEMS_UNMEASURED:
            size = self._execute(statements.size(form), form.parameters(window)).scalar_one()
            if size > LARGEST_PAGE_BYTES:
                raise InvalidRequestError(
                    f"The items of this page have {size / 2**20:.0f} MiB, and a response may have "
                    f"{LARGEST_PAGE_BYTES >> 20}: ask for a smaller page_size."
                )
        rows = self._execute(
            statements.items(form, with_metadata=with_metadata), form.parameters(window)
        )
        return [Item(**row._asdict()) for row in rows]

    def any_item(self, filters: Filters, order: Order, window: Window, *, collect: bool) -> bool:
        """Whether there is any item in a window."""
        form = self._form(filters, order, window, collect=collect)
        return self._execute(statements.ids(form), form.parameters(window)).first() is not None

    def _form(self, filters: Filters, order: Order, window: Window, *, collect: bool) -> Form:
        spread = is_spread(self._session.connection())
        return Form.of(filters, order, window, collect=collect, spread=spread)

    def _execute(self, statement: Select[Any], given: Mapping[str, Any]) -> Result[Any]:
        # By the connection: rows are no objects of the session, and that would look for some.
        return self._session.connection().execute(statement, given)

    def count(self, filters: Filters, seconds: float) -> Total:
        """Count what matches; not exact if that takes longer than `seconds`."""
        if is_spread(self._session.connection()):
            return self._count_in_parts(filters, seconds)
        deadline = time.monotonic() + seconds
        rows, complete = 0, False
        with time_limit(self._session, seconds):
            self._session.execute(_PLAN_FOR_ALL_ROWS)
            if filters.sought.is_indexed:
                self._session.execute(_BY_INDEX)
            self._session.execute(_DeclareCursor(statements.all_matches(filters)))
            move = text(f"MOVE FORWARD {_ROWS_AT_A_TIME} IN counting")
            while not complete and time.monotonic() < deadline:
                moved: int = self._session.execute(move).rowcount  # type: ignore[attr-defined]
                rows, complete = rows + moved, moved < _ROWS_AT_A_TIME
        return Total(rows, exact=complete)

    def _count_in_parts(self, filters: Filters, seconds: float) -> Total:
        # Rows that a cursor moves over would all be brought together first.
        with time_limit(self._session, seconds):
            return Total(self._session.scalars(statements.number(filters)).one(), exact=True)
        return Total(0, exact=False)

    def tags_named(self, names: Iterable[str], ids: Iterable[UUID]) -> dict[UUID, str]:
        """The names by id of the tags that have one of these names or ids."""
        statement = select(Tag.id, Tag.name).where(or_(Tag.name.in_(names), Tag.id.in_(ids)))
        return {row.id: row.name for row in self._session.execute(statement)}

    def read_tag_cardinalities(self, viewer: Viewer, tags: Collection[UUID]) -> Reading:
        """How many items of each source type carry each of these tags, as the viewer is told.

        From the caches, by several statements: on a snapshot they agree.
        """
        reading = read(self._session, TAG_CARDINALITY, tags)
        hidden = hidden_counts(viewer, tags, spread=is_spread(self._session.connection()))
        if hidden is not None:
            for tag, source, number in self._session.execute(hidden):
                reading.counts[tag, source] += number
        return reading


class _DeclareCursor(Executable, ClauseElement):
    """DECLARE a server-side cursor named `counting` for a query, to be moved and not fetched."""

    inherit_cache = False

    def __init__(self, query: Any) -> None:  # noqa: ANN401
        self.query = query


@compiles(_DeclareCursor)
def _declare_cursor(element: _DeclareCursor, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    query = compiler.process(element.query, **options)
    return f"DECLARE counting NO SCROLL CURSOR FOR {query}"

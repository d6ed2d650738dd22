"""Server-sent events: their names, and how they are written."""

from datetime import datetime
from typing import Final

from fastapi.sse import format_sse_event

from genonaut.api.http.counts_json import counts_as_json
from genonaut.db.gen_source_counts import ViewerCounts

COUNTS: Final = "counts"
"""The four counts of the user whom the stream is about."""
CREATOR: Final = "creator"
"""The same of a creator, whose page is being looked at."""
STALE: Final = "stale"
"""The database cannot be asked: what was sent last is as of that moment."""
RETRY_MILLISECONDS: Final = 3000

BEGIN: Final = format_sse_event(retry=RETRY_MILLISECONDS)
"""How long a client waits before it connects again."""
HEARTBEAT: Final = format_sse_event(comment="still here")
"""A comment: proxies keep the connection open, and a client that has gone is noticed."""


def counts_event(name: str, counts: ViewerCounts) -> bytes:
    """Counts under one of the names; the moment that they are for is the event's id."""
    data = counts_as_json(counts).decode()
    return format_sse_event(event=name, data_str=data, id=counts.as_of.isoformat())


def stale_event(as_of: datetime) -> bytes:
    """What was sent last is as of that moment."""
    return format_sse_event(event=STALE, data_str=f'{{"as_of":"{as_of.isoformat()}"}}')

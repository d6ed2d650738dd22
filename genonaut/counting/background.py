"""A fold in the background, for readers who notice a long ledger."""

import threading
import time

import structlog

from genonaut.api.exceptions import DatabaseError
from genonaut.counting.engine import fold
from genonaut.db.session import Database

PAUSE_SECONDS = 1.0  # a ledger that cannot be folded now is not tried at every read

log = structlog.get_logger()


class BackgroundFold:
    """Call it to have the ledger folded soon: once, however many call.

    So a ledger that no worker folds is folded by those who read.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._busy = threading.Lock()
        self._ended = -PAUSE_SECONDS

    def __call__(self) -> None:
        if time.monotonic() - self._ended < PAUSE_SECONDS:
            return
        if self._busy.acquire(blocking=False):
            threading.Thread(target=self._fold, name="fold", daemon=True).start()

    def _fold(self) -> None:
        try:
            with self._database.transaction() as session:
                done = fold(session)
            if done:
                log.info("folded", rows_taken=done.rows_taken, rows_written=done.rows_written)
        except DatabaseError as error:
            log.warning("fold failed", reason=str(error))
        finally:
            self._ended = time.monotonic()
            self._busy.release()

"""A fold in the background, for readers who notice a long ledger."""

import threading
import time
from collections.abc import Iterable

import structlog

from genonaut.counting.declaration import CachedCount
from genonaut.counting.engine import fold
from genonaut.counting.runs import Transaction

PAUSE_SECONDS = 1.0  # a ledger that cannot be folded now is not retried at every read
LONGEST_PAUSE_SECONDS = 60.0  # as on a standby, where it never can

log = structlog.get_logger(__name__)


class BackgroundFold:
    """Call it to have the ledgers folded soon. Calls during a fold are coalesced into it.

    So a ledger that no worker folds is folded by its readers.
    """

    def __init__(self, transaction: Transaction, counts: Iterable[CachedCount]) -> None:
        self._transaction = transaction
        self._counts = list(counts)
        self._busy = threading.Lock()
        self._ended = -PAUSE_SECONDS
        self._pause = PAUSE_SECONDS

    def __call__(self) -> None:
        if time.monotonic() - self._ended < self._pause:
            return
        if self._busy.acquire(blocking=False):
            try:
                threading.Thread(target=self._fold_all, name="fold", daemon=True).start()
            except RuntimeError:  # no more threads; the next reader tries again
                self._busy.release()

    def _fold_all(self) -> None:
        try:
            done = [self._fold(count) for count in self._counts]
            longer = min(2 * self._pause, LONGEST_PAUSE_SECONDS)
            self._pause = PAUSE_SECONDS if all(done) else longer
        finally:
            self._ended = time.monotonic()
            self._busy.release()

    def _fold(self, count: CachedCount) -> bool:
        try:
            with self._transaction() as session:
                done = fold(session, count)
        except Exception as error:  # noqa: BLE001 - this is the edge of a thread
            log.warning("fold failed", count=count.name, reason=str(error))
            return False
        if done and done.rows_taken:
            log.debug("folded", count=count.name, rows_taken=done.rows_taken)
        return True

"""A replica that is looked at: whether it may be asked, and how far it is behind."""

from datetime import datetime
from typing import Final, NamedTuple

import structlog
from psycopg.rows import namedtuple_row

from genonaut.config import DbSettings
from genonaut.db.positions import Position
from genonaut.db.primary_log import PrimaryLog, watching_connection
from genonaut.db.replica import UNREACHABLE, Replica, Standing
from genonaut.db.replicas import Replicas
from genonaut.db.revisions import head_revision
from genonaut.errors import DatabaseError

POLL_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 30.0
_REPORTED: Final = 2
"""The failure that is logged: a replica that starts with us is not there at once."""
# Neither timeline is ever newer than that of what is replayed.
_LOOK: Final = """
    SELECT pg_is_in_recovery() AS is_replica, pg_last_wal_replay_lsn()::text AS lsn,
           pg_last_xact_replay_timestamp() AS last_commit, system_identifier AS cluster,
           greatest(min_recovery_end_timeline, timeline_id) AS timeline,
           (SELECT version_num FROM alembic_version) AS revision
    FROM pg_control_system(), pg_control_recovery(), pg_control_checkpoint()"""

log = structlog.stdlib.get_logger(__name__)


class _Look(NamedTuple):
    """What a replica says of itself."""

    is_replica: bool
    lsn: str | None
    last_commit: datetime | None
    cluster: int
    timeline: int
    revision: str


class WatchedReplica:
    """Looks at one replica, and says to the others how it stands.

    `pause` is for how long it need not be looked at: it grows as long as that fails.
    """

    def __init__(
        self,
        replica: Replica,
        replicas: Replicas,
        primary: PrimaryLog,
        db: DbSettings,
        *,
        is_logged: bool,
    ) -> None:
        self._connection = watching_connection(replica.url, db)
        self._replica = replica
        self._replicas = replicas
        self._primary = primary
        self._is_logged = is_logged
        self._failures = 0
        self.pause = POLL_SECONDS

    async def look(self) -> None:
        """Look at it once."""
        try:
            [row] = await self._connection.rows(_LOOK, {}, namedtuple_row)
        except DatabaseError as error:
            self._lost(error)
            return
        self.pause, self._failures = POLL_SECONDS, 0
        standing = self._judge(_Look(**row._asdict()))
        if self._is_logged and standing.complaint != self._replica.standing.complaint:
            _report(self._replica, standing)
        self._replica.standing = standing

    def _lost(self, error: DatabaseError) -> None:
        self._failures += 1
        if self._is_logged and self._failures == _REPORTED:
            detail = str(error.__cause__ or error).strip().splitlines()[0]
            log.warning("replica is lost", replica=self._replica.name, detail=detail)
        self._replica.standing = Standing(UNREACHABLE, self._replica.standing.timeline)
        self._replica.cut()
        self.pause = min(2 * self.pause, LONGEST_PAUSE_SECONDS)

    def _judge(self, found: _Look) -> Standing:
        if not found.is_replica or found.lsn is None:
            return Standing("is no standby: it takes writes itself, as after a failover")
        if self._primary.cluster not in (None, found.cluster):
            return Standing("is a copy of another server than the one of DATABASE_URL")
        if found.revision != head_revision():
            return Standing(f"has another schema ({found.revision}) than this version needs")
        position = Position(found.timeline, Position.read(found.lsn).lsn)
        as_of = self._replicas.marks.as_of(position, found.last_commit)
        lag = self._replicas.marks.age(as_of) if as_of else None
        if lag is None or lag > self._replicas.max_lag_seconds:
            return Standing("lags behind", found.timeline, lag)
        return Standing(None, found.timeline, lag)

    async def close(self) -> None:
        """Close its connection."""
        await self._connection.close()


def _report(replica: Replica, standing: Standing) -> None:
    if standing.complaint is None:
        log.info("replica is in use", replica=replica.name)
        return
    lag = standing.lag_seconds
    about = {} if lag is None else {"lag_seconds": round(lag, 1)}
    log.warning("replica is not in use", replica=replica.name, reason=standing.complaint, **about)

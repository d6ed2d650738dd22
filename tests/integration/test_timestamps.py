"""Timestamps of all years: read, sent back, and the same as before."""

from datetime import UTC, datetime

import psycopg
import pytest

from genonaut.db.session import Database
from genonaut.db.timestamps import EARLIEST, LATEST, Beyond

WITHIN = ["0001-01-01 00:00:00+00", "2026-11-29 12:00:00.5+00", "9999-12-31 23:59:59.999999+00"]
EARLY = [
    *("-infinity", "4714-11-24 00:00:00+00 BC", "4001-02-28 23:59:59.999999+00 BC"),
    *("0401-02-29 12:00:00+00 BC", "0001-12-31 23:59:59.999999+00 BC"),
]
LATE = [
    *("10000-01-01 00:00:00+00", "12000-02-29 01:02:03.000004+00"),
    *("294276-12-31 23:59:59.999999+00", "infinity"),
]


LAST_OF_PYTHON = 252_455_615_999_999_999


def read(database: Database, written: str, *, binary: bool) -> datetime:
    with database.transaction() as session:
        driver = session.connection().connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        with driver.cursor(binary=binary) as cursor:
            [(found,)] = cursor.execute("SELECT %s::timestamptz", (written,)).fetchall()
            [(same,)] = cursor.execute("SELECT %s::timestamptz::text", (found,)).fetchall()
        assert same == written
    assert isinstance(found, datetime)
    return found


@pytest.mark.parametrize("binary", [False, True])
def test_every_moment_is_read_and_sent_back(database: Database, binary: bool) -> None:
    for written in WITHIN:
        assert type(read(database, written, binary=binary)) is datetime
    for moments, near in ((EARLY, EARLIEST), (LATE, LATEST)):
        found = [read(database, written, binary=binary) for written in moments]
        assert set(found) == {near}
        kept = [moment.microseconds for moment in found if isinstance(moment, Beyond)]
        assert kept == sorted(set(kept))
        assert len(kept) == len(moments)


@pytest.mark.parametrize("microseconds", [0, 2**63, 2**63 - 2, 1 - 2**63, LAST_OF_PYTHON])
def test_other_moments_are_none(microseconds: int) -> None:
    with pytest.raises(ValueError, match="moment"):
        Beyond.at(microseconds)
    assert EARLIEST < datetime.now(UTC) < LATEST

"""A distributed gallery on a cluster that is there; `soak.py` is for long runs."""

import os
from collections.abc import Iterator

import pytest

from genonaut.counting import audit
from genonaut.db.counts import COUNTS
from genonaut.db.distributed.nodes import nodes_of
from genonaut.db.session import Database
from tests.distributed.soak import VARIABLE, cluster, parser, soak

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(VARIABLE not in os.environ, reason=f"{VARIABLE} names no cluster of Citus."),
]
LIMITS = audit.Limits(ledger_rows=1 << 40, refresh_age_seconds=float("inf"))


@pytest.fixture(scope="module")
def gallery() -> Iterator[Database]:
    with cluster() as database:
        yield database


def test_each_part_has_its_triggers_and_a_home(gallery: Database) -> None:
    with gallery.engine.connect() as connection:
        nodes = nodes_of(connection)
    assert [node.troubles for node in nodes if node.troubles or not node.answers] == []
    assert sum(node.parts for node in nodes) > 1


def test_nothing_is_wrong_in_a_short_soak(gallery: Database) -> None:
    findings = soak(gallery, parser().parse_args(["--seconds", "5"]))
    assert findings.wrong == []
    assert findings.counts["writes"]


@pytest.mark.parametrize("name", list(COUNTS))
def test_the_auditor_finds_nothing(gallery: Database, name: str) -> None:
    with gallery.transaction() as session:
        found = audit.check(session, COUNTS[name], LIMITS)
    assert [one for one in found if not one.ok and one.what != "refresh"] == []

"""All that differs in at most three bits is found, and nothing else: against plain arithmetic."""

from random import Random
from uuid import UUID

import pytest

from genonaut.api.repositories.duplicate_repository import BITS, DuplicateRepository
from genonaut.content.viewer import EVERYTHING
from genonaut.db.session import Database
from tests.support.plans import plans
from tests.support.rows import add_user, run

pytestmark = pytest.mark.both_servers

FILL = """
    WITH given AS (
        SELECT row_number() OVER () AS n, likeness FROM unnest(%s::bigint[]) AS each (likeness)
    ), files AS (
        INSERT INTO library_files (
            name, root, sha256, bytes, modified_ns, media_type, width, height)
        SELECT 'library/' || n, 'library', sha256(n::text::bytea), 1, 1, 'image/png', 1, 1
        FROM given
    ), hashes AS (
        INSERT INTO picture_hashes SELECT sha256(n::text::bytea), likeness FROM given
    )
    INSERT INTO content_items_all (source_type, title, content_data, prompt, creator_id)
    SELECT 'items', 't', 'library/' || n, 'p', %s FROM given ORDER BY n RETURNING id"""


def signed(bits: int) -> int:
    return bits - 2**64 if bits >> 63 else bits


def filled(database: Database, bits: list[int]) -> list[int]:
    run(database, "DELETE FROM library_files; DELETE FROM picture_hashes")
    user = add_user(database)
    return [item for (item,) in run(database, FILL, [signed(one) for one in bits], user)]


def test_every_pair_within_the_bound_is_found(database: Database) -> None:
    """Also where the bits that differ are in three of the four pieces, in every way."""
    chance = Random(1)
    first = chance.getrandbits(64)
    near = [first]
    for number in range(1, 7):
        for _ in range(15):
            places = chance.sample(range(64), number)
            near.append(first ^ sum(1 << place for place in places))
    far = [chance.getrandbits(64) for _ in range(100)]
    every = near + far
    items = filled(database, every)
    expected = {
        (one, other, distance)
        for one, a in zip(items, every, strict=True)
        for other, b in zip(items, every, strict=True)
        if one != other and (distance := (a ^ b).bit_count()) <= BITS
    }
    with database.snapshot() as session:
        rows = DuplicateRepository(session, EVERYTHING, None).alike(items)
    found = {(row.lead, row.id, row.distance) for row in rows}
    assert found == expected
    assert len(expected) > 200


@pytest.mark.sampled(1)
def test_a_lookup_reads_an_index_however_many_pictures_there_are(database: Database) -> None:
    chance = Random(2)
    every = [chance.getrandbits(64) for _ in range(20_000)]
    items = filled(database, every)
    autocommit = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with autocommit.connect() as connection:
        connection.exec_driver_sql("VACUUM ANALYZE picture_hashes, library_files, content_items")
    with database.snapshot() as session:
        found = DuplicateRepository(session, EVERYTHING, UUID(int=1))
        [plan] = plans(session, lambda: found.alike(items[:50]))
        assert "idx_picture_hashes_pieces" in plan.indexes
        scanned = {n["Relation Name"] for n in plan.nodes if n["Node Type"] == "Seq Scan"}
        assert not scanned & {"picture_hashes", "library_files", "content_items"}
        assert plan.buffers < 50 * 120

"""Every mutant is killed by the test that its promise names."""

from pathlib import Path

import pytest

from tests.mutants.mutant import CHECKOUT, RED, Mutant, applied, copy_checkout, run_tests
from tests.mutants.promises import MUTANTS
from tests.support.servers import prepared_home

ENOUGH = 60
each_mutant = pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
# Those whose test needs no server are quick enough to be a part of `make test-long`.
QUICK = [mutant for mutant in MUTANTS if mutant.test.startswith("tests/unit/")]
SLOW = [mutant for mutant in MUTANTS if mutant not in QUICK]


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One copy for each worker."""
    return copy_checkout(tmp_path_factory.mktemp("mutants"))


@each_mutant
def test_it_changes_one_place_that_is_there(mutant: Mutant) -> None:
    assert (CHECKOUT / mutant.file).read_text().count(mutant.old) == 1
    file, *names = mutant.test.split()[0].split("::")
    assert (CHECKOUT / file).exists()
    for name in names:
        assert name.partition("[")[0] in (CHECKOUT / file).read_text()


def test_there_are_enough_and_each_has_a_name_of_its_own() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    assert len(QUICK) >= ENOUGH


@pytest.fixture(scope="session")
def prepared(run_folder: Path) -> Path:
    """A folder with a server that no mutant has made. Each run copies it."""
    prepared_home(run_folder)
    return run_folder


@pytest.mark.parametrize(
    "mutant",
    [
        *(pytest.param(mutant, id=mutant.name, marks=pytest.mark.long) for mutant in QUICK),
        *(pytest.param(mutant, id=mutant.name, marks=pytest.mark.slow) for mutant in SLOW),
    ],
)
def test_it_is_killed(mutant: Mutant, copy: Path, prepared: Path) -> None:
    with applied(mutant, copy):
        done = run_tests(copy, mutant.test, prepared)
    assert done.returncode == RED, f"{mutant.promise}: survives\n{done.stdout[-2000:]}"


@pytest.mark.parametrize(
    "mutants",
    [
        pytest.param(QUICK, id="quick", marks=pytest.mark.long),
        pytest.param(SLOW, id="slow", marks=pytest.mark.slow),
    ],
)
def test_without_a_mutant_the_copy_is_green(
    mutants: list[Mutant], copy: Path, prepared: Path
) -> None:
    tests = " ".join(sorted({mutant.test for mutant in mutants}))
    done = run_tests(copy, tests, prepared)
    assert done.returncode == 0, done.stdout[-2000:]

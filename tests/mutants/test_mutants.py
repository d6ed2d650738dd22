"""Every mutant is killed by the test that its promise names."""

from pathlib import Path

import pytest

from tests.mutants.mutant import CHECKOUT, RED, Mutant, applied, copy_checkout, run_tests
from tests.mutants.promises import MUTANTS
from tests.support.servers import prepared_home

ENOUGH = 60
each_mutant = pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)


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
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= ENOUGH


@pytest.fixture(scope="session")
def prepared(run_folder: Path) -> Path:
    """A folder with a server that no mutant has made. Each run copies it."""
    prepared_home(run_folder)
    return run_folder


@pytest.mark.long
@each_mutant
def test_it_is_killed(mutant: Mutant, copy: Path, prepared: Path) -> None:
    with applied(mutant, copy):
        done = run_tests(copy, mutant.test, prepared)
    assert done.returncode == RED, f"{mutant.promise}: survives\n{done.stdout[-2000:]}"


@pytest.mark.long
def test_without_a_mutant_the_copy_is_green(copy: Path, prepared: Path) -> None:
    tests = " ".join(sorted({mutant.test for mutant in MUTANTS}))
    done = run_tests(copy, tests, prepared)
    assert done.returncode == 0, done.stdout[-2000:]

"""Names of workers: no two in a home have the same."""

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from genonaut.config import Settings, load_settings
from genonaut.errors import AlreadyRunningError, ServerStartError, UsageError
from genonaut.worker.names import worker_name
from tests.support.waiting import wait_until

HOLD = """
import sys, time
from pathlib import Path
from genonaut.config import load_settings
from genonaut.worker.names import worker_name
settings = load_settings("dev").model_copy(update={"home": Path(sys.argv[1])})
with worker_name(settings, "held"):
    print("held", flush=True)
    time.sleep(600)
"""


def of(home: Path, environment: str = "dev") -> Settings:
    return load_settings(environment).model_copy(update={"home": home})


def take(home: Path, name: str) -> str:
    with worker_name(of(home), name) as taken:
        return taken


def test_each_takes_the_lowest_number_that_is_free(tmp_path: Path) -> None:
    settings = of(tmp_path / "new")
    with ExitStack() as stack, worker_name(settings, None) as first:
        second = stack.enter_context(worker_name(settings, None))
        assert (first, second) == ("genonaut-dev-1@%h", "genonaut-dev-2@%h")
        with worker_name(of(tmp_path / "new", "test"), None) as other:
            assert other == "genonaut-test-1@%h", "of another gallery"
        stack.close()
        with worker_name(settings, None) as third:
            assert third == second, "it is free again"


def test_a_name_is_taken_by_one_until_it_ends_even_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunningError, match="is called held: choose another --name"):
            take(tmp_path, "held")
        other.kill()
    wait_until(lambda: take(tmp_path, "held") == "held@%h", "the name is free")


@pytest.mark.parametrize("name", ["", "a b", "a@b", "é", "%h", "../a", "x" * 65])
def test_what_is_no_name_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="use up to 64 letters"):
        take(tmp_path, name)
    assert not list(tmp_path.iterdir())


def test_a_home_that_is_a_file_is_said_to_be_unusable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ServerStartError, match="set GENONAUT_HOME to a folder"):
        take(tmp_path / "file", "ada")

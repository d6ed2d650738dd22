"""Homes for real servers, and the proof after each test that nothing of it is running."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.processes import CHECKOUT, kill, nothing_left, processes_of
from tests.support.servers import QUICK, NamedServer, copy_server, make_folder, prepared_home

needs_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="NEEDS ROOT: it is about what root starts, or who is not root"
)

OTHER_ENCODINGS = ("sql_ascii", "latin1")
OTHER_SCHEMAS = {"of_the_past": "0001_content", "unreleased": "0004"}


@pytest.fixture
def new_home() -> Iterator[Path]:
    """An empty GENONAUT_HOME; when the test is over, nothing of it may be running."""
    folder = make_folder()
    try:
        yield folder
        nothing_left(folder)
    finally:
        for process in processes_of(folder):
            with suppress(ProcessLookupError):
                kill(process)
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def prepared(run_folder: Path) -> Path:
    """A GENONAUT_HOME with the test database, current and empty; its server is stopped."""
    return prepared_home(run_folder)


@pytest.fixture
def ready_home(prepared: Path, new_home: Path) -> Path:
    """A copy of it for one test, with the settings of the product: its server may be killed."""
    copy_server(prepared, new_home)
    return new_home


@pytest.fixture(scope="session")
def real_server(prepared: Path) -> Iterator[dict[str, Any]]:
    """The address of a server that runs while the tests do, as one that the settings name.

    Its test database is current; others have no schema, an old one, or a development version's, or
    are not in UTF-8.
    """
    home = make_folder()
    try:
        copy_server(prepared, home, QUICK)
        server = NamedServer(home)
        with server.running() as address:
            with psycopg.connect(**address, dbname="postgres", autocommit=True) as connection:
                connection.execute("CREATE DATABASE without_schema")
                for name in OTHER_SCHEMAS:
                    connection.execute(f"CREATE DATABASE {name}")
                for encoding in OTHER_ENCODINGS:
                    connection.execute(
                        f"CREATE DATABASE encoded_in_{encoding} TEMPLATE template0 "
                        f"ENCODING '{encoding}' LOCALE_PROVIDER libc LOCALE 'C'"
                    )
            for name, revision in OTHER_SCHEMAS.items():
                with psycopg.connect(**address, dbname=name, autocommit=True) as connection:
                    connection.execute("CREATE TABLE alembic_version (version_num varchar(32))")
                    connection.execute("INSERT INTO alembic_version VALUES (%s)", [revision])
            yield address
    finally:
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def nobodys_python() -> Iterator[list[str]]:
    """How the account `nobody` can run our code: this Python, or else a copy of it."""
    packages = os.pathsep.join([str(CHECKOUT), *(path for path in sys.path if "packages" in path)])
    folder = make_folder()
    try:
        ours = ["env", f"PYTHONPATH={packages}", sys.executable]
        yield ours if _works_for_nobody(ours) else _copy_of_python(folder, packages)
    finally:
        shutil.rmtree(folder)


def _copy_of_python(folder: Path, packages: str) -> list[str]:
    """The interpreter without what is big; for one that lies where only we may enter."""
    unneeded = shutil.ignore_patterns("site-packages", "test", "config-*", "idlelib", "ensurepip")
    for source in Path(sys.base_prefix, "lib").glob("*python*"):
        if source.is_dir():
            shutil.copytree(source, folder / "lib" / source.name, ignore=unneeded)
        else:
            (folder / "lib").mkdir(exist_ok=True)
            shutil.copy(source, folder / "lib")
    program = str(shutil.copy(Path(sys.executable).resolve(), folder))
    variables = [f"PYTHONHOME={folder}", f"LD_LIBRARY_PATH={folder}/lib", f"PYTHONPATH={packages}"]
    command = ["env", *variables, program]
    if not _works_for_nobody(command):
        pytest.skip("THE ACCOUNT nobody CANNOT READ our packages")
    return command


def _works_for_nobody(python: list[str]) -> bool:
    done = subprocess.run(
        [*python, "-c", "import genonaut.embedded.keeper"],
        user="nobody",
        extra_groups=[],
        cwd="/",
        capture_output=True,
        check=False,
    )
    return done.returncode == 0

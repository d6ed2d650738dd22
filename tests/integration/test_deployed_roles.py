"""The roles that deploy/create-database.sql makes: with them, each part does what it is for."""

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from genonaut.cli import main
from genonaut.config import Settings, load_settings
from genonaut.db.session import Database
from genonaut.embedded.cluster import ADMINISTRATOR
from genonaut.embedded.installations import find_binaries
from genonaut.errors import DatabaseError
from genonaut.worker.launching import require_schema
from tests.support.people import PASSWORD
from tests.support.roles import as_superuser

ROOT = Path(__file__).parents[2]
NAME = "deployed"
ROLES = ("owner", "app", "counting", "read")
NAMES = {role: f"{NAME}_{role}" for role in ROLES} | {"owner": NAME}


@pytest.fixture
def deployed(
    server: tuple[Settings, Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[pytest.MonkeyPatch]:
    """The compose file's database, by other names: the test server has these roles already."""
    settings, beside = server
    host = str(beside.url.query["host"])
    create_database(host)
    with as_superuser(settings) as connection:  # as the operator does for monitoring
        connection.execute(f"ALTER ROLE {NAMES['read']} PASSWORD '{PASSWORD}'")
    shutil.copy(ROOT / "config/base.json", tmp_path)
    limited = {role: name for role, name in NAMES.items() if role != "owner"}
    (tmp_path / "production.json").write_text(json.dumps({"db": {"name": NAME, "roles": limited}}))
    given = {"GENONAUT_CONFIG_DIR": str(tmp_path), "GENONAUT_ENV": "production", "DB_HOST": host}
    for variable, value in given.items():
        monkeypatch.setenv(variable, value)
    yield monkeypatch
    with as_superuser(settings) as connection:
        connection.execute(f"DROP DATABASE {NAME}")
        connection.execute(f"DROP ROLE {', '.join(NAMES.values())}")


def create_database(host: str) -> None:
    """Run the file as the image of PostgreSQL does."""
    script = (ROOT / "deploy/create-database.sql").read_text(encoding="utf-8")
    passwords = {f"DB_{role.upper()}_PASSWORD": PASSWORD for role in ROLES}
    program, address = find_binaries(None) / "psql", f"host={host} user={ADMINISTRATOR}"
    subprocess.run(
        [program, "-v", "ON_ERROR_STOP=1", "-d", f"{address} dbname=postgres"],
        input=script.replace("genonaut", NAME),
        env=os.environ | passwords,
        check=True,
        text=True,
    )


def use(deployed: pytest.MonkeyPatch, role: str) -> None:
    deployed.setenv("DB_USER", NAMES[role])
    deployed.setenv("DB_PASSWORD", PASSWORD)


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_each_part_works_with_its_role(
    deployed: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use(deployed, "owner")
    assert run("db", "upgrade") == 0
    assert run("db", "roles", "--apply") == 0
    use(deployed, "app")
    deployed.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"{PASSWORD}\n".encode())))
    assert run("user", "add", "ada", "--admin", "--password-stdin") == 0
    with pytest.raises(DatabaseError, match="may not fold"):
        require_schema(load_settings())
    use(deployed, "counting")
    require_schema(load_settings())
    assert run("stats", "refresh") == 0
    use(deployed, "read")
    assert run("stats", "check") == 0
    assert "Added ada, admin." in capsys.readouterr().out

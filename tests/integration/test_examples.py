"""The programs in examples/, as a newcomer runs them: against a gallery that is served."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from genonaut.config import Settings
from genonaut.db.counts import build_counts
from genonaut.db.session import Database
from tests.support.api import OpenApi
from tests.support.docs import ROOT
from tests.support.people import add_account, add_token, with_accounts
from tests.support.rows import add_user
from tests.support.waiting import PATIENCE_SECONDS

EXAMPLES = sorted((ROOT / "examples").iterdir())
INTERPRETERS = {".py": sys.executable, ".sh": "sh"}
MOST_LINES = 40
PRINTED = """\
added: a tea house in the rain
found: 1
changed: Tea house
deleted: Tea house
"""


def run(example: Path, folder: Path, client: httpx.Client, token: str) -> tuple[int, str, str]:
    own = {"GALLERY_URL": str(client.base_url), "GALLERY_TOKEN": token}
    done = subprocess.run(
        [INTERPRETERS[example.suffix], str(example)],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"} | own,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
@pytest.mark.parametrize("has_accounts", [False, True])
def test_an_example_runs_and_leaves_nothing(
    open_api: OpenApi,
    settings: Settings,
    database: Database,
    tmp_path: Path,
    example: Path,
    *,
    has_accounts: bool,
) -> None:
    user = add_account(database) if has_accounts else add_user(database)
    build_counts(database, "test")
    client = open_api(with_accounts(settings) if has_accounts else settings, database)
    token = add_token(database, user, "write") if has_accounts else ""
    assert run(example, tmp_path, client, token) == (0, PRINTED, "")
    assert client.get("/api/v1/content/unified").json()["items"] == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_ends_where_the_api_refuses(
    open_api: OpenApi, settings: Settings, database: Database, tmp_path: Path, example: Path
) -> None:
    client = open_api(with_accounts(settings), database)
    code, printed, _ = run(example, tmp_path, client, "")
    assert code != 0
    assert "added" not in printed


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_is_short(example: Path) -> None:
    assert len(example.read_text(encoding="utf-8").splitlines()) <= MOST_LINES

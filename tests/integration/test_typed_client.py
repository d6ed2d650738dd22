"""A client generated from the gallery's own description: names, types, and that it works."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest
from mypy import api as mypy
from openapi_python_client import generate
from openapi_python_client.config import Config, ConfigFile, MetaType

from genonaut.config import Settings
from genonaut.db.counts import build_counts
from genonaut.db.session import Database
from tests.support.api import OpenApi
from tests.support.people import add_account, add_token, with_accounts

PACKAGE = "genonaut_client"
# Which the generator does not know; docs/api.md says so.
BYTES = ("application/zip", "text/event-stream", "image/png", "image/jpeg", "image/webp",
         "image/avif", "image/gif", "image/svg+xml")  # fmt: skip
PROGRAM = "tests.integration.typed_client"
pytest.register_assert_rewrite(PROGRAM)


@pytest.fixture
def client(open_api: OpenApi, settings: Settings, database: Database) -> httpx.Client:
    return open_api(with_accounts(settings), database)


@pytest.fixture
def generated(client: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package that the generator makes of `/openapi.json`, without one warning."""
    document = tmp_path / "openapi.json"
    document.write_bytes(client.get("/openapi.json").content)
    package = tmp_path / PACKAGE
    settings = ConfigFile(
        post_hooks=[], content_type_overrides=dict.fromkeys(BYTES, "application/octet-stream")
    )
    config = Config.from_sources(settings, MetaType.NONE, document, "utf-8", False, package)
    assert generate(config=config) == []
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("MYPYPATH", str(tmp_path))
    return package


def names(package: Path, part: str) -> set[str]:
    return {file.stem for file in (package / part).rglob("*.py")} - {"__init__"}


@pytest.mark.long
def test_a_generated_client_has_good_names_and_types_and_works(
    generated: Path, client: httpx.Client, database: Database
) -> None:
    document: dict[str, Any] = client.get("/openapi.json").json()
    operations = [one for path in document["paths"].values() for one in path.values()]
    assert names(generated, "api") == {one["operationId"] for one in operations}
    by_place = [name for name in names(generated, "models") if re.search(r"_type_\d|_item$", name)]
    assert by_place == [], "a model is called by where it stands: see api/schemas/named.py"
    cache = f"--cache-dir={generated.parent / 'types'}"
    checked = mypy.run(["--strict", "--config-file=", cache, "-p", PACKAGE, "-m", PROGRAM])
    assert checked[2] == 0, checked
    build_counts(database, "test")
    users = [add_account(database, name) for name in ("ada", "bob")]
    tokens = [add_token(database, user, "write") for user in users]
    import_module(PROGRAM).use_the_gallery(str(client.base_url), *tokens)

"""Commands that lose data ask first, and where there is no terminal they are refused."""

from pathlib import Path

import pytest

from genonaut.cli import main
from genonaut.db.session import Database
from tests.support.commands import commands
from tests.support.rows import run, scalar


def test_a_downgrade_asks_if_there_are_items(
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(
        database,
        "INSERT INTO users (username) VALUES ('ada');"
        "INSERT INTO content_items (title, content_data, prompt, creator_id)"
        " SELECT '', '', 'sea', id FROM users",
    )
    commands(database, tmp_path, monkeypatch, capsys)
    with pytest.raises(SystemExit) as ended:
        main(["db", "downgrade", "base"])
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert said.startswith("genonaut: What base has no place for is lost, and ")
    assert said.endswith(" has items. Go on? There is no terminal to ask: to go on, add --yes.\n")
    assert scalar(database, "SELECT count(*) FROM content_items") == 1

"""`genonaut watch`: what its options and the settings say of the pictures."""

import signal
from pathlib import Path

import pytest

from genonaut.cli import main, watch
from genonaut.config import load_settings
from genonaut.ingest.watched import Watched


@pytest.mark.parametrize(("options", "visibility"), [([], None), (["--private"], "private")])
def test_who_sees_the_pictures_of_the_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], visibility: str | None
) -> None:
    given = list[Watched]()
    monkeypatch.setattr(watch, "_watch", lambda _settings, watched, _stopped: given.extend(watched))
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    with pytest.raises(SystemExit):
        main(["watch", str(tmp_path), "--env", "test", *options])
    assert [(each.folder, each.defaults.visibility) for each in given] == [(tmp_path, visibility)]


@pytest.mark.parametrize(("private", "visibility"), [(False, None), (True, "private")])
def test_who_sees_those_of_the_settings(
    tmp_path: Path, *, private: bool, visibility: str | None
) -> None:
    settings = load_settings("test")
    chosen = {"library": {"watch": [{"folder": str(tmp_path), "private": private}]}}
    merged = settings.model_dump(by_alias=True)
    merged["library"] |= chosen["library"]
    [watched] = watch.folders_to_watch(type(settings).model_validate(merged))
    assert watched.defaults.visibility == visibility

"""Every setting by a variable and by a file; what is said when they are wrong; no secret shown."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from genonaut.cli.options import set_variables
from genonaut.config import Settings, known_keys, load_settings
from genonaut.config_layers import SECRETS
from genonaut.config_variables import IN_JSON, VARIABLES
from genonaut.errors import ConfigError
from genonaut.hints import IMPORT, typed
from genonaut.running.listening import PORTS_TO_TRY, ports_to_try

SECRET = "Geheim"
PROVIDER = {"name": "home", "issuer": "https://id.example.org", "client-id": "gallery"}
BEAT = {"extra": {"enabled": True, "task": "a.task", "schedule": {"minute": 5}}}
# By key: what its variable holds, and what the settings then have; none of these is a default.
CASES: dict[str, tuple[str, Any]] = {
    "home": ("/a/home", "/a/home"),
    "api.host": ("::1", "::1"),
    "api.port": ("1234", 1234),
    "api.processes": ("3", 3),
    "api.pool-size": ("3", 3),
    "api.statement-timeout-seconds": ("2.5", 2.5),
    "api.patience-seconds": ("0.5", 0.5),
    "api.cors-origins": ("https://a.example, https://b.example", ["https://a.example", "https://b.example"]),
    "api.allowed-hosts": ("a.example,b.example", ["a.example", "b.example"]),
    "api.read-only": ("true", True),
    "api.live-streams": ("20", 20),
    "api.live-streams-of-one": ("2", 2),
    "auth.mode": ("open", "open"),
    "auth.anonymous": ("nothing", "nothing"),
    "auth.open-to-the-network": ("1", True),
    "auth.session-days": ("7", 7),
    "auth.oidc": (json.dumps([PROVIDER]), [PROVIDER]),
    "auth.header.user": ("X-User", "X-User"),
    "auth.header.groups": ("X-Groups", "X-Groups"),
    "auth.header.proxies": ("10.0.0.0/8, unix", ["10.0.0.0/8", "unix"]),
    "auth.header.admin-group": ("admins", "admins"),
    "db.url": ("postgresql://ada@127.0.0.1/gallery", "postgresql://ada@127.0.0.1/gallery"),
    "db.owner-url": ("postgresql://olga@127.0.0.1/g", "postgresql://olga@127.0.0.1/g"),
    "db.counting-url": ("postgresql://carl@127.0.0.1/g", "postgresql://carl@127.0.0.1/g"),
    "db.replica-urls": ("postgresql://ada@r1/g,postgresql://ada@r2/g", "postgresql://ada@r1/g,postgresql://ada@r2/g"),
    "db.replica-max-lag-seconds": ("9", 9),
    "db.replicas": ("2", 2),
    "db.host": ("127.0.0.1", "127.0.0.1"),
    "db.port": ("1234", 1234),
    "db.name": ("another", "another"),
    "db.user": ("ada", "ada"),
    "db.password": (" with spaces ", " with spaces "),
    "db.connect-timeout-seconds": ("9", 9),
    "db.pooler": ("transaction", "transaction"),
    "db.roles.app": ("a", "a"),
    "db.roles.counting": ("b", "b"),
    "db.roles.read": ("c", "c"),
    "stats.live-count-timeout-seconds": ("9", 9),
    "stats.fold-after-rows": ("9", 9),
    "stats.stale-after-seconds": ('{"gen_source": 9}', {"gen_source": 9, "default": 259200}),
    "gallery.count-timeout-seconds": ("9", 9),
    "gallery.viewing-as": ("true", True),
    "gallery.images-folder": ("/pictures", "/pictures"),
    "library.folder": ("/library", "/library"),
    "library.most-pixels": ("9", 9),
    "library.thumbnail-processes": ("3", 3),
    "library.upload-files": ("9", 9),
    "library.upload-file-mebibytes": ("9", 9),
    "library.upload-mebibytes": ("9", 9),
    "library.watch": ('[{"folder": "/a", "poll": true}]', [{"folder": "/a", "poll": True}]),
    "redis.url": ("redis://:word@127.0.0.1:1/2", "redis://:word@127.0.0.1:1/2"),
    "celery.broker-url": ("amqp://ada:word@127.0.0.1", "amqp://ada:word@127.0.0.1"),
    "celery.result-backend": ("redis://127.0.0.1/5", "redis://127.0.0.1/5"),
    "celery.scheduler": ("redbeat", "redbeat"),
    "celery.beat-lock-seconds": ("9", 9),
    "celery.worker-threads": ("9", 9),
    "celery.task-seconds": ("99", 99),
    "celery.result-seconds": ("9", 9),
    "celery.beat-schedule": (json.dumps(BEAT), BEAT),
    "flower.host": ("::1", "::1"),
    "flower.port": ("1234", 1234),
    "flower.basic-auth": ("ada:word", "ada:word"),
    "log.level": ("error", "error"),
    "log.format": ("json", "json"),
    "log.requests": ("all", "all"),
    "log.slow-request-seconds": ("0.25", 0.25),
    "seed-when-empty": ("true", True),
    "lite": ("true", True),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def value_of(settings: Settings, key: str) -> Any:
    value: Any = settings
    for part in key.split("."):
        value = getattr(value, part.replace("-", "_"))
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    dumped = settings.model_dump(mode="json", by_alias=True, exclude_unset=True)
    for part in key.split("."):
        dumped = dumped[part]
    return dumped


def prepare(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """What a key needs beside it."""
    if key in {"db.owner-url", "db.counting-url", "db.replica-urls", "db.pooler"}:
        monkeypatch.setenv("DB_HOST", "127.0.0.1")
    if key == "gallery.viewing-as":
        monkeypatch.setenv("AUTH_MODE", "open")


def test_every_setting_has_a_variable() -> None:
    settings = {key for key in known_keys(Settings) if "[]" not in key} - {"environment"}
    assert set(VARIABLES.values()) == settings == set(CASES)
    assert len(VARIABLES) == len(settings)


@pytest.mark.parametrize("by_file", [False, True], ids=["itself", "file"])
@pytest.mark.parametrize(("name", "key"), VARIABLES.items(), ids=str)
def test_a_setting_is_what_its_variable_says(
    name: str, key: str, by_file: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(monkeypatch, key)
    text, expected = CASES[key]
    if by_file:
        monkeypatch.setenv(name, "")  # counts as not set
        (tmp_path / "value").write_text(f"{text}\n")
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "value"))
    else:
        monkeypatch.setenv(name, text)
    value = value_of(load_settings("test"), key)
    if isinstance(expected, dict):  # which changes the parts that it names
        value = {part: value[part] for part in expected}
    assert value == expected


def complaint() -> str:
    with pytest.raises(ConfigError) as raised:
        load_settings("test")
    assert SECRET not in str(raised.value) + repr(raised.value.__cause__)
    return str(raised.value)


@pytest.mark.parametrize(
    ("content", "value"),
    [(f"{SECRET}\r\n", SECRET), (f"{SECRET}\n\n", f"{SECRET}\n"), (" ä\n", " ä"), ("a\r", "a\r")],
)
def test_only_the_last_line_end_is_left_out(
    content: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "password").write_bytes(content.encode())
    monkeypatch.setenv("DB_PASSWORD_FILE", str(tmp_path / "password"))
    assert value_of(load_settings("test"), "db.password") == value


@pytest.mark.parametrize("name", [*VARIABLES, "OIDC_HOME_CLIENT_SECRET"])
def test_both_are_refused_without_showing_either(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name.startswith("OIDC_"):
        monkeypatch.setenv("AUTH_OIDC", json.dumps([PROVIDER]))
    (tmp_path / "value").write_text(SECRET)
    monkeypatch.setenv(name, SECRET)
    monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "value"))
    assert complaint() == f"{name} and {name}_FILE are both set: unset one of them."


def a_pipe(place: Path) -> None:
    os.mkfifo(place)  # reading it would never end


def below_a_file(place: Path) -> None:
    place.parent.rmdir()
    place.parent.touch()


SPOILED: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda place: place, "cannot be read (No such file or directory)"),
    "no file": (lambda place: place.mkdir(), "is not a file"),
    "a pipe": (a_pipe, "is not a file"),
    "below a file": (below_a_file, "cannot be read (Not a directory)"),
    "empty": (lambda place: place.touch(), "is empty"),
    "a line end": (lambda place: place.write_text("\n"), "is empty"),
    "too large": (lambda place: place.write_text(SECRET * 20_000), "is larger than 65,536 bytes"),
    "not UTF-8": (
        lambda place: place.write_bytes(SECRET.encode() + b"\xff"),
        "is not text in UTF-8",
    ),
    "a zero byte": (
        lambda place: place.write_bytes(SECRET.encode() + b"\0"),
        "has a zero byte in it",
    ),
}


@pytest.mark.parametrize("kind", SPOILED)
@pytest.mark.parametrize("name", ["DB_PASSWORD", "API_PORT", "OIDC_HOME_CLIENT_SECRET"])
def test_a_file_without_a_value_is_named_with_its_variable(
    name: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "folder" / "value"
    place.parent.mkdir()
    spoil, reason = SPOILED[kind]
    spoil(place)
    monkeypatch.setenv("AUTH_OIDC", json.dumps([PROVIDER]))
    monkeypatch.setenv(f"{name}_FILE", str(place))
    largest = "4,096" if name.startswith("OIDC_") else "65,536"
    assert complaint() == (
        f"{name}_FILE names {str(place)!r}, which {reason.replace('65,536', largest)}: write the "
        "value to it, and nothing else, and let Genonaut read it."
    )


def test_the_largest_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "value").write_text("x" * 65_535 + "\n")
    monkeypatch.setenv("DB_PASSWORD_FILE", str(tmp_path / "value"))
    assert len(value_of(load_settings("test"), "db.password")) == 65_535


@pytest.mark.parametrize("variable", SECRETS.values())
def test_a_wrong_secret_in_a_file_is_not_shown(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "value").write_text(f"{SECRET}\n")
    monkeypatch.setenv("DB_HOST", "127.0.0.1")
    monkeypatch.setenv(f"{variable}_FILE", str(tmp_path / "value"))
    if variable == "DB_PASSWORD":  # any is right
        assert SECRET not in repr(load_settings("test"))
    else:
        assert f"the value, from {variable}_FILE ({tmp_path / 'value'});" in complaint()


@pytest.mark.parametrize("key", sorted(IN_JSON))
@pytest.mark.parametrize("text", [f'{{"client-secret": "{SECRET}"', "[" * 50_000, "9" * 5000])
def test_what_is_not_json_is_refused_without_showing_it(
    key: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = next(name for name, its in VARIABLES.items() if its == key)
    monkeypatch.setenv(name, text)
    assert complaint() == f"{name} should be JSON, as docs/configuration.md shows it."


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("AUTH_OIDC", [PROVIDER | {"client-secret": SECRET}], "auth.oidc has a client-secret in "),
        ("AUTH_OIDC", PROVIDER | {"client-secret": SECRET}, "auth.oidc has a client-secret in "),
        (
            "AUTH_OIDC",
            [PROVIDER | {"issuer": "x"}],
            "auth.oidc[0].issuer is wrong: 'x', from AUTH_OIDC; ",
        ),
        (
            "AUTH_OIDC",
            [PROVIDER | {"key": SECRET}],
            "auth.oidc[0].key in AUTH_OIDC is not a setting",
        ),
        ("AUTH_OIDC", [{}], "The setting auth.oidc[0].name is missing: add it to AUTH_OIDC."),
        (
            "CELERY_BEAT_SCHEDULE",
            {"x": {"enabled": True}},
            "The setting celery.beat-schedule.x.task is missing: add it to CELERY_BEAT_SCHEDULE.",
        ),
        (
            "GENONAUT_STATS_STALE_AFTER_SECONDS",
            {"default": 0},
            "stats.stale-after-seconds.default is wrong: 0, from GENONAUT_STATS_STALE_AFTER_SEC",
        ),
        (
            "GENONAUT_LIBRARY_WATCH",
            None,
            "library.watch is wrong: None, from GENONAUT_LIBRARY_WATCH; ",
        ),
    ],
)
def test_what_is_wrong_within_json_is_named_with_its_variable(
    name: str, text: object, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, json.dumps(text))
    assert complaint().startswith(expected)


@pytest.mark.parametrize("name", ["API_PATIENCE_SECONDS", "API_STATEMENT_TIMEOUT_SECONDS"])
@pytest.mark.parametrize("text", ["inf", "nan", "1e999"])
def test_seconds_have_an_end(name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, text)
    assert f"is wrong: '{text}', from {name};" in complaint()


def test_an_address_in_a_file_names_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "url").write_text("postgresql://ada@127.0.0.1/gallery\n")
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "url"))
    settings = load_settings()
    assert (settings.environment, settings.db.name) == ("own", "gallery")


def test_what_asks_whether_a_variable_is_set_knows_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(ports_to_try(5000, "API_PORT")) == PORTS_TO_TRY
    assert "--home" not in typed(IMPORT)
    for name, value in {"API_PORT": "5000", "GENONAUT_HOME": "/a b"}.items():
        (tmp_path / name).write_text(value)
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))
    assert len(ports_to_try(5000, "API_PORT")) == 1
    assert "--home '/a b' import" in typed(IMPORT)


def test_an_option_wins_over_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_PORT", "")  # so that it is restored
    monkeypatch.setenv("API_PORT_FILE", str(tmp_path / "missing"))
    set_variables(API_PORT=4321, API_HOST=None)
    assert load_settings("test").api.port == 4321

"""The settings: where they come from, which one wins, and the message when one is wrong."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from genonaut.config import Settings, load_settings
from genonaut.config_servers import parse_url
from genonaut.errors import ConfigError

CHECKOUT = Path(__file__).parents[2]
SECRET = "Geheim"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of our configuration, that the settings are read from."""
    shutil.copytree(CHECKOUT / "config", tmp_path / "config")
    monkeypatch.setenv("GENONAUT_CONFIG_DIR", str(tmp_path / "config"))
    return tmp_path / "config"


def write(file: Path, values: object) -> Path:
    file.write_text(values if isinstance(values, str) else json.dumps(values))
    return file


def complaint(environment: str | None = "test") -> str:
    with pytest.raises(ConfigError) as raised:
        load_settings(environment)
    assert raised.value.exit_code == 2
    assert "\n" not in str(raised.value)
    return str(raised.value)


# What wins


def test_an_environments_file_overrides_the_base_key_by_key(folder: Path) -> None:
    base = json.loads((folder / "base.json").read_text())
    write(folder / "test.json", {"api": {"port": 9999}, "seed-when-empty": True})
    settings = load_settings("test")
    assert (settings.api.port, settings.seed_when_empty) == (9999, True)
    assert settings.api.pool_size == base["api"]["pool-size"]


def test_the_process_environment_overrides_both(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder / "test.json", {"api": {"port": 9999}, "db": {"name": "of_the_file"}})
    monkeypatch.setenv("API_PORT", "1234")
    monkeypatch.setenv("DB_NAME", "of_the_variable")
    settings = load_settings("test")
    assert (settings.api.port, settings.db.name) == (1234, "of_the_variable")


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("API_PORT", "DB_NAME", "DATABASE_URL", "GENONAUT_ENV", "GENONAUT_CONFIG_DIR"):
        monkeypatch.setenv(variable, "")
    assert load_settings("test").db.name == "genonaut_test"


@pytest.mark.parametrize("name", ["dev", "demo", "test"])
def test_each_environment_has_a_database_of_its_own(name: str) -> None:
    settings = load_settings(name)
    assert (settings.environment, settings.db.name) == (name, f"genonaut_{name}")
    assert settings.seed_when_empty == (name == "demo")
    assert settings.db.is_embedded


def test_the_environment_is_named_by_the_caller_or_a_variable_or_is_demo(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert load_settings().environment == "demo"
    monkeypatch.setenv("GENONAUT_ENV", "dev")
    assert load_settings().environment == "dev"
    assert load_settings("test").environment == "test"


@pytest.mark.parametrize("variable", ["DATABASE_URL", "DB_HOST"])
def test_a_named_database_is_never_the_demos(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    values = {"DATABASE_URL": "postgresql://ada@127.0.0.1/gallery", "DB_HOST": "127.0.0.1"}
    monkeypatch.setenv(variable, values[variable])
    chosen, forced = load_settings(), load_settings("demo")
    assert (chosen.environment, forced.environment) == ("own", "demo")
    for settings in (chosen, forced):
        assert not settings.db.is_embedded
        assert not settings.seed_when_empty
        assert not settings.gallery.viewing_as
    assert chosen.db.name == {"DATABASE_URL": "gallery", "DB_HOST": "genonaut"}[variable]


def test_a_database_that_a_file_names_is_never_the_demos(folder: Path) -> None:
    base = json.loads((folder / "base.json").read_text())
    write(folder / "base.json", base | {"db": base["db"] | {"host": "127.0.0.1"}})
    assert load_settings().environment == "own"
    assert not load_settings("demo").gallery.viewing_as


def test_an_environment_is_made_by_writing_its_file(folder: Path) -> None:
    write(folder / "production.json", {"log": {"format": "json"}})
    assert load_settings("production").log.format == "json"


def test_data_is_kept_in_the_checkout_or_where_a_variable_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert load_settings("test").home == CHECKOUT / ".genonaut"
    monkeypatch.setenv("GENONAUT_HOME", str(tmp_path))
    assert load_settings("test").home == tmp_path


# What is said when they are wrong


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (
            {"api": {"prot": 1}},
            "api.prot in {file} is not a setting: did you mean api.port?",
        ),
        (
            {"api.port": 1},
            "api.port in {file} is not a setting: did you mean api.port?",
        ),
        (
            {"prot": None},
            "prot in {file} is not a setting: see docs/configuration.md.",
        ),
        (
            {"api": {"pool_size": 3}},
            "api.pool_size in {file} is not a setting: did you mean api.pool-size?",
        ),
        (
            {"api": {"port": "many"}},
            "api.port is wrong: 'many', from {file}; it should be a whole number.",
        ),
        (
            {"api": {"port": 70_000}},
            "api.port is wrong: 70000, from {file}; it should be 65,535 or less.",
        ),
        (
            {"api": {"host": None}},
            "api.host is wrong: None, from {file}; it should be text.",
        ),
        (
            {"api": {"cors-origins": ["http://localhost", 5]}},
            "api.cors-origins[1] is wrong: 5, from {file}; it should be text.",
        ),
        (
            {"api": 8001},
            "api is wrong: 8001, from {file}; it should be an object.",
        ),
        (
            {"log": {"level": "loud"}},
            "log.level is wrong: 'loud', from {file}; "
            "it should be 'debug', 'info', 'warning' or 'error'.",
        ),
        (
            {"stats": {"fold-after-rows": 0}},
            "stats.fold-after-rows is wrong: 0, from {file}; it should be 1 or more.",
        ),
        (
            {"celery": {"beat-schedule": {"x": {"enabled": "perhaps"}}}},
            "celery.beat-schedule.x.enabled is wrong: 'perhaps', from {file}; "
            "it should be true or false.",
        ),
        (
            {"library": {"watch": [{"folder": "/a"}, {"folder": "out"}]}},
            "library.watch[1].folder is wrong: 'out', from {file}; it should be an absolute path.",
        ),
        (
            {"library": {"watch": [{"folder": "/a", "source": "manual"}]}},
            "library.watch[0].source is wrong: 'manual', from {file}; "
            "it should be 'regular' or 'auto'.",
        ),
        (
            {"library": {"watch": [{"folder": "/a", "in_place": True}]}},
            "library.watch[0].in_place in {file} is not a setting: "
            "did you mean library.watch[].in-place?",
        ),
        (
            {"library": {"watch": [{"folder": "/a", "poll": "often"}]}},
            "library.watch[0].poll is wrong: 'often', from {file}; it should be true or false.",
        ),
        (
            {"library": {"watch": [{"folder": "/a", "in-place": True, "root": "A B"}]}},
            "library.watch[0].root is wrong: 'A B', from {file}; "
            "it should match the pattern '^[a-z0-9][a-z0-9_-]{{0,63}}$'.",
        ),
        (
            {"library": {"watch": [{"folder": "/a", "root": "a"}]}},
            "library.watch[0] is wrong: {{'folder': '/a', 'root': 'a'}}, from {file}; "
            '"root" names a folder that stays in place: add "in-place": true.',
        ),
        (
            {"library": {"watch": [{"creator": "ada"}]}},
            "The setting library.watch[0].folder is missing: add it to {file}.",
        ),
        (
            {"db": {"pooler": "transaction"}},
            "db.pooler is wrong: 'transaction', from {file}; set DATABASE_URL or DB_HOST too, to "
            "the address of the pooler.",
        ),
        (
            {"db": {"pooler": "statement"}},
            "db.pooler is wrong: 'statement', from {file}; it should be 'transaction'.",
        ),
        (
            {"library": {"watch": "/a"}},
            "library.watch is wrong: '/a', from {file}; it should be an array.",
        ),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else "",
)
def test_a_wrong_value_in_a_file(folder: Path, values: dict[str, Any], expected: str) -> None:
    file = write(folder / "test.json", values)
    assert complaint() == expected.format(file=file)


def test_the_file_that_wins_is_the_one_that_is_named(folder: Path) -> None:
    base = json.loads((folder / "base.json").read_text())
    file = write(folder / "base.json", base | {"seed-when-empty": "often"})
    assert f"'often', from {file};" in complaint()
    file = write(folder / "test.json", {"seed-when-empty": "never"})
    assert f"'never', from {file};" in complaint()


def test_a_setting_that_is_missing(folder: Path) -> None:
    base = json.loads((folder / "base.json").read_text())
    del base["api"]["host"]
    write(folder / "base.json", base)
    assert complaint() == "The setting api.host is missing: add it to config/base.json."


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        (
            "API_PORT",
            "http",
            "api.port is wrong: 'http', from API_PORT; it should be a whole number.",
        ),
        (
            "API_PORT",
            "0",
            "api.port is wrong: '0', from API_PORT; it should be 1 or more.",
        ),
        (
            "DB_PORT",
            "5432.5",
            "db.port is wrong: '5432.5', from DB_PORT; it should be a whole number.",
        ),
        (
            "LOG_LEVEL",
            "LOUD",
            "log.level is wrong: 'LOUD', from LOG_LEVEL; "
            "it should be 'debug', 'info', 'warning' or 'error'.",
        ),
        (
            "DB_NAME",
            "x" * 64,
            f"db.name is wrong: '{'x' * 64}', from DB_NAME; it should have at most 63 characters.",
        ),
        (
            "DATABASE_URL",
            f"postgresql://localhost/{'x' * 64}",
            f"db.name is wrong: '{'x' * 64}', from DATABASE_URL; "
            "it should have at most 63 characters.",
        ),
    ],
)
def test_a_wrong_value_in_a_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert complaint() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '{\n  "api": {\n    "port": 1,\n',
            "is not JSON: Expecting property name enclosed in double quotes at line 4, column 1.",
        ),
        ("", "is not JSON: Expecting value at line 1, column 1."),
        ('["api"]', "should contain one JSON object."),
        ('{"a":' * 100_000, "is nested too deeply to be settings."),
    ],
)
def test_a_file_that_is_half_written(folder: Path, text: str, expected: str) -> None:
    file = write(folder / "test.json", text)
    assert complaint() == f"{file} {expected}"


def test_a_number_that_python_refuses(folder: Path) -> None:
    file = write(folder / "test.json", '{"api": {"port": ' + "9" * 5_000 + "}}")
    assert complaint().startswith(f"{file} cannot be read: Exceeds the limit")


def test_a_file_that_is_not_text(folder: Path) -> None:
    (folder / "test.json").write_bytes(b'{"log": "\xff"}')
    assert complaint().startswith(f"{folder / 'test.json'} cannot be read: 'utf-8' codec")


def test_a_folder_in_the_place_of_a_file(folder: Path) -> None:
    (folder / "test.json").unlink()
    (folder / "test.json").mkdir()
    assert complaint().startswith(f"{folder / 'test.json'} cannot be read: [Errno 21]")


def test_a_base_that_is_missing(folder: Path) -> None:
    (folder / "base.json").unlink()
    assert complaint() == (
        f"{folder / 'base.json'} is missing: restore it, or correct GENONAUT_CONFIG_DIR."
    )


@pytest.mark.parametrize("name", ["production", "base", "../test", "test.json"])
def test_an_environment_that_is_not_there(folder: Path, name: str) -> None:
    assert complaint(name) == (
        f"There is no environment {name!r}: use one of demo, dev, own, test, "
        f"or write {folder / name}.json."
    )


# Secrets


@pytest.mark.parametrize(
    ("key", "variable"),
    [
        ("db.url", "DATABASE_URL"),
        ("db.password", "DB_PASSWORD"),
        ("redis.url", "REDIS_URL"),
        ("celery.broker-url", "CELERY_BROKER_URL"),
        ("celery.result-backend", "CELERY_RESULT_BACKEND"),
        ("flower.basic-auth", "FLOWER_BASIC_AUTH"),
    ],
)
@pytest.mark.parametrize("file", ["base.json", "test.json"])
def test_a_secret_in_a_file_is_refused(folder: Path, file: str, key: str, variable: str) -> None:
    values = json.loads((folder / file).read_text())
    section, name = key.split(".")
    values.setdefault(section, {})[name] = SECRET
    write(folder / file, values)
    assert complaint() == (
        f"{key} in {folder / file} is a secret: remove it, and set {variable} in the environment."
    )


SEVERAL = (
    "of several servers, write the hosts and the ports into two parameters, as in "
    "postgresql://user:password@/name?host=a,b&port=5432,5432&target_session_attrs=read-write"
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"mysql://me:{SECRET}@here/db", "it should begin with postgresql://"),
        (f"me:{SECRET}@here/db", "it should look like postgresql://user:password@host:5432/name"),
        (
            f"postgresql://me:{SECRET}@here:{SECRET}/db",
            "it should look like postgresql://user:password@host:5432/name",
        ),
        (
            f"postgresql://me:{SECRET}@{SECRET}@here/db",
            "write an @ in the user name or password as %40",
        ),
        (f"postgresql://me:{SECRET}@/db?host=a:1&host=b:2", SEVERAL),
        (f"postgresql://me:{SECRET}@/db?host=a:1,b:2", SEVERAL),
        (f"postgresql://me:{SECRET}@/db?host=a:1", SEVERAL),
        (f"postgresql://me:{SECRET}@a:1,b:2/db", SEVERAL),
        (f"postgresql://me:{SECRET}@a,b/db?target_session_attrs=read-write", SEVERAL),
        (
            f"postgresql://me:{SECRET}@/db?host=a,b,c&port=1,2",
            f"it names 3 hosts and 2 ports: {SEVERAL}",
        ),
        (
            f"postgresql://me:{SECRET}@/db?host=a,b&port=1,2",
            "it names several servers, of which one takes changes: add "
            "target_session_attrs=read-write, which finds that one",
        ),
    ],
)
def test_a_wrong_address_is_refused_without_its_password(
    monkeypatch: pytest.MonkeyPatch, url: str, expected: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ConfigError) as raised:
        load_settings("test")
    assert str(raised.value) == f"db.url is wrong: the value, from DATABASE_URL; {expected}."
    assert SECRET not in repr(raised.value.__cause__)
    assert SECRET not in str(raised.value.__cause__)


REPLICAS = (
    "postgresql://me:Geh,eim@a:1/db, postgres://me:Geh,eim@[::1]:2,postgresql://me@/db?host=/c"
)


def test_replicas_are_named_with_commas_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "DATABASE_URL", "postgresql://me@/g?host=a,b&port=1,2&target_session_attrs=primary"
    )
    monkeypatch.setenv("DATABASE_REPLICA_URLS", REPLICAS)
    found = load_settings("test").db.replica_addresses()
    assert [(url.host or url.query["host"], url.port, url.database) for url in found] == [
        ("a", 1, "g"),
        ("::1", 2, "g"),
        ("/c", None, "g"),
    ]
    assert found[1].password == "Geh,eim"
    assert "Geh,eim" not in repr(load_settings("test"))


@pytest.mark.parametrize(
    ("urls", "expected"),
    [
        (f"me:{SECRET}@here/db", "it should look like postgresql://user:password@host:5432/name"),
        (f"postgresql://me:{SECRET}@a/db,b", "each replica is"),
        (f"postgresql://me:{SECRET}@/db?host=a,b&target_session_attrs=primary", "each replica is"),
        (",".join([f"postgresql://me:{SECRET}@a/db"] * 17), "it should name at most 16 replicas"),
    ],
)
def test_wrong_replicas_are_refused(
    monkeypatch: pytest.MonkeyPatch, urls: str, expected: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me@here/db")
    monkeypatch.setenv("DATABASE_REPLICA_URLS", urls)
    with pytest.raises(ConfigError) as raised:
        load_settings("test")
    origin = "db.replica-urls is wrong: the value, from DATABASE_REPLICA_URLS; "
    assert str(raised.value).startswith(f"{origin}{expected}")
    assert SECRET not in str(raised.value)


def test_one_host_is_one_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_HOST", "db1,db2")
    with pytest.raises(ConfigError) as raised:
        load_settings("test")
    assert str(raised.value) == (
        "db.host is wrong: 'db1,db2', from DB_HOST; it should name one server; "
        f"{SEVERAL}, in DATABASE_URL."
    )


def test_replicas_need_a_primary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_REPLICA_URLS", "postgresql://me@here/db")
    with pytest.raises(ConfigError, match="set DATABASE_URL or DB_HOST too"):
        load_settings("test")


def test_standbys_of_a_named_server_are_its_operators(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me@here/db")
    monkeypatch.setenv("DB_REPLICAS", "2")
    with pytest.raises(ConfigError, match="name them in DATABASE_REPLICA_URLS"):
        load_settings("test")


LOOKS = "it should look like redis://:password@host:6379/0"
PLACE = "its host or its port is not valid"
NUMBER = "its database should be a number, as in redis://host:6379/0"
ADDRESSES = [
    (SECRET, LOOKS),
    (f"redis:/{SECRET}@here", LOOKS),
    (f"://{SECRET}@here", LOOKS),
    (f"redis://:{SECRET}@here:port/0", PLACE),
    (f"redis://:{SECRET}@here:70000/0", PLACE),
    (f"redis://:{SECRET}@[::1/0", PLACE),
    (f"redis://:{SECRET}@{'a' * 64}/0", PLACE),
    (f"redis://:{SECRET}@here/database", NUMBER),
    (f"redis+socket:///here.sock?virtual_host=a&password={SECRET}", NUMBER),
    (f"redis+socket://?password={SECRET}", "it should look like redis+socket:///folder/name.sock"),
    (
        f"rediss://:{SECRET}@here/0",
        "add ?ssl_cert_reqs=CERT_REQUIRED, which has the certificate checked",
    ),
    (f"redis://here/0;redis://:{SECRET}@here:port/0", PLACE),
]
REDIS_ONLY = "it should begin with redis://, rediss:// or redis+socket://"
LOGIN = (
    "it should look like name:password, or like name:password,other:password; so no name and no "
    "password has a comma"
)


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        *(("REDIS_URL", *case) for case in ADDRESSES),
        ("REDIS_URL", f"http://:{SECRET}@here/0", REDIS_ONLY),
        ("REDIS_URL", f"redis://here/0;amqp://:{SECRET}@here", REDIS_ONLY),
        *(("CELERY_BROKER_URL", *case) for case in ADDRESSES),
        *(("CELERY_RESULT_BACKEND", *case) for case in ADDRESSES),
        ("FLOWER_BASIC_AUTH", SECRET, LOGIN),
        ("FLOWER_BASIC_AUTH", f":{SECRET}", LOGIN),
        ("FLOWER_BASIC_AUTH", f"{SECRET}:", LOGIN),
        ("FLOWER_BASIC_AUTH", f"ada:{SECRET},{SECRET}", LOGIN),
    ],
)
def test_a_secret_that_makes_no_sense_is_refused_without_showing_it(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigError) as raised:
        load_settings("test")
    assert str(raised.value).endswith(f" is wrong: the value, from {variable}; {expected}.")
    assert SECRET not in str(raised.value) + repr(raised.value.__cause__)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("REDIS_URL", "redis://"),
        ("REDIS_URL", "redis://:p@ss:word@[::1]:6379/15"),
        ("REDIS_URL", "redis://one:1/0;redis://two:2/0"),
        ("REDIS_URL", "rediss://ada:word@here?ssl_cert_reqs=CERT_REQUIRED"),
        ("REDIS_URL", "redis+socket:///run/valkey.sock?virtual_host=3&password=word"),
        ("CELERY_BROKER_URL", "amqp://ada:word@here:5672/a/host"),
        ("CELERY_RESULT_BACKEND", "db+postgresql://ada:word@here/results"),
        ("FLOWER_BASIC_AUTH", "ada:pass:word"),
        ("FLOWER_BASIC_AUTH", "ada:word,bob:word"),
    ],
)
def test_a_secret_that_makes_sense_is_taken(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    settings = load_settings("test")
    taken = [settings.redis.url, settings.celery.broker_url, settings.celery.result_backend]
    found = [each.get_secret_value() for each in (*taken, settings.flower.basic_auth) if each]
    assert found == [value]


def test_an_address_in_the_place_of_its_section_is_not_shown(folder: Path) -> None:
    write(folder / "test.json", {"db": f"postgresql://me:{SECRET}@here/db"})
    assert complaint().startswith("db is wrong: the value, from ")


def test_no_secret_is_shown_by_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://me:{SECRET}@here/db")
    monkeypatch.setenv("DB_PASSWORD", SECRET)
    settings = load_settings("test")
    shown = [
        repr(settings),
        str(settings),
        settings.model_dump_json(),
        repr(settings.db.server_url()),
        str(settings.db.server_url()),
    ]
    assert not [text for text in shown if SECRET in text]


# The database's address


def address(settings: Settings) -> str:
    return settings.db.server_url().render_as_string(hide_password=False)


@pytest.mark.parametrize(
    "scheme", ["postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2"]
)
def test_an_address_may_be_spelled_in_every_usual_way(scheme: str) -> None:
    url = parse_url(f"{scheme}://me:word@here:5433/db?sslmode=require")
    assert url.render_as_string(hide_password=False) == (
        "postgresql+psycopg://me:word@here:5433/db?sslmode=require"
    )


def test_an_address_names_the_database_unless_db_name_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me@here/of_the_address")
    assert address(load_settings("test")) == "postgresql+psycopg://me@here/of_the_address"
    monkeypatch.setenv("DB_NAME", "of_the_variable")
    assert address(load_settings("test")) == "postgresql+psycopg://me@here/of_the_variable"


def test_an_address_without_a_database_leaves_it_to_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me@here")
    assert address(load_settings("test")) == "postgresql+psycopg://me@here/genonaut_test"


def test_the_parts_of_an_address_can_be_given_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_HOST", "here")
    settings = load_settings("test")
    assert not settings.db.is_embedded
    assert address(settings) == "postgresql+psycopg://genonaut@here:5432/genonaut_test"
    for name, value in {"PORT": "5433", "USER": "me", "PASSWORD": "a/b@c", "NAME": "db"}.items():
        monkeypatch.setenv(f"DB_{name}", value)
    assert address(load_settings("test")) == "postgresql+psycopg://me:a%2Fb%40c@here:5433/db"


def test_an_address_wins_over_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me@here/db")
    monkeypatch.setenv("DB_HOST", "elsewhere")
    assert settings_host(load_settings("test")) == "here"


def settings_host(settings: Settings) -> str | None:
    return settings.db.server_url().host


# Installed from a wheel


def test_a_wheel_brings_its_configuration_along(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=CHECKOUT, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    show = (
        "from genonaut.config import config_folder, load_settings\n"
        "print(config_folder(), load_settings('demo').home, load_settings('test').db.name)"
    )
    path = os.pathsep.join([str(site), *filter(None, sys.path)])
    shown = subprocess.run(
        [sys.executable, "-c", show],
        env=os.environ | {"PYTHONPATH": path, "XDG_DATA_HOME": "/data"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.split() == [
        str(site / "genonaut" / "_config"),
        "/data/genonaut",
        "genonaut_test",
    ]
    assert {path.name for path in (site / "genonaut" / "_config").iterdir()} == {
        path.name for path in (CHECKOUT / "config").iterdir()
    }
    for folder in ("templates", "static"):
        brought = {path.name for path in (site / "genonaut" / "web" / folder).iterdir()}
        assert brought == {path.name for path in (CHECKOUT / "genonaut" / "web" / folder).iterdir()}

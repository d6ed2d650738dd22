"""The files in deploy/, checked as far as that goes without deploying.

Each check of the compose file takes it as data and says what is wrong. Each is also given an error
on purpose.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml  # type: ignore[import-untyped]

from genonaut.cli import app
from genonaut.config import load_settings
from genonaut.config_layers import SECRETS, VARIABLES
from genonaut.running.exposure import is_loopback

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
PARTS = ("api", "worker", "beat", "flower", "watch")
WITHOUT_HEALTH = ("migrate", "watch")
OTHER_VARIABLES = {"GENONAUT_CONFIG_DIR", "GENONAUT_ENV"}
SECRET_VARIABLES = {"POSTGRES_PASSWORD", "DB_PASSWORD", "VALKEY_PASSWORD", "FLOWER_BASIC_AUTH"}


def command_exists(words: list[str]) -> bool:
    command: Any = typer.main.get_command(app)
    for place, word in enumerate(words):
        if not hasattr(command, "commands"):
            return takes(command, words[place:])
        command = command.get_command(typer.Context(command), word)
    return command is not None and not hasattr(command, "commands")


def takes(command: Any, words: list[str]) -> bool:
    parser = command.make_parser(typer.Context(command))
    try:
        _, left, _ = parser.parse_args(args=list(words))
    except Exception:  # noqa: BLE001 - Typer brings a Click of its own
        return False
    return not left


def compose_text() -> str:
    return (DEPLOY / "compose.yaml").read_text(encoding="utf-8")


def services(text: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(text)["services"]
    return found


# --- The compose file


def missing_services(text: str) -> Iterator[str]:
    yield from {*PARTS, "postgres", "valkey", "migrate"} - services(text).keys()


def unknown_keys(text: str) -> Iterator[str]:
    """Not the whole schema, but what this file needs of it; a slip of the pen is found."""
    known = {
        "image", "build", "restart", "read_only", "tmpfs", "cap_drop", "security_opt", "command",
        "environment", "depends_on", "healthcheck", "ports", "volumes", "shm_size",
        "stop_grace_period", "user", "profiles",
    }  # fmt: skip
    health = {"test", "interval", "timeout", "retries", "start_period"}
    for name, service in services(text).items():
        yield from (f"{name}: {key}" for key in service.keys() - known)
        yield from (f"{name}: {key}" for key in service.get("healthcheck", {}).keys() - health)
    yield from yaml.safe_load(text).keys() - {
        "name", "x-genonaut", "x-database", "x-broker", "services", "volumes",
    }  # fmt: skip


def commands_that_do_not_exist(text: str) -> Iterator[str]:
    for name, service in services(text).items():
        if service["image"] == "genonaut" and not command_exists(service["command"]):
            yield f"{name}: {service['command']}"


def broken_references(text: str) -> Iterator[str]:
    volumes = yaml.safe_load(text)["volumes"].keys()
    for name, service in services(text).items():
        for other, wanted in service.get("depends_on", {}).items():
            condition = wanted["condition"]
            if other not in services(text):
                yield f"{name} depends on {other}, which is not there"
            elif condition == "service_healthy" and "healthcheck" not in services(text)[other]:
                yield f"{name} waits for the health of {other}, which has no check"
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            if source not in volumes and not (
                source.startswith("./") and (DEPLOY / source).exists()
            ):
                yield f"{name}: the volume {volume} is not declared"


def parts_without_health(text: str) -> Iterator[str]:
    for name, service in services(text).items():
        if "healthcheck" not in service and name not in WITHOUT_HEALTH:
            yield name


def parts_that_do_not_come_back(text: str) -> Iterator[str]:
    for name, service in services(text).items():
        if service["restart"] != ("no" if name == "migrate" else "unless-stopped"):
            yield name


def unknown_variables(text: str) -> Iterator[str]:
    for name, service in services(text).items():
        if service["image"] == "genonaut":
            unknown = service["environment"].keys() - VARIABLES.keys() - OTHER_VARIABLES
            yield from (f"{name}: {variable}" for variable in unknown)


def secrets_with_a_default(text: str) -> Iterator[str]:
    for variable, how in re.findall(r"\$\{(\w+)([^}]*)\}", text):
        if variable not in SECRET_VARIABLES or not how.startswith(":?"):
            yield f"{variable}{how}"
    for name, service in services(text).items():
        for variable, value in service.get("environment", {}).items():
            is_secret = variable in {*SECRETS.values(), "POSTGRES_PASSWORD", "REDISCLI_AUTH"}
            if is_secret and "${" not in value:
                yield f"{name}: {variable} is written down"


def secrets_among_arguments(text: str) -> Iterator[str]:
    for name, service in services(text).items():
        words = [*service.get("command", ()), *service.get("healthcheck", {}).get("test", ())]
        # With two dollars it is the container's shell that replaces it, and not in an argument.
        yield from (f"{name}: {w}" for w in words if re.search(r"(?<!\$)\$\{?\w*(PASS|AUTH)", w))


def secrets_without_a_need(text: str) -> Iterator[str]:
    needed = {
        "POSTGRES_PASSWORD": {"postgres"},
        "DB_PASSWORD": {"postgres", "migrate", "api", "worker", "watch"},
        "REDIS_URL": {"api", "worker", "beat", "flower"},
        "FLOWER_BASIC_AUTH": {"flower"},
    }
    for name, service in services(text).items():
        for variable in service.get("environment", {}):
            if name not in needed.get(variable, {name}):
                yield f"{name} has {variable}"


def pictures_without_readers(text: str) -> Iterator[str]:
    """What is watched in place is served by the API, and all three share the library."""
    mounts = {name: service.get("volumes", []) for name, service in services(text).items()}
    for name in ("api", "worker"):
        yield from (f"{name}: {mount}" for mount in mounts["watch"] if mount not in mounts[name])


def parts_as_superuser(text: str) -> Iterator[str]:
    superuser = services(text)["postgres"]["environment"].get("POSTGRES_USER", "postgres")
    for name, service in services(text).items():
        if service.get("environment", {}).get("DB_USER") == superuser:
            yield name


def open_doors(text: str) -> Iterator[str]:
    for name, service in services(text).items():
        yield from (p for p in service.get("ports", ()) if not p.startswith("127.0.0.1:"))
        if service["image"] == "genonaut" and not service.get("read_only"):
            yield f"{name} can write to its image"


def parts_that_refuse_to_listen(text: str) -> Iterator[str]:
    doors = {"API_HOST": "AUTH_OPEN_TO_THE_NETWORK", "FLOWER_HOST": "FLOWER_BASIC_AUTH"}
    for name, service in services(text).items():
        for host, door in doors.items():
            given = service.get("environment", {})
            if not is_loopback(given.get(host, "localhost")) and not given.get(door):
                yield f"{name} sets {host} without {door}"


COMPOSE_CHECKS: dict[Callable[[str], Iterator[str]], tuple[str, str]] = {
    missing_services: ("\n  beat:\n    <<", "\n  beet:\n    <<"),
    unknown_keys: ("stop_grace_period:", "stop_grace:"),
    commands_that_do_not_exist: ("command: [db, upgrade]", "command: [db, migrate]"),
    broken_references: ("valkey: {condition", "redis: {condition"),
    parts_without_health: ("    healthcheck: # the", "    x-healthcheck: # the"),
    parts_that_do_not_come_back: ("  restart: unless-stopped\n  read", "  restart: no\n  read"),
    unknown_variables: ("  DB_USER: g", "  DB_USERNAME: g"),
    secrets_with_a_default: ("${DB_PASSWORD:?set a", "${DB_PASSWORD:-a"),
    secrets_among_arguments: ("requirepass $$RED", "requirepass $RED"),
    secrets_without_a_need: ("environment: *broker", "environment: *database"),
    pictures_without_readers: ('"pictures:/pictures:ro"]\n    stop', '"pictures:/p:ro"]\n    stop'),
    parts_as_superuser: ("DB_USER: genonaut", "DB_USER: postgres"),
    parts_that_refuse_to_listen: ("AUTH_OPEN_TO_THE_NETWORK:", "LOG_LEVEL:"),
    open_doors: ('["127.0.0.1:5555', '["5555'),
}


@pytest.mark.parametrize("check", COMPOSE_CHECKS, ids=lambda check: check.__name__)
def test_the_compose_file(check: Callable[[str], Iterator[str]]) -> None:
    assert list(check(compose_text())) == []


@pytest.mark.parametrize("check", COMPOSE_CHECKS, ids=lambda check: check.__name__)
def test_an_error_in_the_compose_file_is_found(check: Callable[[str], Iterator[str]]) -> None:
    right, wrong = COMPOSE_CHECKS[check]
    assert right in compose_text(), "plant another error: this text is no longer there"
    assert list(check(compose_text().replace(right, wrong))) != []


def run(*command: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | variables
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def has_compose() -> bool:
    return bool(shutil.which("docker")) and run("docker", "compose", "version").returncode == 0


def test_docker_itself_understands_the_compose_file() -> None:
    if not has_compose():
        pytest.skip("the docker command with its compose plugin is not on this machine")
    arguments: list[str | Path] = [
        "docker",
        "compose",
        "-f",
        DEPLOY / "compose.yaml",
        "config",
        "-q",
    ]
    secrets = dict.fromkeys(SECRET_VARIABLES, "x")
    assert run(*arguments, **secrets).returncode == 0
    assert run(*arguments, **secrets | {"DB_PASSWORD": ""}).returncode != 0


# --- systemd


def verify(folder: Path) -> str:
    """What systemd has to say about the units in a folder; it is content with an empty text."""
    done = run("systemd-analyze", "verify", "--man=no", *sorted(folder.iterdir()))
    return done.stdout + done.stderr


def copy_units(folder: Path, old: str = "", new: str = "") -> Path:
    """The units, with a program that exists everywhere instead of ours."""
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace("/opt/genonaut/bin/genonaut", "/bin/true")
        (folder / unit.name).write_text(text.replace(old, new) if old else text)
    return folder


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not on this machine (apt-get install systemd)")
    assert verify(copy_units(tmp_path)) == ""
    assert "ProtectHame" in verify(copy_units(tmp_path, "ProtectHome", "ProtectHame"))


def lines(unit: Path, section: str) -> list[str]:
    text = unit.read_text(encoding="utf-8").split(f"[{section}]\n")[1].split("\n[")[0]
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_there_is_a_unit_for_every_part_and_for_the_watchdog() -> None:
    names = {f"genonaut-{part}.service" for part in PARTS}
    watchdog = {"genonaut-check.service", "genonaut-check.timer"}
    assert {unit.name for unit in UNITS} == names | watchdog


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_a_unit_runs_our_command_as_its_own_user(unit: Path) -> None:
    service = dict(line.split("=", 1) for line in lines(unit, "Service"))
    program, *words = service["ExecStart"].split()
    assert program == "/opt/genonaut/bin/genonaut"
    assert command_exists(words)
    assert service["User"] == service["Group"] == "genonaut"
    assert service["EnvironmentFile"] == "/etc/genonaut/genonaut.env"
    assert service.get("Restart") == (None if service["Type"] == "oneshot" else "always")


@pytest.mark.parametrize("part", ["api", "flower"])
def test_what_serves_clients_may_have_many_descriptors(part: str) -> None:
    unit = DEPLOY / "systemd" / f"genonaut-{part}.service"
    service = dict(line.split("=", 1) for line in lines(unit, "Service"))
    assert int(service["LimitNOFILE"]) >= 65536


def test_all_units_have_the_same_sandbox() -> None:
    words = (
        "NoNew",
        "Capab",
        "Protect",
        "Private",
        "Restrict",
        "Remove",
        "Lock",
        "System",
        "UMask",
    )
    sandboxes = [
        [s for s in lines(unit, "Service") if s.startswith(words) and not s.startswith("Restart")]
        for unit in SERVICES
    ]
    assert len(sandboxes[0]) > 15
    assert all(sandbox == sandboxes[0] for sandbox in sandboxes)


# --- Image and settings


def test_the_image_gets_every_file_that_it_copies() -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    sent = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE)
    for path in " ".join(copied).split():
        assert (ROOT / path).exists(), path
        assert f"!{path}" in sent or f"!{path.split('/')[0]}" in sent, path
    assert "--require-hashes -r requirements.lock" in dockerfile
    assert re.search(r"^USER genonaut$", dockerfile, re.MULTILINE)


def test_the_settings_of_the_deployment_are_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in (ROOT / "config/base.json", DEPLOY / "production.json"):
        shutil.copy(file, tmp_path)
    monkeypatch.setenv("GENONAUT_CONFIG_DIR", str(tmp_path))
    settings = load_settings("production")
    assert (settings.db.name, settings.log.format) == ("genonaut", "json")


def test_the_environment_file_names_variables_that_exist_and_no_secret() -> None:
    text = (DEPLOY / "genonaut.env.example").read_text(encoding="utf-8")
    named = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", text, re.MULTILINE))
    assert named.keys() <= VARIABLES.keys() | OTHER_VARIABLES
    assert {name for name, value in named.items() if not value} == {
        "DB_PASSWORD",
        "REDIS_URL",
        "FLOWER_BASIC_AUTH",
    }


# Put together from parts, so that this file does not hold what it forbids.
FORBIDDEN = "|".join(
    [r"https?://(?!127\.0\.0\.1)", "py" + "pi", *(f"/{name}/" for name in ("work", "root", "home"))]
)


def test_nothing_names_this_machine_or_a_package_registry() -> None:
    for file in DEPLOY.rglob("*"):
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            assert not re.search(FORBIDDEN, text), file

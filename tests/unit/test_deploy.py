"""The files in deploy/, checked as far as that goes without deploying.

Each check of the compose file takes it as data and says what is wrong. Each is also given an error
on purpose.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import typer
import yaml  # type: ignore[import-untyped]

from genonaut.cli import app
from genonaut.config import load_settings
from genonaut.config_layers import SECRETS
from genonaut.config_people import is_loopback
from genonaut.config_variables import VARIABLES

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
PARTS = ("api", "worker", "beat", "flower", "watch")
ONCE = ("migrate", "roles", "dump")
TIMED = ("check", "dump")
WITHOUT_HEALTH = (*ONCE, "watch")
# The last is uvicorn's.
OTHER_VARIABLES = {"GENONAUT_CONFIG_DIR", "GENONAUT_ENV", "FORWARDED_ALLOW_IPS"}
OF_ROLES = {
    "genonaut": "DB_OWNER_PASSWORD",
    "genonaut_app": "DB_APP_PASSWORD",
    "genonaut_counting": "DB_COUNTING_PASSWORD",
}
SECRET_VARIABLES = {
    *("POSTGRES_PASSWORD", "VALKEY_PASSWORD", "FLOWER_BASIC_AUTH", "DB_REPLICATION_PASSWORD"),
    *OF_ROLES.values(),
}


def command_exists(words: list[str]) -> bool:
    command: Any = typer.main.get_command(app)
    for place, word in enumerate(words):
        if not hasattr(command, "commands"):
            return takes(command, words[place:])
        if word not in command.commands:
            return False
        _, command, _ = command.resolve_command(typer.Context(command), [word])
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
    yield from {*PARTS, *ONCE, "postgres", "valkey"} - services(text).keys()


def unknown_keys(text: str) -> Iterator[str]:
    """Not the whole schema, but what this file needs of it; a slip of the pen is found."""
    known = {
        "image", "build", "restart", "read_only", "tmpfs", "cap_drop", "security_opt", "command",
        "environment", "depends_on", "healthcheck", "ports", "volumes", "shm_size",
        "stop_grace_period", "user", "profiles",
    }  # fmt: skip
    health = {"disable", "test", "interval", "timeout", "retries", "start_period"}
    for name, service in services(text).items():
        yield from (f"{name}: {key}" for key in service.keys() - known)
        yield from (f"{name}: {key}" for key in service.get("healthcheck", {}).keys() - health)
    yield from yaml.safe_load(text).keys() - {
        "name", "x-genonaut", "x-owner", "x-app", "x-counting", "x-broker", "services", "volumes",
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
    """The image's own check is that of the API, so each other part has one, or has none of it."""
    for name, service in services(text).items():
        check = service.get("healthcheck", {})
        if not check or (check == {"disable": True}) != (name in WITHOUT_HEALTH):
            yield name


def parts_that_do_not_come_back(text: str) -> Iterator[str]:
    for name, service in services(text).items():
        if service["restart"] != ("no" if name in ONCE else "unless-stopped"):
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
            others = {"POSTGRES_PASSWORD", "REDISCLI_AUTH", *OF_ROLES.values()}
            is_secret = variable in {*SECRETS.values(), *others}
            if is_secret and "${" not in value:
                yield f"{name}: {variable} is written down"


def secrets_among_arguments(text: str) -> Iterator[str]:
    for name, service in services(text).items():
        words = [*service.get("command", ()), *service.get("healthcheck", {}).get("test", ())]
        # With two dollars it is the container's shell that replaces it, and not in an argument.
        yield from (f"{name}: {w}" for w in words if re.search(r"(?<!\$)\$\{?\w*(PASS|AUTH)", w))


def secrets_without_a_need(text: str) -> Iterator[str]:
    needed = {
        **{secret: {"postgres"} for secret in ("POSTGRES_PASSWORD", *OF_ROLES.values())},
        "DB_PASSWORD": {*ONCE, "api", "worker", "watch"},
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


def parts_with_another_role(text: str) -> Iterator[str]:
    """Each part has the role that may do what it does, and no more, with that role's password."""
    wanted = dict.fromkeys(ONCE, "genonaut") | dict.fromkeys(("api", "watch"), "genonaut_app")
    wanted["worker"] = "genonaut_counting"
    for name, service in services(text).items():
        given = service.get("environment", {})
        role = given.get("DB_USER")
        if role != wanted.get(name):
            yield f"{name} connects as {role}"
        elif role and f"${{{OF_ROLES[role]}:" not in given["DB_PASSWORD"]:
            yield f"{name} has another password than that of {role}"


def parts_before_their_rights(text: str) -> Iterator[str]:
    for name, service in services(text).items():
        role = service.get("environment", {}).get("DB_USER")
        if role not in {None, "genonaut"} and "roles" not in service["depends_on"]:
            yield name


def open_doors(text: str) -> Iterator[str]:
    for name, service in services(text).items():
        yield from (p for p in service.get("ports", ()) if not p.startswith("127.0.0.1:"))
        if service.get("image") == "genonaut" and not service.get("read_only"):
            yield f"{name} can write to its image"


def parts_that_refuse_to_listen(text: str) -> Iterator[str]:
    doors = {"API_HOST": "AUTH_MODE", "FLOWER_HOST": "FLOWER_BASIC_AUTH"}
    for name, service in services(text).items():
        for host, door in doors.items():
            given = service.get("environment", {})
            if not is_loopback(given.get(host, "localhost")) and not given.get(door):
                yield f"{name} sets {host} without {door}"
            if given.get("AUTH_MODE", "accounts") != "accounts":
                yield f"{name} lets everyone in"


COMPOSE_CHECKS: dict[Callable[[str], Iterator[str]], tuple[str, str]] = {
    missing_services: ("\n  beat:\n    <<", "\n  beet:\n    <<"),
    unknown_keys: ("stop_grace_period:", "stop_grace:"),
    commands_that_do_not_exist: ("command: [db, upgrade]", "command: [db, migrate]"),
    broken_references: ("valkey: {condition", "redis: {condition"),
    parts_without_health: ("    healthcheck: *unchecked", "    x-healthcheck: *unchecked"),
    parts_that_do_not_come_back: ("  restart: unless-stopped\n  read", "  restart: no\n  read"),
    unknown_variables: ("  DB_USER: g", "  DB_USERNAME: g"),
    secrets_with_a_default: ("${DB_APP_PASSWORD:?set a", "${DB_APP_PASSWORD:-a"),
    secrets_among_arguments: ("requirepass $$RED", "requirepass $RED"),
    secrets_without_a_need: ("environment: *broker", "environment: *counting"),
    pictures_without_readers: ('"pictures:/pictures:ro"]\n    stop', '"pictures:/p:ro"]\n    stop'),
    parts_with_another_role: ("<<: [*app, *broker]", "<<: [*owner, *broker]"),
    parts_before_their_rights: ("roles: {condition", "migrate: {condition"),
    parts_that_refuse_to_listen: ("AUTH_MODE: accounts", "AUTH_MODE: open"),
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


# --- The compose file of a replica, which is laid over the other


def replica_text() -> str:
    return (DEPLOY / "compose.replica.yaml").read_text(encoding="utf-8")


def read_twice(text: str) -> dict[str, dict[str, Any]]:
    """Both files as one: maps are merged, and the rest is that of the second."""
    merged = services(compose_text())
    for name, added in services(text).items():
        there = merged.setdefault(name, {})
        environment = there.get("environment", {}) | added.get("environment", {})
        merged[name] = there | added | {"environment": environment}
    return merged


def replicas_that_no_part_reads(text: str) -> Iterator[str]:
    found = read_twice(text)
    urls = str(found["api"]["environment"].get("DATABASE_REPLICA_URLS"))
    if "@standby/genonaut" not in urls or "genonaut_app:${DB_APP_PASSWORD:?" not in urls:
        yield urls
    yield from found.keys() - services(compose_text()).keys() - {"standby"}


def variables_that_no_setting_has(text: str) -> Iterator[str]:
    given = services(text)["api"]["environment"]
    yield from given.keys() - VARIABLES.keys() - OTHER_VARIABLES


def standbys_that_are_not_made(text: str) -> Iterator[str]:
    standby, script = read_twice(text)["standby"], creation()
    words = " ".join(standby["command"])
    role, slot = re.findall(r"--username=(\S+)|--slot=(\S+)", words)
    if (
        f"CREATE ROLE {role[0]} LOGIN REPLICATION" not in script
        or f"replication {role[0]}" not in (script.partition("echo ")[2])
    ):
        yield f"there is no role {role[0]}"
    if f"pg_create_physical_replication_slot('{slot[1]}'" not in script:
        yield f"there is no slot {slot[1]}"
    mounted = [volume.split(":")[0] for volume in read_twice(text)["postgres"]["volumes"]]
    yield from (file for file in mounted if file[:2] == "./" and not (DEPLOY / file).exists())
    for name in ("standby", "postgres"):
        given = services(text)[name]["environment"].values()
        yield from (
            f"{name}: {value}" for value in given if "${DB_REPLICATION_PASSWORD:?" not in value
        )


def standbys_that_cancel_readers(text: str) -> Iterator[str]:
    if "hot_standby_feedback=on" not in " ".join(services(text)["standby"]["command"]):
        yield "a reader of the standby is cut off by a vacuum"
    if "max_slot_wal_keep_size" not in " ".join(services(text)["postgres"].get("command", ())):
        yield "a lost standby fills the disk of the primary"


def creation() -> str:
    return (DEPLOY / "create-replication.sh").read_text(encoding="utf-8")


REPLICA_CHECKS: dict[Callable[[str], Iterator[str]], tuple[str, str]] = {
    replicas_that_no_part_reads: ("@standby/genonaut", "@replica/genonaut"),
    secrets_with_a_default: ("${DB_APP_PASSWORD:?set a", "${DB_APP_PASSWORD:-a"),
    variables_that_no_setting_has: ("DATABASE_REPLICA_URLS", "DATABASE_REPLICAS"),
    standbys_that_are_not_made: ("--slot=standby", "--slot=other"),
    standbys_that_cancel_readers: ("feedback=on", "feedback=off"),
    secrets_among_arguments: ("exec postgres -c", "exec postgres -c x=$DB_APP_PASSWORD -c"),
    open_doors: ("    stop_grace", '    ports: ["5433:5432"]\n    stop_grace'),
}


@pytest.mark.parametrize("check", REPLICA_CHECKS, ids=lambda check: check.__name__)
def test_the_compose_file_of_a_replica(check: Callable[[str], Iterator[str]]) -> None:
    assert list(check(replica_text())) == []


@pytest.mark.parametrize("check", REPLICA_CHECKS, ids=lambda check: check.__name__)
def test_an_error_in_the_compose_file_of_a_replica_is_found(
    check: Callable[[str], Iterator[str]],
) -> None:
    right, wrong = REPLICA_CHECKS[check]
    assert right in replica_text(), "plant another error: this text is no longer there"
    assert list(check(replica_text().replace(right, wrong))) != []


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
    assert run(*arguments, **secrets | {"DB_APP_PASSWORD": ""}).returncode != 0


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


def test_there_is_a_unit_for_every_part_and_for_what_runs_now_and_then() -> None:
    several = {"worker": "worker@"}  # each with a name of its own
    names = {f"genonaut-{several.get(part, part)}.service" for part in PARTS}
    timed = {f"genonaut-{what}.{kind}" for what in TIMED for kind in ("service", "timer")}
    assert {unit.name for unit in UNITS} == names | timed


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_a_unit_runs_our_command_as_its_own_user(unit: Path) -> None:
    service = dict(line.split("=", 1) for line in lines(unit, "Service"))
    program, *words = service["ExecStart"].split()
    assert program == "/opt/genonaut/bin/genonaut"
    assert command_exists(words)
    assert service["User"] == service["Group"] == "genonaut"
    role = {"worker@": "counting", "check": "read", "dump": "owner"}.get(unit.stem.split("-")[1])
    files = ["/etc/genonaut/genonaut.env"] + [f"-/etc/genonaut/{role}.env"] * bool(role)
    assert [line for line in lines(unit, "Service") if line.startswith("EnvironmentFile")] == [
        f"EnvironmentFile={file}" for file in files
    ]
    assert service["StateDirectory"].split()[0] == "genonaut"
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


@pytest.mark.parametrize("role", ["", "owner"])
def test_a_command_by_hand_gets_the_settings_of_the_service(role: str, tmp_path: Path) -> None:
    systemd = tmp_path / "systemd-run"
    systemd.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    systemd.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    done = run(DEPLOY / "genonaut.sh", "user", "add", "Ada Lovelace", PATH=path, ROLE=role)
    words = done.stdout.splitlines()
    files = [word.rsplit("=", 1)[1] for word in words if "EnvironmentFile" in word]
    assert files == ["/etc/genonaut/genonaut.env"] + [f"/etc/genonaut/{role}.env"] * bool(role)
    assert words[-4:] == ["/opt/genonaut/bin/genonaut", "user", "add", "Ada Lovelace"]


# --- Image and settings


def dockerfile() -> str:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    return text.replace("\\\n", "")  # one line per instruction


def instructions(text: str, name: str) -> list[str]:
    """The arguments of an instruction, in order, in the last stage, which is the image."""
    last = text.rpartition("\nFROM ")[2]
    return [line.strip() for line in re.findall(rf"^{name} (.+)$", last, re.MULTILINE)]


def variables_of(text: str) -> dict[str, str]:
    return dict(word.split("=", 1) for line in instructions(text, "ENV") for word in line.split())


def words_of(text: str, name: str) -> list[str]:
    [line] = instructions(text, name)
    found: list[str] = json.loads(line)
    return found


def wrong_copies(text: str) -> Iterator[str]:
    sent = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    for path in " ".join(re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)).split():
        if not (ROOT / path).exists():
            yield f"{path} is not there"
        elif not {f"!{path}", f"!{path.split('/')[0]}"} & {*sent}:
            yield f"{path} is not sent"
    stages = re.findall(r"^FROM \S+ AS (\w+)$", text, re.MULTILINE)
    yield from (
        each for each in re.findall(r"^COPY --from=(\w+)", text, re.MULTILINE) if each not in stages
    )


def unlocked_packages(text: str) -> Iterator[str]:
    for line in re.findall(r"^RUN (.*pip install.*)$", text, re.MULTILINE):
        if "--require-hashes -r requirements.lock" not in line and "--no-deps" not in line:
            yield line


def users_with_all_rights(text: str) -> Iterator[str]:
    if instructions(text, "USER") != ["genonaut"] or "--uid 10001" not in text:
        yield f"it runs as {instructions(text, 'USER')}"
    yield from (line for line in text.partition("\nUSER ")[2].splitlines() if line[:4] == "RUN ")


def wrong_variables(text: str) -> Iterator[str]:
    yield from variables_of(text).keys() - VARIABLES.keys() - OTHER_VARIABLES - {"PATH"}
    home = variables_of(text)["GENONAUT_HOME"]
    if instructions(text, "VOLUME") != [home]:
        yield f"{home} is not a volume"
    if f"--home-dir {home} " not in text:
        yield f"{home} is not the user's"
    environment = variables_of(text)["GENONAUT_ENV"]
    if f" deploy/{environment}.json {variables_of(text)['GENONAUT_CONFIG_DIR']}/" not in text:
        yield f"it has no settings of {environment}"


def commands_of_the_image_that_do_not_exist(text: str) -> Iterator[str]:
    if words_of(text, "ENTRYPOINT") != ["genonaut"] or not command_exists(words_of(text, "CMD")):
        yield str(words_of(text, "CMD"))


IMAGE_CHECKS: dict[Callable[[str], Iterator[str]], tuple[str, str]] = {
    wrong_copies: ("COPY requirements.lock", "COPY requirements.txt"),
    unlocked_packages: ("--require-hashes ", ""),
    users_with_all_rights: ("USER genonaut", "USER root"),
    wrong_variables: ("VOLUME /var/lib/genonaut", "VOLUME /data"),
    commands_of_the_image_that_do_not_exist: ("--no-flower", "--no-flour"),
}


@pytest.mark.parametrize("check", IMAGE_CHECKS, ids=lambda check: check.__name__)
def test_the_image(check: Callable[[str], Iterator[str]]) -> None:
    assert list(check(dockerfile())) == []


@pytest.mark.parametrize("check", IMAGE_CHECKS, ids=lambda check: check.__name__)
def test_an_error_in_the_image_is_found(check: Callable[[str], Iterator[str]]) -> None:
    right, wrong = IMAGE_CHECKS[check]
    assert right in dockerfile(), "plant another error: this text is no longer there"
    assert list(check(dockerfile().replace(right, wrong))) != []


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_images_check_is_the_health_of_the_api(status: int, code: int) -> None:
    [line] = instructions(dockerfile(), "HEALTHCHECK")
    _, *words = json.loads(line.partition("CMD ")[2])
    asked = []

    class Api(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Api) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            done = run(sys.executable, *words, API_PORT=str(server.server_port))
        finally:
            server.shutdown()
            thread.join()
    assert (done.returncode, asked) == (code, ["/health"])


def documented_containers() -> list[list[str]]:
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    return [shlex.split(line) for line in re.findall(r"^docker run (.*)$", text, re.MULTILINE)]


def test_there_is_a_line_for_a_try_and_one_for_a_database_of_ones_own() -> None:
    named = [any("DATABASE_URL" in word for word in words) for words in documented_containers()]
    assert named == [False, True]


@pytest.mark.parametrize("words", documented_containers(), ids=["try", "own"])
def test_the_documented_container_is_that_of_the_image(words: list[str]) -> None:
    """It runs the image's own command, with its volume, at its port, which only the host sees."""
    values: dict[str, list[str]] = {option: [] for option in words if option.startswith("--")}
    for option, value in pairwise(words):
        values.get(option, []).append(value)
    assert words[-1] == "genonaut"
    assert words[-2] not in {"--init", "--detach"}
    assert [f"gallery:{home}" for home in instructions(dockerfile(), "VOLUME")] == [
        volume for volume in values["--volume"] if not volume.endswith(":ro")
    ]
    [port] = values["--publish"]
    assert port.startswith("127.0.0.1:")
    assert port.rpartition(":")[2] in instructions(dockerfile(), "EXPOSE")[0].split()
    given = {each.partition("=")[0].removesuffix("_FILE") for each in values.get("--env", [])}
    assert given <= VARIABLES.keys()


def test_the_settings_of_the_deployment_are_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in (ROOT / "config/base.json", DEPLOY / "production.json"):
        shutil.copy(file, tmp_path)
    monkeypatch.setenv("GENONAUT_CONFIG_DIR", str(tmp_path))
    settings = load_settings("production")
    assert (settings.db.name, settings.log.format) == ("genonaut", "json")


def named_in(file: str) -> dict[str, str]:
    text = (DEPLOY / f"{file}.env.example").read_text(encoding="utf-8")
    return dict(re.findall(r"^#?([A-Z_]+)=(.*)$", text, re.MULTILINE))


def test_the_environment_file_names_variables_that_exist_and_no_secret() -> None:
    named = named_in("genonaut")
    assert named.keys() <= VARIABLES.keys() | OTHER_VARIABLES
    secrets = {name for name, value in named.items() if not value}
    assert secrets == {"DB_PASSWORD", "REDIS_URL", "FLOWER_BASIC_AUTH"}
    assert (named["AUTH_MODE"], named["DB_USER"]) == ("accounts", "genonaut_app")


@pytest.mark.parametrize("role", ["owner", "counting", "read"])
def test_the_other_environment_files_name_their_role_and_no_secret(role: str) -> None:
    name = "genonaut" if role == "owner" else getattr(load_settings("dev").db.roles, role)
    assert named_in(role) == {"DB_USER": name, "DB_PASSWORD": ""}


# Put together from parts, so that this file does not hold what it forbids.
FORBIDDEN = "|".join(
    [r"https?://(?!127\.0\.0\.1)", "py" + "pi", *(f"/{name}/" for name in ("work", "root", "home"))]
)


def test_nothing_names_this_machine_or_a_package_registry() -> None:
    for file in DEPLOY.rglob("*"):
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            assert not re.search(FORBIDDEN, text), file

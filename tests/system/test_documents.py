"""The examples of the documents: every `console` block is run, and its output compared.

One demo is served for all of them: as large as the documents' in users and tags, so that ids agree,
and with few items. Numbers, times and ids are not compared.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from genonaut.broker import running_broker
from genonaut.db.address import as_uri, embedded_url, with_password
from genonaut.embedded.installations import find_binaries
from tests.support.api import running_api
from tests.support.console import blocks, examples
from tests.support.docs import read_docs
from tests.support.forks import Forks, forks
from tests.support.processes import address_of, connect, environment, nothing_left
from tests.support.servers import EMBEDDED, QUICK, copy_server, make_folder, open_server
from tests.support.terminal import Terminal

NOT_RUN = {
    "API_ALLOWED_HOSTS=gallery.example,10.0.0.5": "a setting, and no command",
    "AUTH_MODE=header": "settings; tests/integration/test_proxied.py has them",
    "AUTH_OPEN_TO_THE_NETWORK=true": "a setting, and no command",
    "genonaut up --replicas 2": "serves until it is stopped; test_up_replicas.py has it",
    "DATABASE_URL='postgresql://genonaut_app:...@/genonaut?host=db1,db2,db3&port=5432,5432,5432"
    "&target_session_attrs=read-write'": "a setting; tests/integration/replicas has a failover",
    "curl -i -H 'Content-Type: application/json' -d '{\"username\": \"ada\"}' "
    "http://127.0.0.1:8001/api/v1/users": "needs replicas; tests/integration/replicas has them",
    "make demo": "installs, then runs `genonaut up`",
    "uv tool install '.[standard]'": "installs, then serves; tests/system has the latter",
    "git clone ADDRESS genonaut": "installs, and is what the sections below it say",
    "genonaut up --home ~/Pictures/genonaut": (
        "serves until it is stopped; tests/system/test_people.py makes its administrator"
    ),
    "genonaut --home ~/Pictures/genonaut import ~/Pictures/AI": (
        "needs the reader's pictures; tests/integration has imports"
    ),
    "genonaut --home ~/Pictures/genonaut imports list": "undoes that; docs/commands.md is run",
    "genonaut --home ~/Pictures/genonaut watch ~/ComfyUI/output --in-place": (
        "works until it is stopped; tests/system/test_watch.py has it"
    ),
    "API_READ_ONLY=true genonaut up --home ~/genonaut": "serves until it is stopped",
    "genonaut --home ~/genonaut db dump gallery.dump": "docs/commands.md is run",
    "export GENONAUT_HOME=~/genonaut": "needs a server; test_restore.py has the rest",
    "genonaut --home ~/genonaut db upgrade-server": "tests/system/test_server_versions.py has it",
    "genonaut --home ~/genonaut export ~/gallery-export": "docs/commands.md is run",
    "API_ALLOWED_HOSTS=gallery.example": "settings, and no command",
    "curl --head https://gallery.example/health": "needs a proxy",
    "make install-dev": "installs",
    "make clean": "removes what runs the test",
    "uvx openapi-python-client generate --url http://127.0.0.1:8001/openapi.json": (
        "installs; tests/integration/test_typed_client.py does the same"
    ),
    "GENONAUT_EXAMPLES=2000 make test-long ARGS=tests/counting/test_state_machine.py": "takes long",
    "make bench                                         # everything": "takes long",
    "API_PORT=8002 genonaut api --env dev": "serves until it is stopped; tests/system has it",
    "genonaut api --processes 4": "serves until it is stopped; test_processes.py has it",
    "systemctl reload genonaut-api": "needs systemd; test_processes.py has the signal",
    "DB_PASSWORD_FILE=/run/secrets/db_password genonaut api": (
        "serves until it is stopped; tests/unit/test_config_variables.py has the variable"
    ),
    "genonaut worker --env demo": "works until it is stopped; tests/system has it",
    "genonaut beat --env demo": "works until it is stopped; tests/system has it",
    "genonaut flower --env demo": "serves until it is stopped; tests/system has it",
    "genonaut stats sql gen_source --restore | genonaut db psql": "test_audit.py follows it",
    "genonaut db upgrade": "\\password asks; tests/integration/test_roles.py has the rest",
    "DATABASE_URL=postgresql://genonaut_app:...@127.0.0.1/genonaut": "settings, and no command",
    "export GENONAUT_CITUS_URL=postgresql://genonaut@db0/try": "needs a cluster of Citus",
    "createdb another": "needs a superuser; tests/integration/test_restore.py follows it",
    "createdb gallery": "serves until it is stopped; the restore of operations.md has the rest",
    "runuser -u postgres -- createuser --pwprompt genonaut": "changes the machine",
    "useradd --system --shell /usr/sbin/nologin genonaut": "changes the machine",
    "setfacl --recursive --modify u:genonaut:rX,d:u:genonaut:rX /home/ada/ComfyUI/output": (
        "needs the accounts of that example"
    ),
    "docker compose -f deploy/compose.yaml -f pictures.yaml --profile watch up --build --detach": (
        "needs Docker; tests/unit/test_deploy.py checks the compose file"
    ),
    "echo fs.inotify.max_user_watches=524288 > /etc/sysctl.d/60-inotify.conf": (
        "changes the machine"
    ),
    "systemctl daemon-reload": "needs systemd; tests/unit/test_deploy.py verifies the units",
    "export POSTGRES_PASSWORD=... DB_OWNER_PASSWORD=... DB_APP_PASSWORD=... "
    "DB_COUNTING_PASSWORD=...": "needs docker",
    "docker compose -f deploy/compose.yaml up --detach postgres": "needs Docker",
    "docker compose -f deploy/compose.yaml run --rm dump": "needs Docker",
    "export DB_REPLICATION_PASSWORD=...": "needs Docker; test_deploy.py checks the compose file",
    "docker compose -f deploy/compose.yaml -f deploy/compose.replica.yaml up --detach postgres": (
        "needs Docker; tests/unit/test_deploy.py checks the compose file"
    ),
    "genonaut doctor": "needs another host; docs/troubleshooting.md is run",
    "ROLE=owner genonaut db dump /var/lib/genonaut/dumps/before-18.dump": (
        "needs systemd; tests/integration/test_dump.py goes from 15 to 18"
    ),
    "ROLE=owner genonaut db restore /var/lib/genonaut/dumps/before-18.dump": (
        "needs systemd; tests/integration/test_dump.py goes from 15 to 18"
    ),
    "ROLE=owner genonaut db restore /var/lib/genonaut/dumps/genonaut-20261128T031204Z.dump "
    "--replace": "asks; tests/integration/test_dump.py has it",
    ".venv/bin/python -m benchmarks.capacity --items 50000000 --pages 2000 --writes 300": (
        "needs a checkout; tests/benchmarks/test_capacity.py has it"
    ),
    "docker build . -f deploy/Dockerfile -t genonaut": (
        "needs Docker; tests/unit/test_deploy.py compares it with the image"
    ),
    "docker run --init --detach --name gallery --stop-timeout 60 --publish 127.0.0.1:8001:8001 "
    "--volume gallery:/var/lib/genonaut --volume ~/secrets:/run/secrets:ro "
    "--env DATABASE_URL_FILE=/run/secrets/database-url genonaut": (
        "needs Docker; tests/unit/test_deploy.py compares it with the image"
    ),
    "export FORWARDED_ALLOW_IPS=$(docker network inspect genonaut_default "
    "--format '{{(index .IPAM.Config 0).Gateway}}')": "needs docker",
}
"""The blocks in `sh`, by their first line, and why they are not run. They promise no output."""

ELSEWHERE = {"genonaut up": "tests/system/test_lifecycle.py compares what it prints"}
TEXTS = read_docs()
GUIDE = "docs/add-a-count.md"  # executed by test_guide.py, in a copy of the package
DOCUMENTS = [name for name, text in TEXTS.items() if examples(text) and name != GUIDE]
# The ids that the documents show are those of the full demo.
FIRST_NEW_ITEM = 120_001
NEW_USERS = ["ada", "grace", "imported", "mary"]


@dataclass(frozen=True)
class Demo:
    """A demo that is served."""

    home: Path
    address: str
    forks: Forks

    def terminal(self, name: str, **variables: str) -> Terminal:
        """A terminal in a folder of its own, with the demo as the documents found it."""
        folder = self.home / "readers" / name.replace("/", "-")
        folder.mkdir(parents=True)
        programs = [str(Path(sys.executable).parent), str(find_binaries(None)), os.environ["PATH"]]
        variables |= {"GENONAUT_ENV": "demo", "PATH": os.pathsep.join(programs)}
        self._restore()
        return Terminal(
            folder,
            environment(self.home, **variables),
            self.forks,
            self.address,
            ELSEWHERE,
        )

    def as_named_server(self) -> dict[str, str]:
        """Its PostgreSQL, as one of the reader's own."""
        url = with_password(embedded_url(address_of(self.home), "genonaut_demo"))
        return {
            "DATABASE_URL": as_uri(url, secrets=True),
            "PGHOST": str(url.query["host"]),
            "PGUSER": str(url.username),
            "PGPASSWORD": str(url.password),
        }

    def _restore(self) -> None:
        with connect(self.home, "genonaut_demo") as connection:
            connection.execute("DELETE FROM users WHERE username = ANY(%s)", [NEW_USERS])
            connection.execute("DELETE FROM content_items_all WHERE id >= %s", [FIRST_NEW_ITEM])
            connection.execute(f"ALTER SEQUENCE content_items_id_seq RESTART WITH {FIRST_NEW_ITEM}")


@pytest.fixture(scope="module")
def demo(prepared: Path) -> Iterator[Demo]:
    home = make_folder()
    try:
        copy_server(prepared, home, QUICK)
        with forks() as forked:
            seeded = forked.run(
                ["seed", "--env", "demo", "--regular", "200", "--auto", "1000"],
                environment(home),
                home,
                home / "seeded",
            )
            assert seeded == 0, (home / "seeded").read_text()
            with (
                open_server(home, EMBEDDED, "demo") as (settings, database),
                running_broker(settings),
                running_api(settings, database) as api,
            ):
                with connect(home) as connection:  # the reader has none yet
                    connection.execute("DROP DATABASE genonaut_test")
                yield Demo(home, str(api.base_url), forked)
        nothing_left(home)
    finally:
        shutil.rmtree(home)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_examples_print_what_they_promise(document: str, demo: Demo) -> None:
    if "$ curl " in TEXTS[document] and not shutil.which("curl"):
        pytest.skip("CURL IS MISSING (apt-get install curl)")
    named = demo.as_named_server() if document == "docs/operations.md" else {}
    broken = demo.terminal(document, **named).broken_promises(TEXTS[document])
    assert not broken, "\n\n".join([document, *broken])


def test_a_broken_promise_is_found(demo: Demo) -> None:
    text = "```console\n$ genonaut stats show --env prod\ngenonaut: There is no environment.\n```\n"
    [broken] = demo.terminal("planted").broken_promises(text)
    assert "-genonaut: There is no environment." in broken


@pytest.mark.parametrize("document", ["docs/counting.md", "docs/searching.md"])
def test_the_queries_can_be_executed(document: str, demo: Demo) -> None:
    with connect(demo.home, "genonaut_demo") as connection:
        queries = blocks(TEXTS[document], "sql")
        assert queries
        for query in queries.values():
            if not query.startswith("CREATE"):  # for operators of large galleries
                connection.execute(query.encode())


def test_what_is_not_run_is_listed_with_a_reason() -> None:
    found = {line for name, text in TEXTS.items() if name != GUIDE for line in blocks(text, "sh")}
    assert found == NOT_RUN.keys()

"""Accounts with real processes: the first administrator, two servers, and a storm of guesses."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from genonaut.config_home import MEMORY
from tests.support import http
from tests.support.effort import effort
from tests.support.people import ACCOUNT, PASSWORD, WRONG, bearer, token_in
from tests.support.processes import (
    all_processes,
    command_line,
    genonaut,
    kill,
    opened,
    processes_of,
    serving,
    succeed,
)
from tests.support.rows import scalar
from tests.support.waiting import PATIENCE_SECONDS

MODE = {"AUTH_MODE": "accounts"}
OWN = MODE | {"GENONAUT_ENV": "", "DB_NAME": "genonaut_test"}
SIGN_IN = f"{ACCOUNT}/sign-in"


def body(name: str, password: str = PASSWORD) -> dict[str, str]:
    return {"username": name, "password": password}


def remember_own(home: Path) -> None:
    """As if it had been first used as an own gallery, which then needs no `--env`."""
    (home / MEMORY).write_text("own\n")


def add(home: Path, name: str, *options: str, **variables: str) -> None:
    words = ["user", "add", name, *options, "--password-stdin"]
    done = genonaut(home, *words, stdin=PASSWORD, **MODE | variables)
    assert (done.returncode, done.stderr) == (0, ""), done


def test_up_prints_a_link_for_the_first_administrator_which_works_once(ready_home: Path) -> None:
    remember_own(ready_home)
    with serving(ready_home, **OWN) as (command, url):
        command.wait_for("Visitors may look; users sign in to add, change and delete")
        assert f"Genonaut is ready at {url} (own)" in command.stdout.read_text()
        line = command.wait_for("?token=")
        assert line.startswith(f"{url}/gallery/setup?token=")
        token = token_in(line)
        [api] = [each for each in processes_of(ready_home) if "api" in command_line(each)]
        kill(api)
        assert http.get(f"{url}/health").status_code == 200  # of the next one: it waits for that
        assert command.stdout.read_text().count("?token=") == 1
        sent = {"token": token} | body("ada")
        assert http.post(f"{url}{ACCOUNT}/set-up", json=sent).status_code == 204
        assert http.post(f"{url}{ACCOUNT}/set-up", json=sent | body("eve")).status_code == 404
        assert http.post(f"{url}{SIGN_IN}", json=body("ada")).status_code == 204
        (ready_home / "of-ada.jsonl").write_text('{"prompt": "a fox"}')
        done = genonaut(ready_home, "import", str(ready_home / "of-ada.jsonl"), **OWN)
        assert done.stderr == "genonaut: Their creator is ada, the only user.\n"
        assert f"genonaut --home {ready_home} imports remove of-ada.jsonl\n" in done.stdout
        add(ready_home, "bo", **OWN)
        succeed(ready_home, "import", str(ready_home / "of-ada.jsonl"), **OWN)  # there are two now
        printed = succeed(ready_home, "user", "add", "cleo", "--link", **OWN)
        assert f"{url}/gallery/password?token=" in printed, "at the port that `up` has"
        command.end(signal.SIGTERM)
        for secret in (token, PASSWORD):
            assert secret not in command.stderr.read_text()


@contextmanager
def two_servers(home: Path) -> Iterator[tuple[str, str]]:
    with serving(home, "api", **MODE) as (_, first), serving(home, "api", **MODE) as (_, second):
        yield first, second


@pytest.mark.long
def test_what_is_revoked_is_refused_by_every_process_at_the_next_request(ready_home: Path) -> None:
    add(ready_home, "ada")
    with two_servers(ready_home) as servers:
        signed_in = http.post(f"{servers[0]}{SIGN_IN}", json=body("ada"))
        cookie = {"Cookie": f"genonaut={signed_in.cookies['genonaut']}"}
        made = genonaut(ready_home, "token", "add", "x", "--user", "ada", **MODE)
        token = bearer(made.stdout.strip())

        def statuses(headers: dict[str, str]) -> list[int]:
            return [http.get(f"{url}{ACCOUNT}/me", headers=headers).status_code for url in servers]

        assert statuses(cookie) == statuses(token) == [200, 200]
        with opened(ready_home) as database:
            number = str(scalar(database, "SELECT id FROM api_tokens"))
        succeed(ready_home, "token", "revoke", number, **MODE)
        assert (statuses(cookie), statuses(token)) == ([200, 200], [401, 401])
        assert http.post(f"{servers[1]}{ACCOUNT}/sign-out", headers=cookie).status_code == 204
        assert statuses(cookie) == [401, 401]
        again = http.post(f"{servers[1]}{SIGN_IN}", json=body("ada"))
        cookie = {"Cookie": f"genonaut={again.cookies['genonaut']}"}
        assert statuses(cookie) == [200, 200]
        succeed(ready_home, "user", "disable", "ada", **MODE)
        assert statuses(cookie) == [401, 401]


def seconds_of_cpu(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_mib(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    [peak] = [line.split()[1] for line in lines if line.startswith("VmHWM")]
    return int(peak) / 1024


@pytest.mark.long
@effort(short=200, long=10_000, variable="GENONAUT_STORM")
def test_a_storm_of_wrong_passwords_keeps_the_owner_out_of_nothing(
    ready_home: Path, effort: int
) -> None:
    """From some addresses, as a proxy on this machine reports them; half at one account."""
    addresses = 3 + effort // 200
    add(ready_home, "ada")
    with serving(ready_home, "api", **MODE, LOG_LEVEL="debug") as (command, url):
        process, client = command.process.pid, httpx.Client(timeout=PATIENCE_SECONDS)
        assert http.post(f"{url}{SIGN_IN}", json=body("ada")).status_code == 204
        memory, cpu = peak_mib(process), seconds_of_cpu(process)

        def guess(number: int) -> int:
            name = "ada" if number % 2 else f"user {number}"
            address = {"X-Forwarded-For": f"198.51.100.{number % addresses}"}
            answer = client.post(f"{url}{SIGN_IN}", json=body(name, WRONG), headers=address)
            return answer.status_code

        with client, ThreadPoolExecutor(32) as pool:
            storm = pool.map(guess, range(effort))
            for _ in range(5):
                assert http.post(f"{url}{SIGN_IN}", json=body("ada")).status_code == 204
            statuses = list(storm)
        cpu, memory = seconds_of_cpu(process) - cpu, peak_mib(process) - memory
        counted = {status: statuses.count(status) for status in sorted(set(statuses))}
        told = f"{effort} guesses: {counted}, {cpu:.1f} s of CPU, {memory:.0f} MiB more"
        print(f"\n{told}")  # noqa: T201 - for the reader of a long run
        assert set(counted) <= {401, 429, 503}
        # Twenty a minute from each address; a busy machine may take some minutes for them.
        with opened(ready_home) as database:
            hashed = scalar(database, "SELECT count(*) FROM audit_log WHERE action LIKE '%failed'")
            assert hashed == counted[401]
            assert scalar(database, "SELECT count(*) FROM sign_in_failures") <= counted[401]
        assert memory < 100
        command.end(signal.SIGTERM)
        logged = command.stdout.read_text() + command.stderr.read_text()
        assert not [secret for secret in (PASSWORD, WRONG) if secret in logged]
    assert not [each for each in all_processes() if PASSWORD in command_line(each)]

"""Writers: PostgreSQL's own pgbench, from the same binaries as the server."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from benchmarks.side_by_side.processes import LoadError
from genonaut.embedded.account import server_account
from genonaut.embedded.installations import find_binaries
from genonaut.embedded.parent import dies_with_parent

ITEM = """
INSERT INTO content_items_all (source_type, title, content_data, prompt, creator_id)
"""
VALUES = """
VALUES (CASE WHEN :source = 1 THEN 'items' ELSE 'auto' END, 'Lighthouse', '/images/1.png',
        'a lighthouse at dusk, oil on canvas', md5(:number::text)::uuid);
"""
MANY = """SELECT CASE WHEN (i + :number) % 4 = 0 THEN 'items' ELSE 'auto' END,
       'Lighthouse', '/images/1.png', 'a lighthouse at dusk, oil on canvas',
       md5((1 + (:number + i * 7919) % :users)::text)::uuid
FROM generate_series(1, :rows) AS i;
"""
RANDOM = "\\set number random(1, :users)\n\\set source random(1, 4)\n"
SCRIPTS = {
    "single": f"{RANDOM}{ITEM}{VALUES}",
    "2 ms": f"{RANDOM}BEGIN;{ITEM}{VALUES}\\sleep 2 ms\nCOMMIT;\n",
    "bulk": f"{RANDOM}{ITEM}{MANY}",
}


@dataclass(frozen=True)
class Written:
    """What pgbench did."""

    transactions: int
    seconds: float
    milliseconds: list[float]
    deadlocks: int


def run_pgbench(
    dsn: str, script: str, *, writers: int, users: int, rows: int, seconds: int
) -> Written:
    """Repeat one of SCRIPTS with so many writers for so long.

    Raises:
        LoadError: a transaction failed by anything but a deadlock.
    """
    with tempfile.TemporaryDirectory(prefix="genonaut-pgbench-") as folder:
        file = Path(folder) / "script"
        file.write_text(SCRIPTS[script], encoding="utf-8")
        url = make_url(dsn)
        done = subprocess.run(
            [
                str(find_binaries(server_account(Path(folder))) / "pgbench"),
                *("--no-vacuum", "--protocol=prepared", "--failures-detailed", "--log"),
                f"--log-prefix={folder}/log",
                f"--file={file}",
                f"--client={writers}",
                f"--time={seconds}",
                f"--define=users={users}",
                f"--define=rows={rows}",
                f"--host={url.query['host']}",
                f"--port={url.query['port']}",
                f"--username={url.username}",
                str(url.database),
            ],
            env=os.environ | {"PGPASSFILE": str(url.query["passfile"])},
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=dies_with_parent(signal.SIGKILL),
        )
        if done.returncode:
            raise LoadError(f"pgbench failed: {done.stderr.strip()}")
        return _outcome(list(_log_lines(Path(folder))))


def _log_lines(folder: Path) -> Iterator[list[str]]:
    """One for each transaction: client, number, microseconds or failure, script, time in two."""
    for log in folder.glob("log*"):
        for line in log.read_text(encoding="utf-8").splitlines():
            yield line.split()


def _outcome(lines: list[list[str]]) -> Written:
    times = [int(line[2]) / 1000 for line in lines if line[2].isdecimal()]
    reasons = [line[2] for line in lines if not line[2].isdecimal()]
    if others := set(reasons) - {"deadlock"}:
        raise LoadError(f"Transactions failed: {', '.join(sorted(others))}.")
    ends = [int(line[4]) + int(line[5]) / 1e6 for line in lines if line[2].isdecimal()]
    if not ends:
        return Written(0, 0.0, [], len(reasons))
    began = min(end - time / 1000 for end, time in zip(ends, times, strict=True))
    return Written(len(times), max(ends) - began, times, len(reasons))

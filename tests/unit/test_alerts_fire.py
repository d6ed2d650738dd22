"""The alert rules by Prometheus's own judgement: when each fires, and when it keeps quiet."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from tests.unit.test_watching import ALERTS, rules

ALL_THAT_FIRE = 'count by (alertname) (ALERTS{alertstate="firing"})'
AGE = 'genonaut_refresh_age_seconds{job="genonaut",instance="a",count="%s"}'
OUTCOME = (
    'genonaut_refresh_last_outcome{job="genonaut",instance="a",count="gen_source",outcome="%s"}'
)
LEDGER = 'genonaut_%s{job="genonaut",instance="a",count="gen_source"}'
REQUESTS = 'genonaut_http_requests_total{job="genonaut",method="GET",route="%s",status="%s"}'
SECONDS = (
    'genonaut_http_request_duration_seconds_bucket{job="genonaut",method="GET",'
    'route="/api/v1/content/stats/unified",le="%s"}'
)
WRITTEN, FOLDED = LEDGER % "ledger_rows_written_total", LEDGER % "ledger_rows_folded_total"
LAG = 'genonaut_replica_lag_seconds{job="genonaut",instance="a",replica="b:5432"}'
ASKED = 'genonaut_replica_in_use{job="genonaut",instance="a",replica="b:5432"}'
UP = 'up{job="genonaut",instance="a"}'
EVERY_HOUR = "0+60x59 " * 24  # minutes, in the notation of promtool
FINE = REQUESTS % ("/gallery", "200")


@dataclass(frozen=True)
class Case:
    """What is scraped every minute, and which alert fires at which moment; none, if it is empty."""

    series: dict[str, str]
    moments: dict[str, str]


CASES = {
    "a refresh of every hour and one of every midnight": Case(
        {AGE % "gen_source": EVERY_HOUR, AGE % "tag_cardinality": "0+60x1439"},
        {"59m": "", "4h": "", "12h": "", "23h": ""},
    ),
    "no refresh by generation source any more": Case(
        {AGE % "gen_source": "0+60x300"},
        {"3h": "", "184m": "", "187m": "GenonautRefreshStale"},
    ),
    "no refresh of tags any more": Case(
        {AGE % "gen_source": "60x4400", AGE % "tag_cardinality": "0+60x4400"},
        {"71h": "", "73h": "GenonautRefreshStale"},
    ),
    "never a refresh": Case(
        {AGE % "gen_source": "Inf " * 20}, {"3m": "", "6m": "GenonautRefreshStale"}
    ),
    "a repair, and an exact refresh after it": Case(
        {OUTCOME % "repaired": "1x59 0x600", OUTCOME % "exact": "0x59 1x600"},
        {"1m": "GenonautCountsDrifted", "6h": "GenonautCountsDrifted", "8h": ""},
    ),
    "failures that go on": Case(
        {OUTCOME % "failed": "1x30"}, {"14m": "", "16m": "GenonautRefreshFailed"}
    ),
    "a failure, and a retry that succeeds": Case({OUTCOME % "failed": "1x9 0x30"}, {"20m": ""}),
    "a ledger that grows": Case(
        {LEDGER % "ledger_rows": "0+10000x30"}, {"10m": "", "12m": "GenonautLedgerLong"}
    ),
    "a ledger at the limit": Case({LEDGER % "ledger_rows": "50000x30"}, {"20m": ""}),
    "writes, and no fold": Case(
        {WRITTEN: "0+60x60", FOLDED: "7x60"}, {"9m": "", "30m": "GenonautFoldStalled"}
    ),
    "writes and folds": Case({WRITTEN: "0+60x60", FOLDED: "0+60x60"}, {"30m": ""}),
    "neither": Case({WRITTEN: "7x60", FOLDED: "7x60"}, {"30m": ""}),
    "the API is away": Case({UP: "1x9 0x9"}, {"9m": "", "12m": "GenonautApiDown"}),
    "the database is away": Case(
        {'genonaut_database_up{job="genonaut",instance="a"}': "0x9"},
        {"0m": "", "2m": "GenonautDatabaseDown"},
    ),
    "one in fifty requests fails": Case(
        {FINE: "0+98x60", REQUESTS % ("/gallery", "503"): "0+2x60"},
        {"4m": "", "20m": "GenonautErrors"},
    ),
    "one in fifty has no response": Case(
        {FINE: "0+98x60", REQUESTS % ("/gallery", "none"): "0+2x60"}, {"20m": "GenonautErrors"}
    ),
    "one in two hundred fails": Case(
        {FINE: "0+199x60", REQUESTS % ("/gallery", "500"): "0+1x60"}, {"20m": ""}
    ),
    "only the check of readiness fails": Case(
        {FINE: "0+10x60", REQUESTS % ("/health/ready", "503"): "0+90x60"}, {"20m": ""}
    ),
    "counts are slow": Case(
        {SECONDS % "0.25": "0+90x60", SECONDS % "1": "0+100x60", SECONDS % "+Inf": "0+100x60"},
        {"9m": "", "20m": "GenonautSlow"},
    ),
    "a replica that lags": Case(
        {LAG: "2x3 40+60x30", ASKED: "1x3 0x30"}, {"8m": "", "12m": "GenonautReplicaLags"}
    ),
    "a replica that is lost": Case(
        {LAG: "2x3 stale", ASKED: "1x3 0x30"}, {"8m": "", "12m": "GenonautReplicaLost"}
    ),
    "a replica that is lost for a moment": Case(
        {LAG: "2x3 stale _x3 1x20", ASKED: "1x3 0x4 1x20"}, {"20m": ""}
    ),
    "counts are quick": Case(
        {SECONDS % "0.25": "0+100x60", SECONDS % "1": "0+100x60", SECONDS % "+Inf": "0+100x60"},
        {"20m": ""},
    ),
}


def promtool(folder: Path, case: Case, alerts: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool IS NOT ON THIS MACHINE (apt-get install prometheus)")
    (folder / "alerts.yaml").write_text(alerts)
    (folder / "test.yaml").write_text(yaml.safe_dump(as_promtool_has_it(case)))
    command = [program, "test", "rules", "test.yaml"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def as_promtool_has_it(case: Case) -> dict[str, object]:
    series = [{"series": name, "values": values} for name, values in case.series.items()]
    questions = [
        {
            "expr": ALL_THAT_FIRE,
            "eval_time": moment,
            "exp_samples": [{"labels": f'{{alertname="{alert}"}}', "value": 1}] if alert else [],
        }
        for moment, alert in case.moments.items()
    ]
    test = {"interval": "1m", "input_series": series, "promql_expr_test": questions}
    return {"rule_files": ["alerts.yaml"], "evaluation_interval": "1m", "tests": [test]}


@pytest.mark.parametrize("name", CASES)
def test_an_alert_fires_when_it_should(tmp_path: Path, name: str) -> None:
    done = promtool(tmp_path, CASES[name], ALERTS)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_has_a_case() -> None:
    fired = {alert for case in CASES.values() for alert in case.moments.values()} - {""}
    assert fired == {rule["alert"] for rule in rules()}


def test_one_limit_for_all_counts_would_fire_every_day(tmp_path: Path) -> None:
    wrong = ALERTS.replace("> 259200", "> 10800")
    assert wrong != ALERTS
    case = CASES["a refresh of every hour and one of every midnight"]
    assert promtool(tmp_path, case, wrong).returncode == 1

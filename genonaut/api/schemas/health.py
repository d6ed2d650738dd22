"""What the health routes return."""

from typing import Literal

from pydantic import BaseModel, Field

from genonaut.api.schemas.named import DegradedCheck
from genonaut.api.schemas.values import FROM_ATTRIBUTES, example

_DATABASE = {"ok": True, "detail": "The database answers."}
_REFRESH = {"ok": True, "detail": "The counts were verified lately.", "age_seconds": 1200.5}
_BROKER = {"ok": True, "detail": "The broker answers."}
_CHECKS = {"database": _DATABASE, "refresh": _REFRESH, "broker": _BROKER}
_NO_BROKER = {
    "ok": False,
    "detail": "The broker does not answer, so scheduled refreshes and folds do not run. "
    "Counts stay exact.",
}


class ProcessesOut(BaseModel):
    """The API processes at this address. One that died is restarted after a pause.

    While they are being replaced, old and new ones run.
    """

    running: int
    wanted: int

    model_config = example({"running": 2, "wanted": 2})


class AliveOut(BaseModel):
    """The process responds."""

    ok: Literal[True] = True
    version: str
    processes: ProcessesOut | None = Field(
        None, description="Missing if the process was started without others."
    )

    model_config = example(
        {"ok": True, "version": "0.1.0"},
        {"ok": True, "version": "0.1.0", "processes": {"running": 2, "wanted": 2}},
    )


class CheckOut(BaseModel):
    """One thing that the service needs."""

    ok: bool
    detail: str

    model_config = example(_DATABASE) | FROM_ATTRIBUTES


class RefreshCheckOut(CheckOut):
    """Whether the counts were verified lately."""

    age_seconds: float | None = Field(description="Since the last refresh; null before the first.")

    model_config = example(_REFRESH) | FROM_ATTRIBUTES


class ChecksOut(BaseModel):
    """All checks by name."""

    database: CheckOut
    refresh: RefreshCheckOut
    broker: CheckOut
    replicas: CheckOut | None = Field(
        None,
        exclude_if=lambda check: check is None,
        description="Whether all replicas are read from. Only where there are some.",
    )

    model_config = example(_CHECKS) | FROM_ATTRIBUTES


class ReadyOut(BaseModel):
    """Whether the service can do its work: every check passes but perhaps two.

    Counts are exact without a broker and without replicas, so these checks do not decide.
    """

    ok: bool
    degraded: list[DegradedCheck] | None = Field(
        None,
        description="The failed checks that serving does not depend on. Null for other clients "
        "than operators.",
    )
    checks: ChecksOut | None = Field(None, description="Null for other clients than operators.")

    model_config = FROM_ATTRIBUTES | example(
        {"ok": True, "degraded": [], "checks": _CHECKS},
        {"ok": True, "degraded": ["broker"], "checks": _CHECKS | {"broker": _NO_BROKER}},
        {"ok": True, "degraded": None, "checks": None},
    )

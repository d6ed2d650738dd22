"""What the health routes give."""

from typing import Literal

from pydantic import BaseModel, Field

from genonaut.api.schemas import example

_DATABASE = {"ok": True, "detail": "The database answers."}
_REFRESH = {"ok": True, "detail": "The counts were verified lately.", "age_seconds": 1200.5}
_CHECKS = {"database": _DATABASE, "refresh": _REFRESH}


class AliveOut(BaseModel):
    """The process answers."""

    ok: Literal[True] = True
    version: str

    model_config = example({"ok": True, "version": "0.1.0"})


class CheckOut(BaseModel):
    """One thing that the service needs."""

    ok: bool
    detail: str

    model_config = example(_DATABASE)


class RefreshCheckOut(CheckOut):
    """Whether the counts were verified lately."""

    age_seconds: float | None = Field(description="Since the last refresh; null before the first.")

    model_config = example(_REFRESH)


class ChecksOut(BaseModel):
    """All checks by name."""

    database: CheckOut
    refresh: RefreshCheckOut

    model_config = example(_CHECKS)


class ReadyOut(BaseModel):
    """Whether the service can do its work: all checks are good."""

    ok: bool
    checks: ChecksOut

    model_config = example({"ok": True, "checks": _CHECKS})

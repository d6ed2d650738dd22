"""What the health route below `/api/v1` returns, in the shape that an older client reads."""

from typing import Literal

from pydantic import BaseModel, Field

from genonaut.api.schemas.health import ProcessesOut
from genonaut.api.schemas.people_values import EXAMPLE_TIME
from genonaut.api.schemas.values import Utc, example


class DatabaseHealthOut(BaseModel):
    """Whether the database answers."""

    status: Literal["connected", "disconnected"]

    model_config = example({"status": "connected"})


class ApiHealthOut(BaseModel):
    """Whether the process responds, and the database answers."""

    ok: bool
    status: Literal["healthy", "unhealthy"]
    database: DatabaseHealthOut
    version: str
    timestamp: Utc
    processes: ProcessesOut | None = Field(
        None, description="Null if the process was started without others."
    )

    model_config = example(
        {
            "ok": True,
            "status": "healthy",
            "database": {"status": "connected"},
            "version": "0.1.0",
            "timestamp": EXAMPLE_TIME,
            "processes": None,
        }
    )

"""The Celery worker and its schedule, as `celery -A genonaut.worker ...` finds them.

The application is made when it is asked for: an API that does the scheduled work itself imports
what it does from here, and has no Celery.
"""

from typing import Any


def __getattr__(name: str) -> Any:  # noqa: ANN401 - as Python has it
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from genonaut.worker.celery_app import app  # noqa: PLC0415 - as above

    return app

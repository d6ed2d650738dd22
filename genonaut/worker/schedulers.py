"""Whether beat's scheduler can be started."""

from genonaut.config import Settings
from genonaut.extras import require


def require_scheduler(settings: Settings) -> None:
    """Check that beat can be started.

    Raises:
        ConfigError: its scheduler is not installed.
    """
    if settings.celery.scheduler == "redbeat":
        require("redbeat", "Or set celery.scheduler (CELERY_SCHEDULER) to persistent.")

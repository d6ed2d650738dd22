"""The Celery worker and its schedule, as `celery -A genonaut.worker ...` finds them."""

from genonaut.worker.celery_app import app

__all__ = ["app"]

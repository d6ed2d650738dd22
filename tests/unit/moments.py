"""Moments for tests."""

from datetime import UTC, datetime, timedelta


def ago(seconds: float) -> datetime:
    """A moment before now."""
    return datetime.now(UTC) - timedelta(seconds=seconds)

"""The gallery's page: first, far by number, at the far end by cursor, with totals."""

from genonaut.bench.run import Run


def measure(run: Run) -> None:
    """Ours over HTTP, beside the plain way in SQL."""

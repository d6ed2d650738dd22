"""What is in a cluster's folder before a server starts on it."""

from pathlib import Path

from genonaut.embedded.cluster import Programs
from genonaut.errors import ServerStartError


def refuse_other_version(programs: Programs, data: Path) -> None:
    """Raises ServerStartError if the cluster was created by another major version."""
    theirs = (data / "PG_VERSION").read_text(errors="replace").strip()
    ours = str(programs.major_version())
    if theirs != ours:
        raise ServerStartError(
            f"{data} was created by PostgreSQL {theirs}, and this is {ours}: set GENONAUT_HOME to "
            f"another folder, or dump the data with version {theirs} and load it into {ours}."
        )

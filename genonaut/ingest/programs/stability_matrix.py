"""StabilityMatrix: JSON beside the lines of AUTOMATIC1111, which it writes as well."""

from genonaut.ingest.programs.by_name import settings
from genonaut.ingest.programs.left import Left, Settings


def stability_matrix(left: Left) -> Settings | None:
    """Known by the way in which it writes names."""
    for document in left.with_key("PositivePrompt", "ModelName"):
        found = settings(document)
        return found if "prompt" in found else None
    return None

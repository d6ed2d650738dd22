"""Ids as people and addresses write them."""

from uuid import UUID


def as_uuid(text: str) -> UUID | None:
    """The UUID that a text is; None if it is something else, such as a name."""
    try:
        return UUID(text)
    except ValueError:
        return None

"""What the tables have in common."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own way of declaring it
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        int: BigInteger,
        float: Double,
    }


def random_id() -> Mapped[UUID]:
    """The column of an id that the database draws."""
    return mapped_column(primary_key=True, server_default=func.gen_random_uuid())


def owner(*, primary_key: bool = False) -> Mapped[UUID]:
    """The column that says whose a row is. It goes with its user."""
    return mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=primary_key)


def follows_item() -> ForeignKeyConstraint:
    """The foreign key of a row about an item that has the item's creator and visibility.

    So the row goes with its item, and both are those of the item at every commit.
    """
    item = "content_items_all"
    return ForeignKeyConstraint(
        ["content_id", "source_type", "creator_id", "visibility"],
        [f"{item}.id", f"{item}.source_type", f"{item}.creator_id", f"{item}.visibility"],
        ondelete="CASCADE",
        onupdate="CASCADE",
    )


def known_visibility(column: str, table: str) -> CheckConstraint:
    """The constraint that a column says who may see something."""
    return CheckConstraint(f"{column} IN ('public', 'private')", name=f"{table}_{column}")

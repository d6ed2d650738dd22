"""Imports from the command line, and what each added."""

from datetime import datetime

from sqlalchemy import ForeignKey, Identity, LargeBinary, String, func
from sqlalchemy.orm import Mapped, mapped_column

from genonaut.db.schema.base import Base


class Import(Base):
    """An import from the command line; without an end, it runs or was interrupted."""

    __tablename__ = "imports"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    sources: Mapped[str] = mapped_column(String(1000))
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]


class ImportedItem(Base):
    """An item that an import added, with a hash of what a person may have changed since."""

    __tablename__ = "imported_items"

    import_id: Mapped[int] = mapped_column(
        ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True
    )
    content_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source_type: Mapped[str] = mapped_column(String(10), primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)

"""The library: its folders and files, and what imports made of them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CHAR,
    CheckConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from genonaut.db.schema.base import Base, owner


class LibraryRoot(Base):
    """A folder whose pictures are shown from where they are."""

    __tablename__ = "library_roots"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    path: Mapped[str] = mapped_column(Text, unique=True)


class LibraryFile(Base):
    """A file that may be served. An item's `content_data` is its name: the root, then the path.

    Width and height are those of the picture as it is shown.
    """

    __tablename__ = "library_files"
    __table_args__ = (Index("idx_library_files_sha256", "sha256"),)

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    root: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    bytes: Mapped[int]
    modified_ns: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(50))
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    colour: Mapped[str | None] = mapped_column(CHAR(7))
    missing_since: Mapped[datetime | None]
    added_at: Mapped[datetime] = mapped_column(server_default=func.now())


class LibrarySeen(Base):
    """What an import made of a path: an item, or a reason why not."""

    __tablename__ = "library_seen"

    path_digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    bytes: Mapped[int]
    modified_ns: Mapped[int]
    import_key: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)


class PictureHash(Base):
    """What a picture looks like, by its bytes; no likeness if it is nearly of one colour."""

    __tablename__ = "picture_hashes"
    __table_args__ = (
        Index(
            "idx_picture_hashes_pieces",
            text("likeness_pieces(likeness)"),
            postgresql_using="gin",
            postgresql_where=text("likeness IS NOT NULL"),
        ),
    )

    sha256: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    likeness: Mapped[int | None]


class NotDuplicates(Base):
    """What a user has said of the bytes of two pictures; they may be the same bytes."""

    __tablename__ = "not_duplicates"
    __table_args__ = (CheckConstraint("one <= other", name="not_duplicates_order"),)

    user_id: Mapped[UUID] = owner(primary_key=True)
    one: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    other: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    said_at: Mapped[datetime] = mapped_column(server_default=func.now())

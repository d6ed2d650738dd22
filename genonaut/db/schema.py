"""The tables, as SQLAlchemy sees them.

The database itself is created by the migrations; `tests/integration/test_migrations.py` proves that
the two agree. Triggers, views and partitions have no place in SQLAlchemy's metadata, so they are
in `migrations/sql/` only.
"""

from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import (
    CHAR,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Sequence,
    String,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, relationship

SourceType = Literal["regular", "auto"]
"""How an item was made, as it is called outside of the database."""
REGULAR: Final = "regular"
AUTO: Final = "auto"
# And by that name, the value that selects the partition.
PARTITIONS = {REGULAR: "items", AUTO: "auto"}

# Both partitions take their ids from this sequence, so an id alone identifies an item.
content_items_id_seq = Sequence("content_items_id_seq", data_type=BigInteger)


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own way of declaring it
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        int: BigInteger,
        float: Double,
    }


class User(Base):
    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    username: Mapped[str] = mapped_column(String(255), unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ContentColumns:
    """The columns of an item, the same in the whole table and in each of its partitions."""

    id: Mapped[int] = mapped_column(
        content_items_id_seq,
        server_default=content_items_id_seq.next_value(),
        primary_key=True,
        sort_order=-2,  # the key is (id, source_type) in every model
    )
    source_type: Mapped[str] = mapped_column(String(10), primary_key=True, sort_order=-1)
    title: Mapped[str] = mapped_column(String(255))
    content_type: Mapped[str] = mapped_column(String(50), server_default="image")
    content_data: Mapped[str] = mapped_column(Text)
    path_thumb: Mapped[str | None] = mapped_column(String(512))
    prompt: Mapped[str] = mapped_column(String(20_000))
    item_metadata: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    quality_score: Mapped[float] = mapped_column(server_default=text("0"))

    @declared_attr
    def creator_id(self) -> Mapped[UUID]:
        return mapped_column(ForeignKey("users.id", ondelete="CASCADE"))


def _order_index(name: str, *columns: str) -> Index:
    # The creator is included, so that "all but mine" is decided by the index, without the rows.
    return Index(f"idx_content_{name}", *map(text, columns), postgresql_include=["creator_id"])


def _settings_index(key: str, longest: int) -> Index:
    beginning = f"\"left\"(item_metadata ->> '{key}', {longest})"
    where = f"({beginning} IS NOT NULL)"
    return Index(f"idx_content_{key}", text(beginning), postgresql_where=text(where))


class ContentItemAll(ContentColumns, Base):
    """Every item of the gallery; partitioned by how it was made."""

    __tablename__ = "content_items_all"
    __table_args__ = (
        # The gallery's orders: of all items, and of one creator's.
        _order_index("newest", "created_at DESC", "id DESC"),
        _order_index("updated", "updated_at DESC", "id DESC"),
        _order_index("best", "quality_score DESC", "id DESC"),
        _order_index("title", "title", "id"),
        Index("idx_content_creator_newest", "creator_id", text("created_at DESC"), text("id DESC")),
        Index(
            "idx_content_creator_updated", "creator_id", text("updated_at DESC"), text("id DESC")
        ),
        Index(
            "idx_content_creator_best", "creator_id", text("quality_score DESC"), text("id DESC")
        ),
        Index("idx_content_creator_title", "creator_id", "title", "id"),
        Index("idx_content_search", text("content_words(title, prompt)"), postgresql_using="gin"),
        _settings_index("model", 200),
        _settings_index("seed", 40),
        Index(
            "idx_content_import_key",
            text("(item_metadata ->> 'import_key')"),
            "source_type",
            unique=True,
            postgresql_where=text("item_metadata ? 'import_key'"),
        ),
        {"postgresql_partition_by": "LIST (source_type)"},
    )

    creator: Mapped[User] = relationship(lazy="raise", viewonly=True)


def _partition_key(value: str) -> Mapped[str]:
    # Without the partition's default, an item added without a source type would have no whole
    # primary key, and SQLAlchemy could not find it again after the commit.
    return mapped_column(String(10), primary_key=True, sort_order=-1, server_default=value)


class ContentItem(ContentColumns, Base):
    """The partition of items that a user asked for (`source_type` is always `items`)."""

    __tablename__ = "content_items"

    source_type: Mapped[str] = _partition_key(PARTITIONS[REGULAR])


class ContentItemAuto(ContentColumns, Base):
    """The partition of items generated automatically (`source_type` is always `auto`)."""

    __tablename__ = "content_items_auto"

    source_type: Mapped[str] = _partition_key(PARTITIONS[AUTO])


class Tag(Base):
    """A word by which items are found. Names are unique exactly as they are stored."""

    __tablename__ = "tags"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    name: Mapped[str] = mapped_column(String(255), unique=True)
    # SQLAlchemy reserves the name `metadata`.
    tag_metadata: Mapped[dict[str, Any]] = mapped_column(
        "metadata", server_default=text("'{}'::jsonb")
    )
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ContentTag(Base):
    """That an item has a tag."""

    __tablename__ = "content_tags"
    __table_args__ = (
        ForeignKeyConstraint(
            ["content_id", "source_type"],
            ["content_items_all.id", "content_items_all.source_type"],
            ondelete="CASCADE",
            onupdate="CASCADE",
        ),
        Index("idx_content_tags_newest", "tag_id", text("content_id DESC"), "source_type"),
    )

    content_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source_type: Mapped[str] = mapped_column(String(10), primary_key=True)
    tag_id: Mapped[UUID] = mapped_column(
        ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True
    )


class DeletedItem(Base):
    """An item that was deleted in the pages, kept as long as that can be undone."""

    __tablename__ = "deleted_items"
    __table_args__ = (Index("idx_deleted_items_oldest", "deleted_at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    deleted_by: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    deleted_at: Mapped[datetime] = mapped_column(server_default=func.now())
    item: Mapped[dict[str, Any]]
    tag_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))


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


class GenSourceStats(Base):
    """The cached counts. A row without a user is the community's; a count of zero has no row."""

    __tablename__ = "gen_source_stats"
    __table_args__ = (
        CheckConstraint("source_type IN ('regular', 'auto')", name="gen_source_stats_source_type"),
        Index(
            "idx_gen_source_stats_user_src",
            "user_id",
            "source_type",
            unique=True,
            postgresql_where=text("user_id IS NOT NULL"),
        ),
        Index(
            "idx_gen_source_stats_community",
            "source_type",
            unique=True,
            postgresql_where=text("user_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    source_type: Mapped[str] = mapped_column(String(10))
    count: Mapped[int]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class RefreshColumns:
    """What one refresh found. The last one that did not fail verified the counts."""

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    started_at: Mapped[datetime]
    duration_seconds: Mapped[float]
    requested_by: Mapped[str] = mapped_column(String(50))
    outcome: Mapped[str] = mapped_column(String(10))
    rows_checked: Mapped[int] = mapped_column(server_default=text("0"))
    rows_wrong: Mapped[int] = mapped_column(server_default=text("0"))
    largest_error: Mapped[int] = mapped_column(server_default=text("0"))
    worst: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    error: Mapped[str | None] = mapped_column(Text)
    totals: Mapped[dict[str, int]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))


def _refresh_arguments(count: str) -> tuple[CheckConstraint, Index]:
    return (
        CheckConstraint(
            "outcome IN ('built', 'exact', 'repaired', 'failed')", name=f"{count}_refreshes_outcome"
        ),
        Index(f"idx_{count}_refreshes_good", "id", postgresql_where=text("outcome <> 'failed'")),
    )


class GenSourceRefresh(RefreshColumns, Base):
    """The record of the refreshes of `gen_source_stats`."""

    __tablename__ = "gen_source_refreshes"
    __table_args__ = _refresh_arguments("gen_source")


class TagCardinalityStats(Base):
    """The cached counts of the items that have a tag; a count of zero has no row."""

    __tablename__ = "tag_cardinality_stats"

    tag_id: Mapped[UUID] = mapped_column(
        ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True
    )
    content_source: Mapped[str] = mapped_column(String(10), primary_key=True)
    cardinality: Mapped[int]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class TagCardinalityRefresh(RefreshColumns, Base):
    """The record of the refreshes of `tag_cardinality_stats`."""

    __tablename__ = "tag_cardinality_refreshes"
    __table_args__ = _refresh_arguments("tag_cardinality")


# A ledger has no key, so it is a plain table and not a model.
gen_source_deltas = Table(
    "gen_source_deltas",
    Base.metadata,
    Column("user_id", Uuid),
    Column("source_type", String(10), nullable=False),
    Column("delta", BigInteger, nullable=False),
)
tag_cardinality_deltas = Table(
    "tag_cardinality_deltas",
    Base.metadata,
    Column("tag_id", Uuid, nullable=False),
    Column("content_source", String(10), nullable=False),
    Column("delta", BigInteger, nullable=False),
)

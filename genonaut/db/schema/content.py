"""Items: one table, with a partition for each way in which they are made."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Sequence,
    String,
    Text,
    func,
    text,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from genonaut.db.schema.base import Base, known_visibility, owner
from genonaut.db.schema.users import User
from genonaut.db.schema.values import AUTO, PARTITIONS, PUBLIC, REGULAR

# Both partitions take their ids from this sequence, so an id alone identifies an item.
content_items_id_seq = Sequence("content_items_id_seq", data_type=BigInteger)


def _item_visibility() -> CheckConstraint:
    # PostgreSQL gives it to the partitions as well, under the same name.
    return known_visibility("visibility", "content_items_all")


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
    visibility: Mapped[str] = mapped_column(String(10), server_default=PUBLIC)
    # If not, `content_data` and `path_thumb` are text that a user sent, and no file is served.
    names_file: Mapped[bool] = mapped_column(server_default=text("true"))

    @declared_attr
    def creator_id(self) -> Mapped[UUID]:
        return owner()


def _order_index(name: str, *columns: str) -> Index:
    # Led by the visibility: what is public is one stretch. The creator is included, so that
    # "all but mine" is decided by the index, without the rows.
    leading = map(text, ["visibility", *columns])
    return Index(f"idx_content_{name}", *leading, postgresql_include=["creator_id"])


def _creator_index(name: str, *columns: str) -> Index:
    # Here the visibility is included: others see a part of a creator's items.
    leading = map(text, ["creator_id", *columns])
    return Index(f"idx_content_creator_{name}", *leading, postgresql_include=["visibility"])


def _settings_index(key: str, longest: int) -> Index:
    beginning = f"\"left\"(item_metadata ->> '{key}', {longest})"
    where = f"({beginning} IS NOT NULL)"
    return Index(f"idx_content_{key}", text(beginning), postgresql_where=text(where))


def _search_index(name: str, expression: str) -> Index:
    return Index(f"idx_content_search_{name}", text(expression), postgresql_using="gin")


class ContentItemAll(ContentColumns, Base):
    """Every item of the gallery; partitioned by how it was made."""

    __tablename__ = "content_items_all"
    __table_args__ = (
        # The gallery's orders: of all items, and of one creator's.
        _order_index("newest", "created_at DESC", "id DESC"),
        _order_index("updated", "updated_at DESC", "id DESC"),
        _order_index("best", "quality_score DESC", "id DESC"),
        _order_index("title", "title", "id"),
        _creator_index("newest", "created_at DESC", "id DESC"),
        _creator_index("updated", "updated_at DESC", "id DESC"),
        _creator_index("best", "quality_score DESC", "id DESC"),
        _creator_index("title", "title", "id"),
        # What `content_tags` refers to.
        Index(
            "idx_content_with_rights",
            "id",
            "source_type",
            "creator_id",
            "visibility",
            unique=True,
        ),
        # Searches: words, parts of words (where the server has pg_trgm), settings, suggestions.
        _search_index("terms", "search_terms(title, prompt)"),
        _search_index("line", "search_line(title, prompt)"),
        _search_index("settings", "search_settings(item_metadata)"),
        Index(
            "idx_content_search_model",
            "visibility",
            text("search_name(item_metadata ->> 'model')"),
            postgresql_where=text("((item_metadata ->> 'model'::text) IS NOT NULL)"),
        ),
        Index(
            "idx_content_file",
            "content_data",
            postgresql_using="hash",
            postgresql_where=text("names_file AND content_data <> ''"),
        ),
        _settings_index("model", 200),
        _settings_index("seed", 40),
        _settings_index("sampler", 200),
        Index(
            "idx_content_loras",
            text("content_loras(item_metadata)"),
            postgresql_using="gin",
            postgresql_where=text("(item_metadata ? 'loras'::text)"),
        ),
        Index(
            "idx_content_import_key",
            text("(item_metadata ->> 'import_key')"),
            "source_type",
            "creator_id",
            unique=True,
            postgresql_where=text("item_metadata ? 'import_key'"),
        ),
        _item_visibility(),
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
    __table_args__ = (_item_visibility(),)

    source_type: Mapped[str] = _partition_key(PARTITIONS[REGULAR])


class ContentItemAuto(ContentColumns, Base):
    """The partition of items generated automatically (`source_type` is always `auto`)."""

    __tablename__ = "content_items_auto"
    __table_args__ = (_item_visibility(),)

    source_type: Mapped[str] = _partition_key(PARTITIONS[AUTO])


class DeletedItem(Base):
    """An item that was deleted in the pages, kept as long as that can be undone."""

    __tablename__ = "deleted_items"
    __table_args__ = (
        Index("idx_deleted_items_oldest", "deleted_at"),
        Index("idx_deleted_items_batch", "batch", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # Without accounts, it is no user.
    deleted_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    deleted_at: Mapped[datetime] = mapped_column(server_default=func.now())
    item: Mapped[dict[str, Any]]
    batch: Mapped[UUID] = mapped_column(server_default=func.gen_random_uuid())
    # Rows of other tables that left with it, as arrays by the names of their tables.
    followers: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))

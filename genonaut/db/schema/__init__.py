"""The tables, as SQLAlchemy sees them.

The database itself is created by the migrations; `tests/integration/test_migrations.py` proves that
the two agree. Triggers, views and partitions have no place in SQLAlchemy's metadata, so they are
in `migrations/sql/` only.
"""

from genonaut.db.schema.base import Base
from genonaut.db.schema.bookmark_counts import (
    AlbumItemRefresh,
    AlbumItemStats,
    AlbumRefresh,
    AlbumStats,
    BookmarkRefresh,
    BookmarkStats,
    album_deltas,
    album_item_deltas,
    bookmark_deltas,
)
from genonaut.db.schema.bookmarks import (
    Bookmark,
    BookmarkCategory,
    BookmarkCategoryMember,
    BookmarkCategoryShare,
    ContentSourceType,
)
from genonaut.db.schema.content import (
    ContentColumns,
    ContentItem,
    ContentItemAll,
    ContentItemAuto,
    DeletedItem,
    content_items_id_seq,
)
from genonaut.db.schema.counts import (
    GenSourceRefresh,
    GenSourceStats,
    GrowthPoint,
    RefreshColumns,
    TagCardinalityRefresh,
    TagCardinalityStats,
    gen_source_deltas,
    tag_cardinality_deltas,
)
from genonaut.db.schema.facet_counts import (
    CreatorAutoTagRefresh,
    CreatorAutoTagStats,
    CreatorRegularTagRefresh,
    CreatorRegularTagStats,
    FacetRefresh,
    FacetStats,
    PrivateFacetRefresh,
    PrivateFacetStats,
    creator_tag_deltas,
    facet_deltas,
)
from genonaut.db.schema.imports import Import, ImportedItem
from genonaut.db.schema.library import (
    LibraryFile,
    LibraryRoot,
    LibrarySeen,
    NotDuplicates,
    PictureHash,
)
from genonaut.db.schema.people import (
    ApiToken,
    AuditEntry,
    OneTimeLink,
    SignInFailure,
    SignInStart,
    UserSession,
)
from genonaut.db.schema.private_counts import (
    PrivateAutoTagRefresh,
    PrivateAutoTagStats,
    PrivateRegularTagRefresh,
    PrivateRegularTagStats,
    PrivateSourceRefresh,
    PrivateSourceStats,
    private_source_deltas,
    private_tag_deltas,
)
from genonaut.db.schema.ratings import Rating, RatingRefresh, RatingStats, rating_deltas
from genonaut.db.schema.searches import SearchEntry
from genonaut.db.schema.tags import ContentTag, Tag
from genonaut.db.schema.users import ForeignIdentity, User
from genonaut.db.schema.values import (
    AUTO,
    PARTITIONS,
    PRIVATE,
    PUBLIC,
    REGULAR,
    SourceType,
    Visibility,
)

__all__ = [
    "AUTO",
    "PARTITIONS",
    "PRIVATE",
    "PUBLIC",
    "REGULAR",
    "AlbumItemRefresh",
    "AlbumItemStats",
    "AlbumRefresh",
    "AlbumStats",
    "ApiToken",
    "AuditEntry",
    "Base",
    "Bookmark",
    "BookmarkCategory",
    "BookmarkCategoryMember",
    "BookmarkCategoryShare",
    "BookmarkRefresh",
    "BookmarkStats",
    "ContentColumns",
    "ContentItem",
    "ContentItemAll",
    "ContentItemAuto",
    "ContentSourceType",
    "ContentTag",
    "CreatorAutoTagRefresh",
    "CreatorAutoTagStats",
    "CreatorRegularTagRefresh",
    "CreatorRegularTagStats",
    "DeletedItem",
    "FacetRefresh",
    "FacetStats",
    "ForeignIdentity",
    "GenSourceRefresh",
    "GenSourceStats",
    "GrowthPoint",
    "Import",
    "ImportedItem",
    "LibraryFile",
    "LibraryRoot",
    "LibrarySeen",
    "NotDuplicates",
    "OneTimeLink",
    "PictureHash",
    "PrivateAutoTagRefresh",
    "PrivateAutoTagStats",
    "PrivateFacetRefresh",
    "PrivateFacetStats",
    "PrivateRegularTagRefresh",
    "PrivateRegularTagStats",
    "PrivateSourceRefresh",
    "PrivateSourceStats",
    "Rating",
    "RatingRefresh",
    "RatingStats",
    "RefreshColumns",
    "SearchEntry",
    "SignInFailure",
    "SignInStart",
    "SourceType",
    "Tag",
    "TagCardinalityRefresh",
    "TagCardinalityStats",
    "User",
    "UserSession",
    "Visibility",
    "album_deltas",
    "album_item_deltas",
    "bookmark_deltas",
    "content_items_id_seq",
    "creator_tag_deltas",
    "facet_deltas",
    "gen_source_deltas",
    "private_source_deltas",
    "private_tag_deltas",
    "rating_deltas",
    "tag_cardinality_deltas",
]

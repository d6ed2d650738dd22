"""The web application, put together."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cached_property
from typing import Any

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from genonaut import __version__
from genonaut.api.http.attempts import SignIns
from genonaut.api.http.bodies import Bodies
from genonaut.api.http.bulk import AT_ONCE as BULK_AT_ONCE
from genonaut.api.http.counts_reader import CountsReader
from genonaut.api.http.door import Door
from genonaut.api.http.downloads import AT_ONCE as DOWNLOADS_AT_ONCE
from genonaut.api.http.entrance import Entrance
from genonaut.api.http.errors import UnexpectedErrors, handle_errors
from genonaut.api.http.gallery_reader import GalleryReader
from genonaut.api.http.guarded_routes import require_access
from genonaut.api.http.guesses import Guesses
from genonaut.api.http.hosts import AllowedHosts
from genonaut.api.http.identities import Identities
from genonaut.api.http.ids import HEADER, RequestLog
from genonaut.api.http.limiter import ConnectionLimiter
from genonaut.api.http.metrics import RequestMetrics
from genonaut.api.http.multipart import UploadLimits
from genonaut.api.http.oidc import Providers
from genonaut.api.http.openapi import describe, operation_id
from genonaut.api.http.positions import HEADER as POSITION
from genonaut.api.http.positions import FromThePrimaryInstead, SendPosition
from genonaut.api.http.short_way import ShortWay
from genonaut.api.http.uploads import Uploads
from genonaut.api.live.figures import LiveFigures
from genonaut.api.live.streams import LiveStreams
from genonaut.api.monitoring.health import HealthService
from genonaut.api.monitoring.metrics import MetricsService
from genonaut.api.monitoring.slots import Slot
from genonaut.api.routes import (
    account,
    admin,
    albums,
    api_health,
    bookmark_places,
    bookmarks,
    bulk,
    content,
    content_lists,
    downloads,
    duplicates,
    facets,
    gallery,
    index,
    keys,
    monitoring,
    ratings,
    searches,
    searching,
    shared_albums,
    stats,
    stats_stream,
    tags,
    uploads,
    user_changes,
    users,
)
from genonaut.config import Settings
from genonaut.db.gen_source_counts import CountsPolicy
from genonaut.db.replica_watch import ReplicaWatch, replica_watch
from genonaut.db.session import Database
from genonaut.library.roots import Library
from genonaut.web.page_route import respond_to_error
from genonaut.web.routes import add_pages

DESCRIPTION = """An image gallery for AI-generated art whose counts are never slow and never wrong.

Every error is `{"error": noun, "detail": sentence, "request_id": id}`. Every response has a header
`X-Request-ID`: the one that was sent, if it is valid. Times are in UTC."""

TAGS = [
    {"name": "stats", "description": "Counts by how items were made, and by whom."},
    {"name": "content", "description": "Items of the gallery."},
    {"name": "tags", "description": "Words to find items by, with exact counts."},
    {"name": "favourites", "description": "What users keep, in albums, and secret links to these."},
    {"name": "users", "description": "The creators of items."},
    {"name": "account", "description": "Signing in, and your own account."},
    {"name": "admin", "description": "Accounts of all users, and who did what."},
    {"name": "health", "description": "For load balancers and watchdogs."},
]


class Gallery(FastAPI):
    """The application; its OpenAPI says what each operation takes."""

    def openapi(self) -> dict[str, Any]:
        """The description, made once."""
        return describe(self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in."""
        await self._entrance(scope, receive, send)

    @cached_property
    def _entrance(self) -> ASGIApp:
        """What stands before FastAPI. It is made at the first request, as FastAPI's own stack."""
        settings: Settings = self.state.settings
        app: ASGIApp = ShortWay(super().__call__, self, self._failing)
        if settings.api.cors_origins:
            app = CORSMiddleware(
                app,
                allow_origins=settings.api.cors_origins,
                allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
                allow_headers=["*"],
                expose_headers=[HEADER, "ETag", *([POSITION] if self.state.replica_watch else [])],
            )
        return Entrance(
            app,
            allowed=AllowedHosts(settings.api.host, settings.api.allowed_hosts),
            log=RequestLog(settings.log),
            metrics=RequestMetrics(self.state.metrics.registry, self.state.slot),
        )

    def _failing(self, app: ASGIApp) -> ASGIApp:
        """An application whose errors become responses as those of routes do."""
        return UnexpectedErrors(ExceptionMiddleware(app, self.exception_handlers), respond_to_error)


def create_app(
    settings: Settings,
    database: Database,
    *,
    on_long_ledger: Callable[[], None] | None = None,
    slot: Slot | None = None,
) -> FastAPI:
    """The application on an open database.

    `on_long_ledger` is called by reads that find more ledger rows than `stats.fold-after-rows`.
    `slot` is the place of this process among several on one socket.
    """
    app = Gallery(
        title="Genonaut",
        version=__version__,
        description=DESCRIPTION,
        openapi_tags=TAGS,
        generate_unique_id_function=operation_id,
        # Ours are in genonaut/web/docs.py: they need no other host.
        openapi_url=None,
        # `Entrance` does better: a redirect would trust the request's Host header.
        redirect_slashes=False,
        lifespan=_close_at_the_end,
    )
    app.state.settings = settings
    app.state.slot = slot
    app.state.database = database
    app.state.bodies = Bodies()
    app.state.uploads = Uploads(Library.of(settings), UploadLimits.of(settings.library))
    app.state.counts_policy = CountsPolicy.of(settings.stats, on_long_ledger)
    places, patience = settings.api.pool_size, settings.api.patience_seconds
    app.state.limiter = ConnectionLimiter(places, patience)
    # Searches may take long, so they never have all places.
    app.state.search_limiter = ConnectionLimiter(max(1, places // 3), patience)
    app.state.bulk_limiter = ConnectionLimiter(BULK_AT_ONCE, patience)
    app.state.download_limiter = ConnectionLimiter(DOWNLOADS_AT_ONCE, patience=0)
    app.state.counts_reader = CountsReader(
        database, settings, app.state.limiter, app.state.counts_policy
    )
    app.state.gallery_reader = GalleryReader(
        database,
        settings,
        app.state.limiter,
        app.state.search_limiter,
        app.state.counts_policy,
    )
    app.state.replica_watch = replica_watch(database, settings)
    app.state.health = HealthService(database, settings)
    app.state.metrics = MetricsService(database, slot)
    app.state.identities = Identities(database, settings, app.state.limiter)
    app.state.sign_ins = SignIns(settings)
    app.state.guesses = Guesses()
    app.state.live = LiveStreams(
        app.state.counts_reader,
        app.state.identities,
        settings.api,
        LiveFigures(app.state.metrics.registry, slot),
    )
    app.state.providers = Providers(settings)
    for routes in (
        *(stats, stats_stream, gallery, facets, uploads, duplicates, bulk, downloads, content),
        *(ratings, tags, users, searching),
        *(bookmarks, bookmark_places, shared_albums, albums),
        *(account, keys, admin, index, monitoring),
        *(content_lists, searches, user_changes, api_health),
    ):
        app.include_router(routes.router)
    app.include_router(content.bulk_router)
    add_pages(app, settings)
    require_access(app)
    handle_errors(app, respond_to_error)
    _add_middleware(app, settings)
    return app


@asynccontextmanager
async def _close_at_the_end(app: FastAPI) -> AsyncIterator[None]:
    await run_in_threadpool(app.state.uploads.clear)
    watch: ReplicaWatch | None = app.state.replica_watch
    if watch:
        await watch.start()
    yield
    await app.state.live.close()
    if watch:
        await watch.close()
    await run_in_threadpool(app.state.uploads.close)
    await run_in_threadpool(app.state.sign_ins.close)
    await app.state.identities.close()
    await app.state.providers.close()
    await app.state.counts_reader.close()
    await app.state.gallery_reader.close()


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    """What FastAPI runs around its routes, from the inside out."""
    watch: ReplicaWatch | None = app.state.replica_watch
    if watch:
        app.add_middleware(FromThePrimaryInstead)
        app.add_middleware(SendPosition, newest=watch.newest)
    app.add_middleware(UnexpectedErrors, respond=respond_to_error)
    app.add_middleware(
        Door,
        allowed=settings.api.cors_origins,
        read_only=settings.api.read_only,
        respond=respond_to_error,
    )

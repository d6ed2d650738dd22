"""Environment variables of the settings, and the files that they may name instead of a value.

Containers are given secrets as files: with DB_PASSWORD_FILE, the password is what its file holds.
"""

import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from genonaut.errors import ConfigError

VARIABLES: Final = {
    "GENONAUT_HOME": "home",
    "API_HOST": "api.host",
    "API_PORT": "api.port",
    "API_PROCESSES": "api.processes",
    "API_POOL_SIZE": "api.pool-size",
    "API_STATEMENT_TIMEOUT_SECONDS": "api.statement-timeout-seconds",
    "API_PATIENCE_SECONDS": "api.patience-seconds",
    "API_CORS_ORIGINS": "api.cors-origins",
    "API_ALLOWED_HOSTS": "api.allowed-hosts",
    "API_READ_ONLY": "api.read-only",
    "API_LIVE_STREAMS": "api.live-streams",
    "API_LIVE_STREAMS_OF_ONE": "api.live-streams-of-one",
    "AUTH_MODE": "auth.mode",
    "AUTH_ANONYMOUS": "auth.anonymous",
    "AUTH_OPEN_TO_THE_NETWORK": "auth.open-to-the-network",
    "AUTH_SESSION_DAYS": "auth.session-days",
    "AUTH_OIDC": "auth.oidc",
    "AUTH_HEADER_USER": "auth.header.user",
    "AUTH_HEADER_GROUPS": "auth.header.groups",
    "AUTH_HEADER_PROXIES": "auth.header.proxies",
    "AUTH_HEADER_ADMIN_GROUP": "auth.header.admin-group",
    "DATABASE_URL": "db.url",
    "DATABASE_OWNER_URL": "db.owner-url",
    "DATABASE_COUNTING_URL": "db.counting-url",
    "DATABASE_REPLICA_URLS": "db.replica-urls",
    "DATABASE_REPLICA_MAX_LAG_SECONDS": "db.replica-max-lag-seconds",
    "DB_REPLICAS": "db.replicas",
    "DB_HOST": "db.host",
    "DB_PORT": "db.port",
    "DB_NAME": "db.name",
    "DB_USER": "db.user",
    "DB_PASSWORD": "db.password",
    "DB_CONNECT_TIMEOUT_SECONDS": "db.connect-timeout-seconds",
    "DB_POOLER": "db.pooler",
    "DB_ROLES_APP": "db.roles.app",
    "DB_ROLES_COUNTING": "db.roles.counting",
    "DB_ROLES_READ": "db.roles.read",
    "GENONAUT_STATS_LIVE_COUNT_TIMEOUT_SECONDS": "stats.live-count-timeout-seconds",
    "GENONAUT_STATS_FOLD_AFTER_ROWS": "stats.fold-after-rows",
    "GENONAUT_STATS_STALE_AFTER_SECONDS": "stats.stale-after-seconds",
    "GENONAUT_GALLERY_COUNT_TIMEOUT_SECONDS": "gallery.count-timeout-seconds",
    "GENONAUT_GALLERY_VIEWING_AS": "gallery.viewing-as",
    "GENONAUT_GALLERY_IMAGES_FOLDER": "gallery.images-folder",
    "GENONAUT_LIBRARY_FOLDER": "library.folder",
    "GENONAUT_LIBRARY_MOST_PIXELS": "library.most-pixels",
    "GENONAUT_LIBRARY_THUMBNAIL_PROCESSES": "library.thumbnail-processes",
    "GENONAUT_LIBRARY_UPLOAD_FILES": "library.upload-files",
    "GENONAUT_LIBRARY_UPLOAD_FILE_MEBIBYTES": "library.upload-file-mebibytes",
    "GENONAUT_LIBRARY_UPLOAD_MEBIBYTES": "library.upload-mebibytes",
    "GENONAUT_LIBRARY_WATCH": "library.watch",
    "REDIS_URL": "redis.url",
    "CELERY_BROKER_URL": "celery.broker-url",
    "CELERY_RESULT_BACKEND": "celery.result-backend",
    "CELERY_SCHEDULER": "celery.scheduler",
    "CELERY_BEAT_LOCK_SECONDS": "celery.beat-lock-seconds",
    "CELERY_WORKER_THREADS": "celery.worker-threads",
    "CELERY_TASK_SECONDS": "celery.task-seconds",
    "CELERY_RESULT_SECONDS": "celery.result-seconds",
    "CELERY_BEAT_SCHEDULE": "celery.beat-schedule",
    "FLOWER_HOST": "flower.host",
    "FLOWER_PORT": "flower.port",
    "FLOWER_BASIC_AUTH": "flower.basic-auth",
    "LOG_LEVEL": "log.level",
    "LOG_FORMAT": "log.format",
    "LOG_REQUESTS": "log.requests",
    "LOG_SLOW_REQUEST_SECONDS": "log.slow-request-seconds",
    "GENONAUT_SEED_WHEN_EMPTY": "seed-when-empty",
    "GENONAUT_LITE": "lite",
}
"""Environment variable -> key. With `_FILE` after it, each names a file with the value."""
IN_JSON: Final = {
    "auth.oidc",
    "stats.stale-after-seconds",
    "library.watch",
    "celery.beat-schedule",
}
"""Keys whose values have parts: their variables hold JSON, as the files of settings do."""
LARGEST_FILE: Final = 65_536


class Given(NamedTuple):
    """A value from the environment, and how messages name its place."""

    text: str
    origin: str


def is_given(variables: Mapping[str, str], name: str) -> bool:
    """Whether a variable is set, itself or by a file; an empty one counts as not set."""
    return bool(variables.get(name) or variables.get(f"{name}_FILE"))


def given(variables: Mapping[str, str], name: str, most: int = LARGEST_FILE) -> Given | None:
    """What a variable holds, or the file that it names.

    Raises:
        ConfigError: there is both, or the file holds no value.
    """
    text, file = variables.get(name), variables.get(f"{name}_FILE")
    if text and file:
        raise ConfigError(f"{name} and {name}_FILE are both set: unset one of them.")
    if not file:
        return Given(text, name) if text else None
    try:
        return Given(read_value(file, most), f"{name}_FILE ({file})")
    except ValueError as error:
        raise ConfigError(
            f"{name}_FILE names {file!r}, which {error}: write the value to it, and nothing else, "
            "and let Genonaut read it."
        ) from None


def read_value(file: str, most: int) -> str:
    """The value that a file holds: its text without the last line end.

    Raises:
        ValueError: it holds none; the message is the end of a sentence, and quotes nothing.
    """
    try:
        path = Path(file)
        if not stat.S_ISREG(path.stat().st_mode):  # reading another kind might never end
            raise ValueError("is not a file")
        with path.open("rb") as opened:
            content = opened.read(most + 1)
    except OSError as error:
        raise ValueError(f"cannot be read ({error.strerror})") from None
    if len(content) > most:
        raise ValueError(f"is larger than {most:,} bytes")
    return _text(content)


def _text(content: bytes) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise ValueError("is not text in UTF-8") from None
    value = text.removesuffix("\r\n" if text.endswith("\r\n") else "\n")
    if not value or "\0" in value:
        raise ValueError("has a zero byte in it" if value else "is empty")
    return value

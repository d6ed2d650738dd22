"""The settings: `config/base.json`, then the environment's overlay, then environment variables.

They are read and validated once, when a command starts; all other code is given a `Settings`.
"""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self, get_args, get_origin

from pydantic import (
    BaseModel,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from genonaut.config_home import (
    CHECKOUT,
    MEMORY,
    OWN,
    default_home,
    environment_of,
    is_default,
    remembered,
)
from genonaut.config_layers import (
    NOTHING,
    Layer,
    Section,
    environment_layer,
    json_layer,
    merge,
    problem,
)
from genonaut.config_people import (
    MOST_PROVIDERS,
    HeaderSettings,
    OidcSettings,
    refuse_client_secrets,
    with_client_secrets,
)
from genonaut.config_secrets import Addresses, Logins, RedisAddress
from genonaut.config_servers import parse_replica_urls, parse_url, refuse_several
from genonaut.errors import ConfigError

if TYPE_CHECKING:  # it takes longer than all the rest: only named databases have addresses
    from sqlalchemy import URL

PACKAGE = Path(__file__).parent

Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
HostName = Annotated[str, Field(pattern=r"^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)$")]
Rows = Annotated[int, Field(ge=1)]
RoleName = Annotated[str, Field(min_length=1, max_length=63)]

Role = Literal["owner", "app", "counting"]
"""What a process connects as: the schema's owner, the application, or who folds and refreshes."""
ROLES: tuple[Role, ...] = ("owner", "app", "counting")
MOST_PROCESSES: Final = 64
MOST_STANDBYS = 4
ROOT_NAME = "^[a-z0-9][a-z0-9_-]{0,63}$"


class ApiSettings(Section):
    host: str
    port: Port
    processes: Annotated[int, Field(ge=1, le=MOST_PROCESSES)] | None = None
    pool_size: Annotated[int, Field(ge=1, le=200)]
    statement_timeout_seconds: Seconds
    patience_seconds: Seconds
    cors_origins: list[str]
    allowed_hosts: list[HostName]
    read_only: bool
    live_streams: Annotated[int, Field(ge=0, le=100_000)]
    live_streams_of_one: Annotated[int, Field(ge=1, le=100_000)]

    @field_validator("cors_origins", "allowed_hosts", mode="before")
    @classmethod
    def _as_a_list(cls, value: object) -> object:
        if isinstance(value, str):  # from the environment
            return [name.strip() for name in value.split(",") if name.strip()]
        return value


class RoleSettings(Section):
    """The names of the roles with fewer rights than the owner; `genonaut.db.rights` has these."""

    app: RoleName
    counting: RoleName
    read: RoleName


class AuthSettings(Section):
    """How the gallery knows who sends a request: `open` is not at all.

    `anonymous` is what visitors may do who are not signed in.
    """

    mode: Literal["open", "accounts", "header"]
    open_to_the_network: bool
    anonymous: Literal["read", "nothing"]
    session_days: Annotated[float, Field(gt=0, le=365)]
    header: HeaderSettings
    oidc: list[OidcSettings] = Field(default=[], max_length=MOST_PROVIDERS)

    @field_validator("oidc")
    @classmethod
    def _have_names_of_their_own(cls, value: list[OidcSettings]) -> list[OidcSettings]:
        if len({provider.name for provider in value}) < len(value):
            raise ValueError("two providers have the same name")
        return value


class DbSettings(Section):
    url: SecretStr | None = None
    host: str | None = None
    owner_url: SecretStr | None = None
    counting_url: SecretStr | None = None
    replica_urls: SecretStr | None = None
    replica_max_lag_seconds: Seconds
    replicas: Annotated[int, Field(ge=0, le=MOST_STANDBYS)] | None = None
    roles: RoleSettings
    port: Port
    name: Annotated[str, Field(min_length=1, max_length=63)]
    user: str
    password: SecretStr | None = None
    connect_timeout_seconds: Annotated[int, Field(ge=1)]
    pooler: Literal["transaction"] | None = None

    @field_validator("url", "owner_url", "counting_url")
    @classmethod
    def _is_postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parse_url(value.get_secret_value())
        return value

    @field_validator("host")
    @classmethod
    def _is_one_server(cls, value: str | None) -> str | None:
        if value is not None:
            refuse_several(value)
        return value

    @field_validator("replica_urls")
    @classmethod
    def _are_servers(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parse_replica_urls(value.get_secret_value())
        return value

    @field_validator("replicas")
    @classmethod
    def _are_embedded(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value and (info.data.get("url") or info.data.get("host")):
            raise ValueError(
                "the replicas of a named server are its operator's: name them in "
                "DATABASE_REPLICA_URLS"
            )
        return value

    @field_validator("owner_url", "counting_url", "replica_urls")
    @classmethod
    def _is_beside_another(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is not None and not (info.data.get("url") or info.data.get("host")):
            raise ValueError("set DATABASE_URL or DB_HOST too, for the application")
        return value

    @field_validator("pooler")
    @classmethod
    def _is_before_a_named_server(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and not (info.data.get("url") or info.data.get("host")):
            raise ValueError("set DATABASE_URL or DB_HOST too, to the address of the pooler")
        return value

    @property
    def is_embedded(self) -> bool:
        """Whether no server is named, so that we use an embedded one."""
        return self.url is None and self.host is None

    def server_url(self, role: Role = "app") -> "URL":
        """The address of the named server's database, for a role; one address may be for all."""
        from sqlalchemy import URL  # noqa: PLC0415 - as above

        own = {"owner": self.owner_url, "counting": self.counting_url}.get(role)
        if url := own or self.url:
            return parse_url(url.get_secret_value()).set(database=self.name)
        password = self.password.get_secret_value() if self.password else None
        return URL.create(
            "postgresql+psycopg", self.user, password, self.host, self.port, self.name
        )

    def replica_addresses(self) -> list["URL"]:
        """The addresses of the database's replicas, for the application."""
        if self.replica_urls is None:
            return []
        found = parse_replica_urls(self.replica_urls.get_secret_value())
        return [url.set(database=self.name) for url in found]


class StatsSettings(Section):
    live_count_timeout_seconds: Seconds
    fold_after_rows: Rows
    stale_after_seconds: dict[str, Seconds]

    def stale_after(self, count: str) -> float:
        """Seconds after which the last good refresh of a count is too old."""
        limits = self.stale_after_seconds
        return limits[count] if count in limits else limits["default"]

    @field_validator("stale_after_seconds")
    @classmethod
    def _has_a_default(cls, value: dict[str, float]) -> dict[str, float]:
        if "default" not in value:
            raise ValueError('it needs "default", for the counts that it does not name')
        return value


class GallerySettings(Section):
    count_timeout_seconds: Seconds
    viewing_as: bool
    images_folder: Path | None = None

    @field_validator("images_folder")
    @classmethod
    def _is_absolute(cls, value: Path | None) -> Path | None:
        return _absolute(value)


class WatchSettings(Section):
    """A folder that `genonaut up` watches, and how its pictures are taken in."""

    folder: Path
    creator: str | None = None
    source: Literal["regular", "auto"] = "regular"
    private: bool = False
    in_place: bool = False
    root: Annotated[str, Field(pattern=ROOT_NAME)] | None = None
    only_with_prompt: bool = False
    poll: bool = False

    @field_validator("folder")
    @classmethod
    def _is_absolute(cls, value: Path) -> Path | None:
        return _absolute(value)

    @model_validator(mode="after")
    def _names_a_folder_in_place(self) -> Self:
        if self.root is not None and not self.in_place:
            raise ValueError('"root" names a folder that stays in place: add "in-place": true')
        return self


class LibrarySettings(Section):
    folder: Path | None = None
    most_pixels: Annotated[int, Field(ge=1)]
    thumbnail_processes: Annotated[int, Field(ge=1, le=256)] | None = None
    upload_files: Annotated[int, Field(ge=1, le=1000)]
    upload_file_mebibytes: Annotated[int, Field(ge=1, le=256)]
    upload_mebibytes: Annotated[int, Field(ge=1, le=65536)]
    watch: list[WatchSettings] = Field(default=[], max_length=100)

    @field_validator("folder")
    @classmethod
    def _is_absolute(cls, value: Path | None) -> Path | None:
        return _absolute(value)


class RedisSettings(Section):
    url: RedisAddress | None = None


class ScheduleEntry(Section):
    """When a task runs: crontab fields (5 or "*/10"), or `every-seconds`."""

    enabled: bool
    task: str
    schedule: dict[str, int | float | str]


class CelerySettings(Section):
    broker_url: Addresses | None = None
    result_backend: Addresses | None = None
    scheduler: Literal["persistent", "redbeat"]
    beat_lock_seconds: Annotated[int, Field(ge=5, le=3600)]
    worker_threads: Annotated[int, Field(ge=1, le=64)]
    task_seconds: Annotated[int, Field(ge=10)]
    result_seconds: Annotated[int, Field(ge=1)]
    beat_schedule: dict[str, ScheduleEntry]


class FlowerSettings(Section):
    host: str
    port: Port
    basic_auth: Logins | None = None


class LogSettings(Section):
    level: Literal["debug", "info", "warning", "error"]
    format: Literal["text", "json"]
    requests: Literal["problems", "all"]
    slow_request_seconds: Seconds


class Settings(Section):
    """All settings. `docs/configuration.md` explains each."""

    environment: str
    home: Path
    api: ApiSettings
    auth: AuthSettings
    db: DbSettings
    redis: RedisSettings = RedisSettings()
    celery: CelerySettings
    flower: FlowerSettings
    stats: StatsSettings
    gallery: GallerySettings
    library: LibrarySettings
    log: LogSettings
    seed_when_empty: bool
    lite: bool

    @property
    def gallery_name(self) -> str:
        """Names the queue, the worker and beat's file, which a gallery shares with no other.

        Environments are told apart by their names, and so are the databases that they are given.
        """
        database = "" if self.db.is_embedded else f"-{self.db.name}"
        return re.sub(r"[^A-Za-z0-9._-]", "_", f"{self.environment}{database}")


def _absolute(path: Path | None) -> Path | None:
    if path is not None and not path.is_absolute():
        raise ValueError("it should be an absolute path")
    return path


def load_settings(environment: str | None = None) -> Settings:
    """The settings of an environment (default: GENONAUT_ENV, else what `found_environment` finds).

    Raises:
        ConfigError: a setting is wrong, unknown or missing; the message names the key, the value
            and where it came from.
    """
    folder = config_folder()
    base, variables = _outer_layers(folder)
    name = environment or os.environ.get("GENONAUT_ENV")
    found = name or _find_environment(base, variables)
    origin = "" if name else f", which {_home(base, variables) / MEMORY} names"
    layers = [_defaults(found), base, _overlay(folder, found, origin), variables]
    for layer in layers:
        refuse_client_secrets(layer)
    try:
        settings = Settings.model_validate(with_client_secrets(merge(layers), os.environ))
    except ValidationError as error:
        raise ConfigError(problem(error, layers, known_keys(Settings))) from error
    if settings.auth.mode == "header" and not settings.auth.header.proxies:
        raise ConfigError(
            "auth.mode (AUTH_MODE) is header, but auth.header.proxies (AUTH_HEADER_PROXIES) names "
            "no proxy: set it to the address that the proxy connects from, as in 127.0.0.1."
        )
    if settings.auth.mode != "open":
        settings = _without_viewing_as(settings)
    return settings if settings.db.is_embedded else _without_the_demo(settings)


def found_environment() -> str:
    """The environment of a command for which neither --env nor GENONAUT_ENV names one."""
    return _find_environment(*_outer_layers(config_folder()))


def chosen_home() -> Path | None:
    """The home that a variable or an option names, unless that is the default home."""
    found = environment_layer(os.environ).find(["home"])
    return Path(found) if isinstance(found, str) and not is_default(Path(found)) else None


def refuse_contradiction() -> None:
    """GENONAUT_ENV may be left over from another gallery than the one in this home.

    Raises:
        ConfigError: the home was first used as another environment.
    """
    base, variables = _outer_layers(config_folder())
    wanted, home = os.environ.get("GENONAUT_ENV"), _home(base, variables)
    if not wanted or _names_a_database(base, variables):
        return
    if (found := remembered(home)) not in (None, wanted):
        raise ConfigError(
            f"GENONAUT_ENV is {wanted!r}, but the gallery in {home} is {found!r}: unset "
            "GENONAUT_ENV, or override it with --env."
        )


def _outer_layers(folder: Path) -> tuple[Layer, Layer]:
    """Those that are the same in each environment."""
    return json_layer(folder / "base.json"), environment_layer(os.environ)


def _find_environment(base: Layer, variables: Layer) -> str:
    return OWN if _names_a_database(base, variables) else environment_of(_home(base, variables))


def _names_a_database(*layers: Layer) -> bool:
    address = (("db", "url"), ("db", "host"))
    return any(layer.find(key) not in (None, NOTHING) for layer in layers for key in address)


def _home(base: Layer, variables: Layer) -> Path:
    chosen = (layer.find(["home"]) for layer in (variables, base))
    return Path(next((home for home in chosen if isinstance(home, str)), default_home()))


def _without_the_demo(settings: Settings) -> Settings:
    """No made-up data in a named database, and no visitor who acts as its users."""
    return _without_viewing_as(settings).model_copy(update={"seed_when_empty": False})


def _without_viewing_as(settings: Settings) -> Settings:
    gallery = settings.gallery.model_copy(update={"viewing_as": False})
    return settings.model_copy(update={"gallery": gallery})


def config_folder() -> Path:
    """The configuration's folder: GENONAUT_CONFIG_DIR, the checkout's, or the package's own."""
    if chosen := os.environ.get("GENONAUT_CONFIG_DIR"):
        return Path(chosen)
    in_checkout = CHECKOUT / "config"
    return in_checkout if (in_checkout / "base.json").exists() else PACKAGE / "_config"


def _defaults(environment: str) -> Layer:
    return Layer("the defaults", {"environment": environment, "home": str(default_home())})


def _overlay(folder: Path, name: str, origin: str) -> Layer:
    known = sorted(path.stem for path in folder.glob("*.json") if path.stem != "base")
    if known and name not in known:
        raise ConfigError(
            f"There is no environment {name!r}{origin}: use one of {', '.join(known)}, "
            f"or write {folder / (name + '.json')}."
        )
    return json_layer(folder / f"{name}.json")


def known_keys(model: type[BaseModel], prefix: str = "") -> list[str]:
    keys: list[str] = []
    for field in model.model_fields.values():
        key = f"{prefix}{field.alias}"
        section: Any = field.annotation
        of_list: Any = next(iter(get_args(section)), None) if get_origin(section) is list else None
        if _is_section(of_list):
            keys += [key, *known_keys(of_list, f"{key}[].")]
        else:
            keys += known_keys(section, f"{key}.") if _is_section(section) else [key]
    return keys


def _is_section(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)

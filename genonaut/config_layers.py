"""Layers of settings that remember where each value came from, so that errors can name it."""

import difflib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from genonaut.errors import ConfigError

# Environment variable -> key.
VARIABLES = {
    "GENONAUT_HOME": "home",
    "GENONAUT_LIBRARY_FOLDER": "library.folder",
    "GENONAUT_GALLERY_IMAGES_FOLDER": "gallery.images-folder",
    "DATABASE_URL": "db.url",
    "DB_HOST": "db.host",
    "DB_PORT": "db.port",
    "DB_NAME": "db.name",
    "DB_USER": "db.user",
    "DB_PASSWORD": "db.password",
    "REDIS_URL": "redis.url",
    "CELERY_BROKER_URL": "celery.broker-url",
    "CELERY_RESULT_BACKEND": "celery.result-backend",
    "FLOWER_HOST": "flower.host",
    "FLOWER_PORT": "flower.port",
    "FLOWER_BASIC_AUTH": "flower.basic-auth",
    "API_HOST": "api.host",
    "API_PORT": "api.port",
    "API_ALLOWED_HOSTS": "api.allowed-hosts",
    "API_READ_ONLY": "api.read-only",
    "AUTH_MODE": "auth.mode",
    "AUTH_OPEN_TO_THE_NETWORK": "auth.open-to-the-network",
    "LOG_LEVEL": "log.level",
    "LOG_FORMAT": "log.format",
}
# Keys that may be set in the environment only.
SECRETS = {
    key: variable
    for variable, key in VARIABLES.items()
    if key
    in {
        "db.url",
        "db.password",
        "redis.url",
        "celery.broker-url",
        "celery.result-backend",
        "flower.basic-auth",
    }
}
# Objects that are one value: a later layer replaces them as a whole.
WHOLE = {"schedule"}


NOTHING = object()


@dataclass(frozen=True)
class Layer:
    """Some settings, nested as in the files, and where they come from."""

    origin: str
    values: dict[str, Any]
    variables: Mapping[str, str] = field(default_factory=dict)

    def find(self, path: Sequence[str | int]) -> Any:  # noqa: ANN401
        """The value at a path of keys and places in lists, or NOTHING; null is a value."""
        found: Any = self.values
        for part in path:
            if isinstance(part, int):
                found = found[part] if isinstance(found, list) and part < len(found) else NOTHING
            else:
                found = found.get(part, NOTHING) if isinstance(found, dict) else NOTHING
        return found

    def origin_of(self, key: str) -> str:
        """Where a value comes from, as messages say it: a file, or an environment variable."""
        return self.variables.get(key, self.origin)


def json_layer(path: Path) -> Layer:
    """The settings in a file.

    Raises:
        ConfigError: it is missing, not JSON, not an object, or contains a secret.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(
            f"{path} is missing: restore it, or correct GENONAUT_CONFIG_DIR."
        ) from error
    except json.JSONDecodeError as error:
        raise ConfigError(
            f"{path} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from error
    except RecursionError as error:
        raise ConfigError(f"{path} is nested too deeply to be settings.") from error
    except (OSError, ValueError) as error:  # also: not UTF-8, or a number of 5,000 digits
        raise ConfigError(f"{path} cannot be read: {error}.") from error
    if not isinstance(values, dict):
        raise ConfigError(f"{path} should contain one JSON object.")
    layer = Layer(str(path), values)
    for key, variable in SECRETS.items():
        if layer.find(key.split(".")) not in (None, NOTHING):
            raise ConfigError(
                f"{key} in {path} is a secret: remove it, and set {variable} in the environment."
            )
    return layer


def environment_layer(variables: Mapping[str, str]) -> Layer:
    """The settings in environment variables; an empty one counts as not set."""
    values: dict[str, Any] = {}
    for name, key in VARIABLES.items():
        if text := variables.get(name):
            _put(values, key, text)
    origins = {key: name for name, key in VARIABLES.items()}
    database = _name_in(variables.get("DATABASE_URL", ""))
    if database and not variables.get("DB_NAME"):
        _put(values, "db.name", database)
        origins["db.name"] = "DATABASE_URL"
    return Layer("the environment", values, origins)


def _name_in(url: str) -> str | None:
    try:
        return make_url(url).database
    except (ArgumentError, ValueError):
        return None  # the validation of db.url says what is wrong with it


def _put(values: dict[str, Any], key: str, value: str) -> None:
    *sections, last = key.split(".")
    for section in sections:
        values = values.setdefault(section, {})
    values[last] = value


def merge(layers: Iterable[Layer]) -> dict[str, Any]:
    """One nested dictionary; a later layer wins, key by key."""
    merged: dict[str, Any] = {}
    for layer in layers:
        _merge_into(merged, layer.values)
    return merged


def _merge_into(target: dict[str, Any], values: dict[str, Any]) -> None:
    for key, value in values.items():
        both = isinstance(value, dict) and isinstance(target.get(key), dict)
        if both and key not in WHOLE:
            _merge_into(target[key], value)
        else:
            target[key] = dict(value) if isinstance(value, dict) else value


def problem(error: ValidationError, layers: list[Layer], known: list[str]) -> str:
    """The first error, as a sentence with key, value and origin."""
    first = error.errors()[0]
    path = list(first["loc"])
    if first["type"] == "missing":
        return _missing(path, layers)
    # Pydantic's path continues into unions, which have no keys.
    while not (holders := [layer for layer in layers if layer.find(path) is not NOTHING]):
        path.pop()
    key, layer = _key(path), holders[-1]
    if first["type"] == "extra_forbidden":
        return f"{key} in {layer.origin} is not a setting{_suggestion(key, known)}"
    is_secret = any(secret == key or secret.startswith(f"{key}.") for secret in SECRETS)
    shown = "the value" if is_secret else repr(layer.find(path))
    reason = first["msg"].removeprefix("Value error, ")
    return f"{key} is wrong: {shown}, from {layer.origin_of(key)}; {reason}."


def _missing(path: Sequence[str | int], layers: Iterable[Layer]) -> str:
    holders = [layer.origin for layer in layers if layer.find(path[:-1]) is not NOTHING]
    in_a_list = any(isinstance(part, int) for part in path)
    file = holders[-1] if in_a_list else "config/base.json"
    return f"The setting {_key(path)} is missing: add it to {file}."


def _key(path: Iterable[str | int]) -> str:
    """As messages name it: `library.watch[0].folder`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")


def _suggestion(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(re.sub(r"\[\d+\]", "[]", key), known, n=1)
    return f": did you mean {close[0]}?" if close else ": see docs/configuration.md."

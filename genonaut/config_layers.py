"""Layers of settings that remember where each value came from, so that errors can name it."""

import difflib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from genonaut.config_variables import IN_JSON, VARIABLES, Given, given
from genonaut.errors import ConfigError
from genonaut.plain_words import OF_SETTINGS, in_plain_words

# Keys that may be set in the environment only.
SECRETS = {
    key: variable
    for variable, key in VARIABLES.items()
    if key
    in {
        "db.url",
        "db.owner-url",
        "db.counting-url",
        "db.replica-urls",
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


class Section(BaseModel):
    """Settings that belong together. Keys are kebab-case in files; an unknown key is an error."""

    model_config = ConfigDict(
        alias_generator=lambda name: name.replace("_", "-"),
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )


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
        for whole, variable in self.variables.items():
            if key == whole or key.startswith((f"{whole}.", f"{whole}[")):
                return variable
        return self.origin


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
    """The settings in environment variables and in the files that they name."""
    values: dict[str, Any] = {}
    origins = {}
    for name, key in VARIABLES.items():
        if found := given(variables, name):
            _put(values, key, _parts(found) if key in IN_JSON else found.text)
            origins[key] = found.origin
    database = _name_in(values.get("db", {}).get("url", ""))
    if database and "db.name" not in origins:
        _put(values, "db.name", database)
        origins["db.name"] = origins["db.url"]
    return Layer("the environment", values, origins)


def _parts(found: Given) -> object:
    try:
        return json.loads(found.text)
    except (ValueError, RecursionError):  # it may hold a secret by mistake: nothing is quoted
        raise ConfigError(
            f"{found.origin} should be JSON, as docs/configuration.md shows it."
        ) from None


def _name_in(url: str) -> str | None:
    if not url:
        return None
    # It takes longer than all the rest, and only a named database has an address.
    from sqlalchemy import make_url  # noqa: PLC0415
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415

    try:
        return make_url(url).database
    except (ArgumentError, ValueError):
        return None  # the validation of db.url says what is wrong with it


def _put(values: dict[str, Any], key: str, value: object) -> None:
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
        return f"{key} in {layer.origin_of(key)} is not a setting{_suggestion(key, known)}"
    is_secret = any(secret == key or secret.startswith(f"{key}.") for secret in SECRETS)
    shown = "the value" if is_secret else repr(layer.find(path))
    reason = in_plain_words(first, OF_SETTINGS, "It is not a value of this setting")
    reason = reason[0].lower() + reason[1:]
    return f"{key} is wrong: {shown}, from {layer.origin_of(key)}; {reason}."


def _missing(path: Sequence[str | int], layers: Iterable[Layer]) -> str:
    key = _key(path)
    holder = [layer for layer in layers if layer.find(path[:-1]) is not NOTHING][-1:]
    origins = [each.origin_of(key) for each in holder]
    in_a_list = any(isinstance(part, int) for part in path)
    of_a_variable = any(each.origin_of(key) != each.origin for each in holder)
    file = origins[-1] if in_a_list or of_a_variable else "config/base.json"
    return f"The setting {key} is missing: add it to {file}."


def _key(path: Iterable[str | int]) -> str:
    """As messages name it: `library.watch[0].folder`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")


def _suggestion(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(re.sub(r"\[\d+\]", "[]", key), known, n=1)
    return f": did you mean {close[0]}?" if close else ": see docs/configuration.md."

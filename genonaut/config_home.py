"""A home, and what it remembers: the environment that it was first used as.

So a gallery is found again by its folder alone. docs/configuration.md has the rule.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from platformdirs import user_data_path

from genonaut.config_variables import read_value
from genonaut.embedded.private import make_folder, write_atomically
from genonaut.errors import ConfigError

CHECKOUT: Final = Path(__file__).parent.parent
DEMO: Final = "demo"
OWN: Final = "own"
MEMORY: Final = "environment"
LONGEST_NAME: Final = 256


def default_home() -> Path:
    """Where the data is if no home is chosen: in the checkout, or in the account's data folder."""
    in_checkout = (CHECKOUT / "pyproject.toml").exists()
    return CHECKOUT / ".genonaut" if in_checkout else user_data_path("genonaut")


def is_default(home: Path) -> bool:
    """Whether a path leads to the default home."""
    return os.path.realpath(home) == os.path.realpath(default_home())


def environment_of(home: Path) -> str:
    """The environment of a home, for commands that name none.

    A home that its user chose is an own gallery, unless it was first used as something else. The
    default one, which several environments share, is the demo's.
    """
    if found := remembered(home):
        return found
    return DEMO if is_default(home) else _of_an_older_version(home) or OWN


def remembered(home: Path) -> str | None:
    """The environment that a home was first used as; None if it does not say.

    Raises:
        ConfigError: its file cannot be read.
    """
    file = home / MEMORY
    if not os.path.lexists(file):
        return None
    try:
        return read_value(str(file), LONGEST_NAME).strip()
    except ValueError as error:
        raise ConfigError(
            f"{file} {error}: write an environment's name into it, such as {OWN}, or use --env."
        ) from None


def remember(home: Path, environment: str) -> None:
    """Write down the environment of a chosen home that is used for the first time.

    It comes before the data, so that no interruption leaves data of an unknown environment. Of data
    that an older version left, the environment is not known for certain.
    """
    if is_default(home) or os.path.lexists(home / MEMORY) or has_data(home):
        return
    with suppress(OSError):  # the server that starts next needs the folder, and says what is wrong
        make_folder(home)
        write_atomically(home / MEMORY, f"{environment}\n")


def has_data(home: Path) -> bool:
    """Whether there is an embedded database in it."""
    return (home / "postgres" / "data" / "PG_VERSION").is_file()


def _of_an_older_version(home: Path) -> str | None:
    """Homes did not remember their environment: `genonaut up` has left its name, or it was demo."""
    if not has_data(home):
        return None
    served = {file.name.removeprefix("up-") for file in home.glob("up-*")}
    return served.pop() if len(served) == 1 else DEMO

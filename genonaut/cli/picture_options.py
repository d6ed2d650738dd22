"""How pictures are taken in: options of the commands that do so."""

from typing import Annotated

import typer

from genonaut.errors import UsageError
from genonaut.ingest.intake import PictureOptions

InPlace = Annotated[
    bool,
    typer.Option(
        "--in-place", help="Leave pictures where they are, instead of copying them.", metavar=""
    ),
]
Root = Annotated[
    str | None,
    typer.Option(
        help="With --in-place: the folder's name in the library. Default: its own.", metavar="NAME"
    ),
]
OnlyWithPrompt = Annotated[
    bool,
    typer.Option("--only-with-prompt", help="Reject pictures without generation data.", metavar=""),
]


def picture_options(*, in_place: bool, root: str | None, only_with_prompt: bool) -> PictureOptions:
    """The options, as given to a command.

    Raises:
        UsageError: they do not go together.
    """
    if root is not None and not in_place:
        raise UsageError("--root names a folder that stays in place: add --in-place.")
    return PictureOptions(in_place, root, only_with_prompt)

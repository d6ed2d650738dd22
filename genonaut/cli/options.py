"""Options that several commands have."""

from typing import Annotated

import typer

Env = Annotated[
    str | None,
    typer.Option(
        "--env",
        help="dev, demo or test. Default: GENONAUT_ENV, else demo.",
        show_default=False,
        metavar="NAME",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]

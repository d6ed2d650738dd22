"""Options that several commands share."""

from typing import Annotated

import typer

Env = Annotated[
    str | None,
    typer.Option(
        "--env",
        help="The environment: dev, demo, test or own. Default: GENONAUT_ENV, else own if the "
        "settings name a database, else demo.",
        show_default=False,
        metavar="NAME",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.", metavar="")]

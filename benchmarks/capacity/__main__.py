"""What galleries need, and what binds first: `python -m benchmarks.capacity`."""

from typing import Annotated

import typer

from benchmarks.capacity.costs import Assumptions, Costs
from benchmarks.capacity.model import Needs, Traffic, needs, usual_traffic
from benchmarks.capacity.page import (
    PAGE,
    PICTURE,
    picture,
    table_of_assumptions,
    table_of_costs,
    table_of_needs,
    write,
)
from genonaut.running.output import say

SIZES = (10**7, 10**8, 10**9)
TIMES = (1.0, 10.0)


def published() -> tuple[dict[str, str], str]:
    """The parts of docs/growing.md by their names, and its picture."""
    assumed = Assumptions()
    costs = Costs(assumed)
    usual = [_needs(items, 1, costs, assumed) for items in SIZES]
    found = [_needs(items, times, costs, assumed) for times in TIMES for items in SIZES]
    parts = {
        "needs": table_of_needs(found),
        "costs": table_of_costs(costs),
        "assumptions": table_of_assumptions(assumed),
    }
    return parts, picture(usual)


def _needs(items: int, times: float, costs: Costs, assumed: Assumptions) -> Needs:
    return needs(items, usual_traffic(items, assumed).times(times), costs, assumed)


def main(
    *,
    items: Annotated[
        list[int] | None, typer.Option(help="Items; may be repeated. Default: 10^7 to 10^9.", min=1)
    ] = None,
    times: Annotated[
        float, typer.Option(help="So many times the usual traffic of so many items.", min=0.001)
    ] = 1,
    pages: Annotated[
        float | None, typer.Option(help="Pages a second at the peak, instead.", min=0.001)
    ] = None,
    writes: Annotated[
        float | None, typer.Option(help="Writes a second at the peak, instead.", min=0.001)
    ] = None,
    write_them: Annotated[
        bool, typer.Option("--write", help="Write docs/growing.md and its picture.")
    ] = False,
) -> None:
    """Compute servers, processes and disk from benchmarks/results.json and the assumptions."""
    if write_them:
        parts, drawn = published()
        write(PAGE, PICTURE, parts, drawn)
        return
    assumed = Assumptions()
    costs = Costs(assumed)
    found = []
    for number in items or SIZES:
        usual = usual_traffic(number, assumed).times(times)
        traffic = Traffic(pages or usual.pages, writes or usual.writes)
        found.append(needs(number, traffic, costs, assumed))
    say(table_of_needs(found))


if __name__ == "__main__":
    typer.run(main)

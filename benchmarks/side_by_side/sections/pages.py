"""What the gallery's page takes."""

from benchmarks.side_by_side.sections.section import Section
from benchmarks.side_by_side.tables import MOST, Curves, Table

PAGES = Section(
    "Gallery page",
    "`GET /api/v1/content/unified` with 50 items and the totals, one connection. *ours* gets its "
    "totals from the counts; *live* is the plain way: LIMIT and OFFSET, and a `count(*)` for the "
    "totals, as SQL without any HTTP around it.",
    (
        Curves(
            "page-rows",
            "First page with totals",
            "page",
            "p50_ms",
            "rows",
            "items in the gallery",
            "ms",
            {"page": "first"},
        ),
        Table("First page, p50 in ms", "page", "p50_ms", "rows", ",.2f", {"page": "first"}),
        Table("Any page, p50 in ms", "page", "p50_ms", "page", ",.2f", {"rows": MOST}),
    ),
)

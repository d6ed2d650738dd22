"""What it costs besides."""

from benchmarks.side_by_side.sections.section import Section
from benchmarks.side_by_side.tables import MOST, Row, Table

COST = Section(
    "Cost",
    "Memory that belongs to a process alone, plus its part of what it shares, after a load of 32 "
    "connections. *test* starts with an empty gallery, *demo* makes 120,000 items first.",
    (
        Row(
            "Memory in MB",
            "memory",
            {
                "API process": ("api_mb", ",.0f"),
                "connections": ("connections", ",.0f"),
                "their server processes": ("backends_mb", ",.0f"),
            },
            {"rows": MOST},
        ),
        Table(
            "Seconds from `genonaut up` in an empty folder to the first true number",
            "start",
            "seconds",
            "environment",
            ",.1f",
        ),
    ),
)

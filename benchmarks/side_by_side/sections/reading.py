"""What a reader feels."""

from benchmarks.side_by_side.sections.section import Section
from benchmarks.side_by_side.tables import MOST, Curves, Table

WITH = {"users": "with content", "processes": 1}

READING = Section(
    "Reading",
    "`GET /api/v1/content/stats/unified?user_id=...`, for a thousand users in turn. *Without "
    "content* are users who have none.",
    (
        Curves(
            "read-connections",
            "Requests per second, one server process",
            "read",
            "per_second",
            "connections",
            "connections",
            "requests per second",
            {"rows": MOST, **WITH},
        ),
        Table(
            "Requests per second, one server process",
            "read",
            "per_second",
            "connections",
            where={"rows": MOST, **WITH},
        ),
        Table(
            "Requests per second, two server processes",
            "read",
            "per_second",
            "connections",
            where={"rows": MOST, "users": "with content", "processes": 2},
        ),
        Table(
            "p50 in ms, one server process",
            "read",
            "p50_ms",
            "connections",
            ",.2f",
            {"rows": MOST, **WITH},
        ),
        Table(
            "p99 in ms, one server process",
            "read",
            "p99_ms",
            "connections",
            ",.2f",
            {"rows": MOST, **WITH},
        ),
        Curves(
            "read-rows",
            "p50 of a request, 32 connections",
            "read",
            "p50_ms",
            "rows",
            "items in the gallery",
            "ms",
            {"connections": 32, **WITH},
        ),
        Table(
            "p50 in ms, 32 connections",
            "read",
            "p50_ms",
            "rows",
            ",.2f",
            {"connections": 32, **WITH},
        ),
        Table("The same, all sizes in turn, p50 in ms", "growth", "p50_ms", "rows", ",.2f"),
        Table(
            "Requests per second for users without content, 32 connections",
            "read",
            "per_second",
            "rows",
            where={"connections": 32, "processes": 1, "users": "without"},
        ),
        Table("The query alone, p50 in ms, one connection", "query", "p50_ms", "rows", ",.3f"),
    ),
)

"""The smallest amounts that can be measured."""

from dataclasses import replace

from benchmarks.side_by_side.profiles import QUICK

TINY = replace(
    QUICK,
    name="tiny",
    promised_rounds=2,
    rows=(2_000,),
    users=50,
    connections=(4,),
    no_content_connections=(2,),
    read_seconds=0.1,
    query_seconds=0.02,
    wrk_seconds=1,
    writers=(2,),
    write_users=("many",),
    bulk_rows=20,
    bulk_writers=(2,),
    copy_rows=(1_000,),
    staleness_seconds=1.0,
    mixed_seconds=1.0,
    refresh_rows=2_000,
    refresh_users=(50,),
    page_seconds=0.05,
    far_page=10,
    cold_starts=(),
)

"""Refresh the counts by generation source: the same as `genonaut stats refresh gen_source`.

Run as `DB_NAME=genonaut_demo python genonaut/db/refresh_gen_source_stats.py`.
"""

import sys

from genonaut.cli import main

if __name__ == "__main__":
    main(["stats", "refresh", "gen_source", *sys.argv[1:]])

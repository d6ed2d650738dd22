"""Refresh the counts by generation source: the same as `genonaut stats refresh gen_source`.

Run as `DB_NAME=genonaut_demo python genonaut/db/refresh_gen_source_stats.py`.
"""

import sys

try:
    from genonaut.cli import main
except ModuleNotFoundError as error:
    sys.stderr.write(
        f"genonaut: {sys.executable} has no module {error.name}: run `make install` and then "
        f".venv/bin/python {sys.argv[0]}, or `genonaut stats refresh gen_source`.\n"
    )
    sys.exit(2)

if __name__ == "__main__":
    main(["stats", "refresh", "gen_source", *sys.argv[1:]])

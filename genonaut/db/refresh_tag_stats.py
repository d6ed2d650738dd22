"""Refresh the counts of tags: the same as `genonaut stats refresh tag_cardinality`.

Run as `DB_NAME=genonaut_demo python genonaut/db/refresh_tag_stats.py`.
"""

import sys

try:
    from genonaut.cli import main
except ModuleNotFoundError as error:
    sys.stderr.write(
        f"genonaut: {sys.executable} has no module {error.name}: run `make install` and then "
        f".venv/bin/python {sys.argv[0]}, or `genonaut stats refresh tag_cardinality`.\n"
    )
    sys.exit(2)

if __name__ == "__main__":
    main(["stats", "refresh", "tag_cardinality", *sys.argv[1:]])

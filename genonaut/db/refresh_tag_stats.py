"""Refresh the counts of tags: the same as `genonaut stats refresh tag_cardinality`.

Run as `DB_NAME=genonaut_demo python genonaut/db/refresh_tag_stats.py`.
"""

import sys

from genonaut.cli import main

if __name__ == "__main__":
    main(["stats", "refresh", "tag_cardinality", *sys.argv[1:]])

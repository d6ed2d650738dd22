"""The language of the search box: words without accents, scripts without blanks, fields, parts.

Why: a search knew whole words only, and not how an item was made. What a word is now decides one
function for both the index and the text, which takes less time for each write than before.
"""

from genonaut.db.migrations.files import run_file

revision = "0013_search"
down_revision = "0012_facets"


def upgrade() -> None:
    run_file("0013_search.up.sql")
    run_file("0013_search_parts.sql")


def downgrade() -> None:
    run_file("0013_search.down.sql")

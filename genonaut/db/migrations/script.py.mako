"""${message}.

Why: say it here.
"""

from genonaut.db.migrations.files import run_file

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    run_file("${up_revision}.up.sql")


def downgrade() -> None:
    run_file("${up_revision}.down.sql")

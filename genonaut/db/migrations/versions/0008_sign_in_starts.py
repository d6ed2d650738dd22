"""Sign-ins that began and are at a provider of OpenID Connect.

Why: a browser comes back from there with an answer that must be taken once, within ten minutes, by
whichever process it reaches. Only a digest of the browser's secret is stored.
"""

from genonaut.db.migrations.files import run_file

revision = "0008_sign_in_starts"
down_revision = "0007_people"


def upgrade() -> None:
    run_file("0008_sign_in_starts.up.sql")


def downgrade() -> None:
    run_file("0008_sign_in_starts.down.sql")

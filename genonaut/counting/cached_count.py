"""What is counted. The machinery around it does not know."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CachedCount:
    """A count that is cached: its name, and where its SQL is.

    The files are `counting/sql/<name>.sql` (read, fold, refresh), `counting/sql/<name>_audit.sql`
    (the auditor's own) and `db/migrations/sql/<made_by>` (tables, view, triggers).
    """

    name: str
    made_by: str

    @property
    def statements(self) -> str:
        return f"{self.name}.sql"

    @property
    def audit_statements(self) -> str:
        return f"{self.name}_audit.sql"


GEN_SOURCE = CachedCount(name="gen_source", made_by="0002_gen_source_counts.up.sql")

"""The SQL of this package."""

from typing import Final

from genonaut.db.named_sql import named_sql

SQL: Final = named_sql(__package__, "people.sql")

"""The database: its models, its SQL, its migrations, and how to reach it."""

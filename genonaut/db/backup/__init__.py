"""The database in a file, and back: `genonaut db dump` and `genonaut db restore`."""

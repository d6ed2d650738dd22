"""The rules for items, titles, tags and user names, the same for the API and every import."""

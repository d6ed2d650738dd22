"""The rules that items, titles, tags and user names obey, whichever way they come in."""

"""The gallery: which items a visitor sees, in which order, a page at a time."""

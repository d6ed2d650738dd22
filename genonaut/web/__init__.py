"""The gallery's pages: rendered here, complete without JavaScript."""

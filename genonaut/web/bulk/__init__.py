"""Selecting many items in the pages, and what can be done to them."""

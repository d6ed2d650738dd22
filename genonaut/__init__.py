"""Genonaut: an image gallery whose counts are never slow and never wrong."""

__version__ = "0.1.0"

"""Favourites and albums: their pages, and what strangers see by a secret link."""

"""The language of the search box: read in one place, for the API and the pages, lists and totals.

`tokens` takes a search apart, `parser` reads it with `values`, `patterns` has its texts as the
database finds them, and `conditions` says of an item whether it is what is `sought`.
"""

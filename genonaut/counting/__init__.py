"""Cached counts that are exact at every commit. `docs/counting.md` explains how.

A `CachedCount` declares what is counted. `rendering.definition` is the SQL for its migration;
`engine.read`, `engine.fold` and `engine.refresh` are its life; `audit` trusts none of them.
Nothing here knows of galleries, and nothing is imported from the rest of the package.
"""

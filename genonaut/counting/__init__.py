"""Cached counts that are exact at every commit. `docs/counting.md` explains how.

Three verbs: `engine.read`, `engine.fold`, `engine.refresh`. What is counted is told by a
`CachedCount`; its SQL is in `sql/`.
"""

"""The gallery on Citus, an extension that spreads PostgreSQL over many nodes. Experimental.

`docs/distributed.md` is for operators; `docs/decisions/0041-citus.md` says why it is as it is.
"""

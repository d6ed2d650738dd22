"""Tests of the distributed gallery that need a cluster of Citus; without one they are skipped.

`GENONAUT_CITUS_URL` names a database of it that `genonaut db distribute` has made, with nothing in
it that is worth keeping.
"""

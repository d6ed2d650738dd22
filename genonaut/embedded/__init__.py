"""Servers that Genonaut starts by itself when none is given by the environment.

`lease` is what a command holds while it uses a server; `keeper` is the process that runs the server
for as long as somebody holds a lease; `postgres` knows what is special about PostgreSQL.
"""

"""Servers that Genonaut starts itself when the environment names none.

`lease` is what a command holds while it uses a server; `keeper` is the process that runs the server
while any lease is held; `postgres` and `valkey` know what is special about each.
"""

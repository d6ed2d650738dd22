"""Transactions for asynchronous routes: a connection is held for as long as one takes."""

from collections.abc import Callable
from typing import TypeVar

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

Done = TypeVar("Done")


async def in_transaction(request: Request, work: Callable[[Session], Done]) -> Done:
    """Do some work in a transaction of its own, as soon as a place at the database is free."""

    def committed() -> Done:
        with request.app.state.database.transaction() as session:
            return work(session)

    async with request.app.state.limiter.slot():
        return await run_in_threadpool(committed)

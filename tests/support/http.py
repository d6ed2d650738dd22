"""Requests to a process under test, which may be slow on a busy machine."""

from functools import partial

import httpx

from tests.support.waiting import PATIENCE_SECONDS

get = partial(httpx.get, timeout=PATIENCE_SECONDS)
post = partial(httpx.post, timeout=PATIENCE_SECONDS)

"""Work in a process of its own, so that what it imports is gone when it is done."""

import os
import pickle
import sys
from collections.abc import Callable
from signal import SIGKILL
from typing import Any

from genonaut.embedded.parent import die_with_parent
from genonaut.errors import GenonautError, ServerStartError


def apart(work: Callable[[], Any]) -> Any:  # noqa: ANN401 - any that is pickled
    """What a function returns in a fork of this process, which must have no other threads.

    Raises:
        GenonautError: the function raises it.
        ServerStartError: the process dies.
    """
    received, sent = os.pipe()
    child = os.fork()
    if not child:
        die_with_parent(SIGKILL)
        _work(work, sent)
    os.close(sent)
    with os.fdopen(received, "rb") as pipe:
        report = pipe.read()
    _, status = os.waitpid(child, 0)
    if status:
        code = os.waitstatus_to_exitcode(status)
        raise ServerStartError(f"A process of Genonaut ended with {code}: try again.")
    result = pickle.loads(report)  # noqa: S301 - from this program's own fork
    if isinstance(result, GenonautError):
        raise result
    return result


def _work(work: Callable[[], Any], pipe: int) -> None:
    # Always ends the process here: the code behind the fork is the parent's.
    code = 1
    try:
        report = pickle.dumps(_result(work))
        with os.fdopen(pipe, "wb") as sent:
            sent.write(report)
        code = 0
    except BaseException:  # noqa: BLE001 - this is the edge of a process
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


def _result(work: Callable[[], Any]) -> Any:  # noqa: ANN401
    try:
        return work()
    except GenonautError as error:
        return error

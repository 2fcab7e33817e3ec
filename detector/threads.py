"""Keep linear algebra on one thread while a page is scored: its matrices are so small that more threads only spin."""

import os
import threading
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any

_LIMITED = os.environ.get("OPENBLAS_NUM_THREADS") == "1"  # from the start, as by the command


def one_thread() -> AbstractContextManager[Any]:
    """Return a context in which numpy's linear algebra keeps to one thread; outside it is as before.

    The limit is the process's, so only the main thread sets it: threads that share a detector would lift each other's.
    """
    if _LIMITED or threading.current_thread() is not threading.main_thread():
        return nullcontext()
    limit: AbstractContextManager[Any] = _libraries().limit(limits=1, user_api="blas")
    return limit


@cache
def _libraries() -> Any:
    from threadpoolctl import ThreadpoolController  # not where nothing is to be limited: the command starts without it

    return ThreadpoolController()

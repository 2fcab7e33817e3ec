"""Keep linear algebra on one thread while a page is scored: its matrices are so small that more threads only spin."""

import os
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any

_LIMITED = os.environ.get("OPENBLAS_NUM_THREADS") == "1"  # from the start, as by the command


def one_thread() -> AbstractContextManager[Any]:
    """Return a context in which numpy's linear algebra keeps to the thread that calls it; outside it is as before."""
    return nullcontext() if _LIMITED else _libraries().limit(limits=1, user_api="blas")


@cache
def _libraries() -> Any:
    from threadpoolctl import ThreadpoolController  # not where nothing is to be limited: the command starts without it

    return ThreadpoolController()

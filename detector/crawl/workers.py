"""Spread pages over worker processes, in batches whose records come back in order; a worker that dies costs only its page.

Workers are joblib's (loky): each loads the model once, from a file that the system keeps in memory once for all. At most `AHEAD`
batches a worker are under way, so memory does not grow with the input.
"""

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import parent_process, resource_tracker
from typing import Self, TypeAlias

from joblib.externals.loky import ProcessPoolExecutor
from joblib.externals.loky.backend import resource_tracker as loky_tracker

from detector.crawl.records import Record, Recorder
from detector.document import Page
from detector.errors import PageError

BATCH = 16  # pages
BATCH_BYTES = 4_000_000  # of content; a batch that reaches it is closed
TRACKER_QUIET = "ignore:resource_tracker"  # in PYTHONWARNINGS
AHEAD = 2  # batches under way for each worker, one being scanned and one waiting: loky's queue to the workers holds as many

Batch: TypeAlias = list[Page | PageError]


class Workers:
    """A pool of processes that scan; replaced when one of them dies."""

    def __init__(self, recorder: Recorder, jobs: int) -> None:
        self.recorder = recorder
        self.jobs = jobs
        self.pool = _pool(recorder, jobs)
        self.waiting: deque[tuple[Batch, Future[list[Record]]]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        # Work that loky has not passed on yet when its workers are killed makes it print a KeyError.
        deadline = time.monotonic() + 1
        while any(not (f.running() or f.done()) for _, f in self.waiting) and time.monotonic() < deadline:
            time.sleep(0.001)
        self.pool.shutdown(wait=True, kill_workers=kind is not None)

    def records(self, pages: Iterable[Page | PageError]) -> Iterator[Record]:
        """Yield the pages' records, in order; raises what `Recorder.record` raises."""
        for batch in _batches(pages):
            if len(self.waiting) == AHEAD * self.jobs:
                yield from self._collected()
            self._submit(batch)
        while self.waiting:
            yield from self._collected()

    def _submit(self, batch: Batch) -> "Future[list[Record]]":
        """Hand a batch to the pool; Ctrl-C cannot come between that and its being among those `__exit__` waits for."""
        with _interrupts_held():  # the first batch starts the processes
            self.waiting.append((batch, self._submitted(batch)))
        return self.waiting[-1][1]

    def _submitted(self, batch: Batch) -> "Future[list[Record]]":
        try:
            future: Future[list[Record]] = self.pool.submit(_scan, batch)
        except BrokenProcessPool:
            self._renew()
            future = self.pool.submit(_scan, batch)
        return future

    def _collected(self) -> list[Record]:
        """Return the records of the batch that has waited longest."""
        batch, future = self.waiting[0]
        try:
            records = future.result()
        except BrokenProcessPool:
            records = self._one_by_one(batch)
        self.waiting.popleft()
        return records

    def _one_by_one(self, batch: Batch) -> list[Record]:
        """Scan again a batch that was lost, each page in a process where its death is nobody else's."""
        records = []
        with Workers(self.recorder, 1) as alone:
            for page in batch:
                try:
                    records += alone._submit([page]).result()
                except BrokenProcessPool:
                    records.append(self.recorder.failed(page, _killed(page)))
        return records

    def _renew(self) -> None:
        self.pool.shutdown(wait=True, kill_workers=True)
        self.pool = _pool(self.recorder, self.jobs)


def _killed(page: Page | PageError) -> PageError:
    id = page.page_id if isinstance(page, PageError) else page.id
    reason = "its worker process died while scanning it (killed for its memory, or crashed)"
    return PageError(id, reason, "scan it alone with --jobs 1 to see why, or leave it out")


def _batches(pages: Iterable[Page | PageError]) -> Iterator[Batch]:
    batch: Batch = []
    size = 0
    for page in pages:
        batch.append(page)
        size += len(page.content) if isinstance(page, Page) else 0
        if len(batch) == BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _pool(recorder: Recorder, jobs: int) -> ProcessPoolExecutor:
    # One thread of linear algebra a process: there are as many processes as the user wants cores busy.
    env = {f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "MKL")}
    _start_tracker()
    return ProcessPoolExecutor(jobs, initializer=_start, initargs=(recorder, os.getpid()), env=env)


def _start_tracker() -> None:
    """Start the process that clears away what killed workers leave behind, without the warnings it prints of it."""
    before = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = f"{before},{TRACKER_QUIET}" if before else TRACKER_QUIET
    try:
        loky_tracker.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONWARNINGS"]
        else:
            os.environ["PYTHONWARNINGS"] = before


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Put Ctrl-C off; processes started meanwhile inherit that, so that only this one hears it, and ends the others."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # which would let Ctrl-C through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_recorder: Recorder | None = None  # of this worker process


def _start(recorder: Recorder, parent: int) -> None:
    """Make a fresh process a worker."""
    global _recorder
    _recorder = recorder
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """End this process when its parent is gone: a parent killed outright cannot tell its workers."""
    if os.name == "nt" and (process := parent_process()):  # where the parent's id stays when the parent is gone
        process.join()
    else:
        while os.getppid() == parent:
            time.sleep(1)
    os._exit(1)


def _scan(batch: Batch) -> list[Record]:
    assert _recorder is not None
    return [_recorder.record(page) for page in batch]

"""Open a file so that no other run writes it at the same time, where the system has such locks."""

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


def open_alone(path: Path) -> BinaryIO:
    """Open a file for appending, made where it is missing; raises BlockingIOError where another run has it, and other OSErrors."""
    while True:
        file = path.open("ab")
        try:
            _lock(file)
        except BlockingIOError:
            file.close()
            raise
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
        file.close()  # the run that had it moved it into place meanwhile


def _lock(file: BinaryIO) -> None:
    if fcntl is None:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:  # a file system without locks
        return

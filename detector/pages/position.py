"""Tell which input is being read and how much of all is read, for whoever shows progress."""

import io
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from detector.errors import PageError
from detector.pages.sources import STDIN, sources_of


class Position:
    """How far `read_pages` has come with its inputs; it looks at nothing until it is asked, so a page costs nothing more."""

    def __init__(self, total: int | None = None) -> None:
        """Begin to read inputs of `total` bytes on disk, None where that is not known."""
        self.total = total
        self.path: str | None = None  # of the input being read, None before the first
        self._done = 0  # bytes of the inputs before
        self._file: io.BufferedReader | None = None

    @classmethod
    def of_paths(cls, paths: Iterable[str | Path]) -> Self:
        """Begin to read inputs whose sizes are added up, which takes a look at each file."""
        return cls(_size_of(paths))

    @property
    def share(self) -> float | None:
        """The share of all bytes on disk, packed where files are, that has been read, from 0 to 1; None with a pipe among them.

        Of Parquet, which is read here and there, it is a rough one.
        """
        if not self.total:
            return None
        return min(1.0, (self._done + (self._file.tell() if self._file else 0)) / self.total)

    @contextmanager
    def of(self, path: str, file: io.BufferedReader | None = None) -> Iterator[None]:
        """Read one input, a pipe where there is no file."""
        self.path, self._file = path, file
        try:
            yield
        finally:
            self._file = None
            self._done += os.fstat(file.fileno()).st_size if file else 0


def _size_of(paths: Iterable[str | Path]) -> int | None:
    total = 0
    for source in sources_of(paths):
        if isinstance(source, PageError):
            continue
        try:
            status = None if str(source) == STDIN else source.stat()
        except (OSError, ValueError):  # it will be an error when it is read
            continue
        if status is None or not stat.S_ISREG(status.st_mode):
            return None
        total += status.st_size
    return total

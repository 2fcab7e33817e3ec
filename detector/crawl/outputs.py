"""Write formats to files that appear whole or not at all, or straight to a stream."""

import os
import shutil
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from detector.errors import DetectorError
from detector.writers.format import Format


@dataclass(frozen=True, slots=True)
class Target:
    """A format, and the file or folder that it goes to; None is standard output."""

    format: Format
    path: Path | None = None

    @property
    def whole(self) -> bool:
        """Whether it is written under another name and then moved into place; devices and pipes are written as they are."""
        return self.path is not None and (not self.path.exists() or self.path.is_file() or self.path.is_dir())

    def beside(self, suffix: str) -> Path:
        """Return a hidden name in the same folder; links are followed, so that the file they lead to is replaced."""
        assert self.path is not None
        path = self.path.resolve()
        return path.with_name(f".{path.name}.{suffix}")

    @property
    def partial(self) -> Path:
        """The file that holds what is written so far."""
        return self.beside("partial")


class Outputs:
    """The targets of a run, written in step."""

    def __init__(self, targets: Sequence[Target], positions: Sequence[int] | None = None) -> None:
        """Open the targets from their beginning, or at positions that `positions` gave; raises DetectorError."""
        self.stack = ExitStack()
        with self.stack:
            self.outputs = [_Output(t, None if positions is None else positions[i], self.stack) for i, t in enumerate(targets)]
            self.stack = self.stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stack.close()

    @property
    def positions(self) -> list[int]:
        """How many bytes of each are written."""
        return [output.position for output in self.outputs]

    def add(self, parts: Sequence[bytes]) -> None:
        """Write one page's part to each."""
        for output, part in zip(self.outputs, parts, strict=True):
            output.add(part)

    def finish(self) -> None:
        """Write what stands at the end, and move the files into place."""
        for output in self.outputs:
            output.finish()


class _Output:
    def __init__(self, target: Target, position: int | None, stack: ExitStack) -> None:
        self.target = target
        self.file = _opened(target, stack, "wb" if position is None else "r+b")
        self.position = 0
        if position is None:
            self._write(target.format.head)
        else:
            self.file.truncate(position)
            self.position = self.file.seek(position)

    def add(self, part: bytes) -> None:
        if part:
            if self.position > len(self.target.format.head):
                self._write(self.target.format.between)
            self._write(part)
        self.file.flush()

    def finish(self) -> None:
        self._write(self.target.format.foot)
        self.file.flush()
        if self.target.whole:
            os.fsync(self.file.fileno())
            self.file.close()
            _move(self.target)

    def _write(self, part: bytes) -> None:
        self.file.write(part)
        self.position += len(part)


def _opened(target: Target, stack: ExitStack, mode: str) -> BinaryIO:
    if target.format.convert is not None and not target.whole:
        raise DetectorError(f"{target.format.name} cannot be written to a stream; name a file with -o")
    if target.path is None:
        return sys.stdout.buffer
    if target.path.exists() and target.whole and target.path.is_dir() != target.format.folder:
        raise DetectorError(f"{target.path}: it is {'a folder' if target.path.is_dir() else 'a file'}; give another name")
    if target.path.is_dir() and any(target.path.iterdir()):
        raise DetectorError(f"{target.path}: the folder is not empty; empty it or name a new one")
    try:
        path = target.partial if target.whole else target.path
        return stack.enter_context(path.open(mode))  # type: ignore[return-value] # both modes give a BinaryIO
    except OSError as error:
        raise DetectorError(f"{target.path}: it cannot be written ({error.strerror}); check the folder and its permissions") from error


def _move(target: Target) -> None:
    assert target.path is not None
    final, written = target.path.resolve(), target.partial
    if target.format.convert is None:
        written.replace(final)
        return
    converted = target.beside("converted")
    shutil.rmtree(converted, ignore_errors=True)  # of a run that was killed here
    target.format.convert(written, converted)
    converted.replace(final)
    written.unlink()

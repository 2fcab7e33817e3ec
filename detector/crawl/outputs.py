"""Write formats to files that appear whole or not at all, or straight to a stream."""

import os
import re
import shutil
import sys
import zlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self, cast

from detector.crawl.locks import open_alone
from detector.errors import DetectorError
from detector.writers.format import Format

_DESCRIPTOR = re.compile(r"/(?:dev|proc/self)/fd/(\d+)")
_STANDARD = {"/dev/stdout": 1, "/dev/stderr": 2}
_LINKS = 40  # as many as Linux follows

End = tuple[int, int]  # how many bytes of an output are written, and their CRC-32


@dataclass(frozen=True, slots=True)
class Target:
    """A format, and the file or folder that it goes to; None is standard output."""

    format: Format
    path: Path | None = None

    @property
    def whole(self) -> bool:
        """Whether it is written under another name and then moved into place; devices, pipes and open files are written as they are."""
        if self.path is None or self.descriptor is not None:
            return False
        return not self.path.exists() or self.path.is_file() or self.path.is_dir()

    @property
    def descriptor(self) -> int | None:
        """The number of the open file that the path is another name of, such as 2 for `/dev/stderr`."""
        path = self.path
        for _ in range(_LINKS):
            if path is None:
                break
            name = os.path.abspath(path)  # noqa: PTH100  (unlike Path.resolve it follows no link)
            if match := _DESCRIPTOR.fullmatch(name):
                return int(match[1])
            if name in _STANDARD:
                return _STANDARD[name]
            path = path.parent / path.readlink() if path.is_symlink() else None
        return None

    @property
    def final(self) -> Path:
        """Where it goes in the end: links are followed, so that the file they lead to is replaced; one that goes round is itself."""
        assert self.path is not None
        return Path(os.path.realpath(self.path))  # unlike Path.resolve before Python 3.13 it never raises

    def beside(self, suffix: str) -> Path:
        """Return a hidden name in the same folder."""
        return self.final.with_name(f".{self.final.name}.{suffix}")

    @property
    def partial(self) -> Path:
        """The file that holds what is written so far."""
        return self.beside("partial")

    @property
    def converted(self) -> Path:
        """The file or folder that is made of it, where the format is not written in one go."""
        return self.beside("converted")


class Outputs:
    """The targets of a run, written in step."""

    def __init__(self, targets: Sequence[Target]) -> None:
        """Open the targets and leave what they hold as it is; raises DetectorError where one cannot be written."""
        self.pages = 0
        self.stack = ExitStack()
        with self.stack:
            self.outputs = [_Output(target, self.stack) for target in targets]
            self.stack = self.stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stack.close()

    def begin(self) -> None:
        """Write from the beginning."""
        for output in self.outputs:
            output.begin()

    def go_on(self, pages: int, ends: Sequence[End]) -> None:
        """Write behind so many pages, which end where `ends` said."""
        self.pages = pages
        for output, end in zip(self.outputs, ends, strict=True):
            output.go_on(end)

    @property
    def ends(self) -> list[End]:
        """How much of each is written."""
        return [(output.position, output.checksum) for output in self.outputs]

    def add(self, parts: Sequence[bytes]) -> None:
        """Write one page's part to each."""
        self.pages += 1
        for output, part in zip(self.outputs, parts, strict=True):
            output.add(part, self.pages)

    def finish(self) -> None:
        """Write what stands at the end, and move the files into place once all are whole."""
        for output in self.outputs:
            output.finish()
        for output in self.outputs:
            output.move()


class _Output:
    def __init__(self, target: Target, stack: ExitStack) -> None:
        self.target = target
        if target.format.convert is not None and not target.whole:
            raise DetectorError(f"{target.format.name} cannot be written to a stream; name a file with -o")
        self.unused = target.whole and not target.partial.exists()
        self.file = sys.stdout.buffer if target.path is None else stack.enter_context(_opened(target))
        stack.callback(self._leave)
        self.position = self.checksum = 0

    def begin(self) -> None:
        self.unused = False
        if self.target.whole:
            self.file.truncate(0)
        self._write(self.target.format.head)

    def go_on(self, end: End) -> None:
        self.unused = False
        self.position, self.checksum = end
        self.file.truncate(self.position)

    def add(self, part: bytes, number: int) -> None:
        if part:
            if self.position > len(self.target.format.head):
                self._write(self.target.format.between)
            self._write(self.target.format.numbered(part, number) if self.target.format.numbered else part)
        self.file.flush()

    def finish(self) -> None:
        self._write(self.target.format.foot)
        self.file.flush()
        if self.target.whole:
            os.fsync(self.file.fileno())
            if self.target.format.convert is not None:
                shutil.rmtree(self.target.converted, ignore_errors=True)  # of a run that was killed here
                self.target.format.convert(self.target.partial, self.target.converted)

    def move(self) -> None:
        if self.target.whole:
            if os.name == "nt":  # which moves no open file; elsewhere it stays locked until it is in place
                self.file.close()
            _move(self.target)

    def _leave(self) -> None:
        """Delete the file of a run that was refused before it began."""
        if self.unused:
            if os.name == "nt":  # which deletes no open file; elsewhere it stays locked until it is gone
                self.file.close()
            self.target.partial.unlink(missing_ok=True)

    def _write(self, part: bytes) -> None:
        self.file.write(part)
        self.position += len(part)
        self.checksum = zlib.crc32(part, self.checksum)


def _opened(target: Target) -> BinaryIO:
    assert target.path is not None
    if target.path.exists() and target.whole and target.path.is_dir() != target.format.folder:
        raise DetectorError(f"{target.path}: it is {'a folder' if target.path.is_dir() else 'a file'}; give another name")
    if target.path.is_dir() and any(target.path.iterdir()):
        raise DetectorError(f"{target.path}: the folder is not empty; empty it or name a new one")
    try:
        if target.whole:
            return open_alone(target.partial)
        return cast(BinaryIO, target.path.open("wb") if target.descriptor is None else os.fdopen(os.dup(target.descriptor), "wb"))
    except BlockingIOError as error:
        raise DetectorError(f"{target.path}: another run is writing it; wait for its end or name another file") from error
    except OSError as error:
        raise DetectorError(f"{target.path}: it cannot be written ({error.strerror}); check the folder and its permissions") from error


def _move(target: Target) -> None:
    final, written, converted = target.final, target.partial, target.converted
    if target.format.convert is None:
        written.replace(final)
        return
    if final.is_dir():  # empty; it may be where the user or another file system is, so it is filled, not replaced
        for file in sorted(converted.iterdir()):
            shutil.move(file, final / file.name)
        converted.rmdir()
    else:
        converted.replace(final)
    written.unlink()

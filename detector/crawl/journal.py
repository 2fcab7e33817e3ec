"""Keep count of the records of a run beside its output, so that a run that was killed can go on.

On disk: a line of settings, then a line for each record, in the order of the input: its id, the bytes of every output up to its
end with their checksum, and its share of the totals. A record counts once its line is whole; what the outputs hold beyond it is cut
off.
"""

import json
import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Self

from detector.crawl.outputs import End, Target
from detector.crawl.records import Record
from detector.errors import DetectorError
from detector.writers.jsonl import line_of

_PIECE = 1 << 20  # bytes read at a time
_ANEW = "leave --resume out to start again"


@dataclass(frozen=True, slots=True)
class Kept:
    """The whole lines of a journal, `size` bytes, and where its outputs ended then."""

    path: Path
    size: int
    pages: int
    ends: list[End]

    def records(self) -> Iterator[Record]:
        """Yield the records, without their parts."""
        with self.path.open("rb") as lines:
            for line in islice(lines, 1, 1 + self.pages):
                id, _, labels, paid, error, alarm, digest = json.loads(line)
                yield Record(id, (), labels, paid, error, alarm, digest)


class Journal:
    """A journal being written."""

    def __init__(self, path: Path, settings: str, kept: Kept | None = None) -> None:
        """Begin a journal, or go on with one."""
        self.path = path
        self.file = path.open("wb" if kept is None else "r+b")
        if kept is None:
            self._write({"settings": settings})
        else:
            self.file.truncate(kept.size)
            self.file.seek(kept.size)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.file.close()

    def add(self, record: Record, ends: Sequence[End]) -> None:
        """Write down a record whose parts are in the outputs up to these ends."""
        self._write([record.id, ends, record.labels, record.paid, record.error, record.alarm, record.digest])

    def remove(self) -> None:
        """Delete it, the run being over."""
        if os.name == "nt":  # which deletes no open file
            self.file.close()
        self.path.unlink(missing_ok=True)  # a run that ended while this one began has deleted it

    def _write(self, line: Any) -> None:
        self.file.write(line_of(line))
        self.file.flush()


def journal_of(targets: Sequence[Target]) -> Path | None:
    """Return where a run's journal lies: beside its first file; None where it writes streams, which cannot be resumed."""
    return targets[0].beside("journal") if all(target.whole for target in targets) else None


def finished_in(path: Path) -> int:
    """Return how many pages an unfinished run wrote down."""
    try:
        with path.open("rb") as lines:
            return max(0, sum(1 for _ in lines) - 1)
    except FileNotFoundError:
        return 0


def kept_of(path: Path, settings: str, targets: Sequence[Target]) -> Kept | None:
    """Return what a killed run left, None where that is nothing.

    Raises DetectorError where it had other settings, or another run has written to one of its outputs since.
    """
    try:
        sizes = [target.partial.stat().st_size for target in targets]
        lines = path.open("rb")
    except FileNotFoundError:
        return None
    with lines:
        head = _parsed(lines.readline())
        if not isinstance(head, dict) or "settings" not in head:
            return None
        if head["settings"] != settings:
            remedy = f"give it the same options, or {_ANEW}"
            raise DetectorError(f"{targets[0].path}: the run to resume had another model or other options; {remedy}")
        kept = Kept(path, lines.tell(), 0, [])
        for line in lines:
            ends = _ends(line, sizes)
            if ends is None:
                break
            kept = Kept(path, kept.size + len(line), kept.pages + 1, ends)
    for target, end in zip(targets, kept.ends, strict=False):
        if _checksum(target.partial, end[0]) != end[1]:
            raise DetectorError(f"{target.path}: another run has written to it since the run to resume was killed; {_ANEW}")
    return kept if kept.pages else None


def _checksum(path: Path, size: int) -> int:
    """Return the CRC-32 of so many bytes of a file."""
    checksum = 0
    with path.open("rb") as file:
        while piece := file.read(min(_PIECE, size)):
            checksum, size = zlib.crc32(piece, checksum), size - len(piece)
    return checksum


def _ends(line: bytes, sizes: Sequence[int]) -> list[End] | None:
    """Return where the outputs ended with a record, None where its line is torn or no record's, or they are shorter than that."""
    match _parsed(line):
        case [str(), [*parts], dict(labels), int(), str() | None, str() | None, str()]:
            ends = [(end, checksum) for part in parts for end, checksum in _end(part)]
            whole = all(isinstance(number, int) for number in labels.values()) and len(ends) == len(parts) == len(sizes)
            return ends if whole and all(0 <= end <= size for (end, _), size in zip(ends, sizes, strict=True)) else None
    return None


def _end(part: object) -> Iterator[End]:
    match part:
        case [int(end), int(checksum)]:
            yield end, checksum


def _parsed(line: bytes) -> Any:
    """Return a line's content, None where it is torn."""
    if not line.endswith(b"\n"):
        return None
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None

"""Keep count of the records of a run beside its output, so that a run that was killed can go on.

On disk: a line of settings, then a line for each record, in the order of the input: its id, the bytes of every output up to its
end, and its share of the totals. A record counts once its line is whole; what the outputs hold beyond it is cut off.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Self

from detector.crawl.outputs import Target
from detector.crawl.records import Record
from detector.errors import DetectorError
from detector.writers.jsonl import line_of


@dataclass(frozen=True, slots=True)
class Kept:
    """The whole lines of a journal, `size` bytes, and where its outputs ended then."""

    path: Path
    size: int
    pages: int
    positions: list[int]

    def records(self) -> Iterator[Record]:
        """Yield the records, without their parts."""
        with self.path.open("rb") as lines:
            for line in islice(lines, 1, 1 + self.pages):
                id, _, labels, paid, error, alarmed = json.loads(line)
                yield Record(id, (), labels, paid, error, alarmed)


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

    def add(self, record: Record, positions: Sequence[int]) -> None:
        """Write down a record whose parts are in the outputs up to these positions."""
        self._write([record.id, positions, record.labels, record.paid, record.error, record.alarmed])

    def remove(self) -> None:
        """Delete it, the run being over."""
        self.file.close()
        self.path.unlink()

    def _write(self, line: Any) -> None:
        self.file.write(line_of(line))
        self.file.flush()


def journal_of(targets: Sequence[Target]) -> Path | None:
    """Return where a run's journal lies: beside its first file; None where it writes streams, which cannot be resumed."""
    return targets[0].beside("journal") if all(target.whole for target in targets) else None


def kept_of(path: Path, settings: str, targets: Sequence[Target]) -> Kept | None:
    """Return what a killed run left, None where that is nothing; raises DetectorError where it had other settings."""
    try:
        sizes = [target.partial.stat().st_size for target in targets]
        lines = path.open("rb")
    except FileNotFoundError:
        return None
    with lines:
        head = _parsed(lines.readline())
        if head is None:
            return None
        if head["settings"] != settings:
            remedy = "give it the same options, or leave --resume out to start again"
            raise DetectorError(f"{targets[0].path}: the run to resume had another model or other options; {remedy}")
        size, pages, positions = lines.tell(), 0, [len(target.format.head) for target in targets]
        for line in lines:
            entry = _parsed(line)
            if entry is None or any(end > most for end, most in zip(entry[1], sizes, strict=True)):
                break
            size, pages, positions = size + len(line), pages + 1, entry[1]
    return Kept(path, size, pages, positions) if all(e <= s for e, s in zip(positions, sizes, strict=True)) else None


def _parsed(line: bytes) -> Any:
    """Return a line's content, None where it is torn."""
    if not line.endswith(b"\n"):
        return None
    try:
        return json.loads(line)
    except ValueError:
        return None

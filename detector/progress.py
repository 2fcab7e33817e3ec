"""Tell on standard error how a scan goes: failed inputs, a line that counts while it runs, a line of totals at its end."""

import shutil
import time
from collections import Counter
from typing import Self, TextIO

from detector.crawl.records import Record
from detector.pages import Position

INTERVAL = 0.1  # seconds between two drawings


class Progress:
    """Counts records and shows the counts; `exit_code` says how it went."""

    def __init__(self, stream: TextIO, *, live: bool, quiet: bool = False, position: Position | None = None) -> None:
        """Write to `stream`: a line that counts where `live`, the totals unless `quiet`; `position` tells how far the inputs are read."""
        self.stream = stream
        self.live = live and not quiet
        self.quiet = quiet
        self.position = position or Position()
        self.begun: float | None = None  # share of the inputs that was read before the first page that was scanned
        self.started = self.drawn = time.monotonic()
        self.pages = self.skipped = self.failures = self.paid = self.alarms = 0
        self.alarm = ""
        self.labels: Counter[str] = Counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._clear()
        if self.alarms and not self.quiet and kind is None:
            self.stream.write(f"detector: --fail-on is met by {_counted(self.alarms, 'page')}, first by {_plain(self.alarm)}\n")
        if not self.quiet and (kind is None or kind is KeyboardInterrupt):
            self.stream.write(f"detector: {self._summary()}\n")
        self.stream.flush()

    @property
    def exit_code(self) -> int:
        """1 where something was found that the caller wants to fail on, else 3 where inputs failed, else 0."""
        return 1 if self.alarms else 3 if self.failures else 0

    def resumed(self, record: Record) -> None:
        """Count a record of an earlier run."""
        self.skipped += 1
        self._count(record)

    def scanned(self, record: Record) -> None:
        """Count a record, and say at once what failed."""
        self._count(record)
        if self.begun is None and self.skipped:
            self.begun = self.position.share
        if record.error is not None:
            self._clear()
            self.stream.write(f"detector: {_plain(record.error)}\n")
        if self.live and time.monotonic() - self.drawn >= INTERVAL:
            self.drawn = time.monotonic()
            self.stream.write(f"\r\x1b[K{self._line(self.position.path or record.id)}")
            self.stream.flush()

    def noticed(self, message: str) -> None:
        """Say it, unless quiet."""
        if not self.quiet:
            self._clear()
            self.stream.write(f"detector: {_plain(message)}\n")

    def _count(self, record: Record) -> None:
        self.pages += 1
        self.failures += record.error is not None
        self.paid += record.paid
        if record.alarm is not None:
            self.alarms += 1
            self.alarm = self.alarm or f"{record.id} ({record.alarm})"
        self.labels.update(record.labels)

    def _line(self, current: str) -> str:
        parts = [_counted(self.pages, "page"), f"{self._rate():,.0f} pages/s", f"{self.failures:,} failed"]
        share, begun = self.position.share, self.begun or 0.0
        if share is not None and share > begun:
            left = (time.monotonic() - self.started) * (1 - share) / (share - begun)
            parts.append(f"{share:.0%} read, {_duration(left)} left")
        line = ", ".join(parts)
        room = shutil.get_terminal_size().columns - 1 - len(line) - 2
        current = _plain(current)
        if room < 2:
            return line[: room + len(line) + 2]
        return f"{line}  {current if len(current) <= room else '…' + current[1 - room :]}"

    def _summary(self) -> str:
        seconds = time.monotonic() - self.started
        parts = [f"{_counted(self.pages, 'page')} in {seconds:.1f} s ({self._rate():,.0f} pages/s)"]
        if self.skipped:
            parts.append(f"{self.skipped:,} of them finished before")
        parts += [_counted(self.paid, "paid article"), _counted(self.failures, "failure"), _counted(self.labels.total(), "finding")]
        labels = ", ".join(f"{name} {count:,}" for name, count in sorted(self.labels.items(), key=lambda item: (-item[1], item[0])))
        return ", ".join(parts) + (f": {labels}" if labels else "")

    def _rate(self) -> float:
        return (self.pages - self.skipped) / max(time.monotonic() - self.started, 1e-9)

    def _clear(self) -> None:
        if self.live:
            self.stream.write("\r\x1b[K")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _plain(text: str) -> str:
    """Return a text on one line, without what could move the cursor."""
    return "".join(c if c.isprintable() else " " for c in text)

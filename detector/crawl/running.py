"""Run a crawl: skip what a killed run finished, scan the rest in order, write it, tell the watcher."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from detector.crawl.journal import Journal, Kept, finished_in, journal_of, kept_of
from detector.crawl.outputs import Outputs, Target
from detector.crawl.records import Alarm, Record, Recorder, digest_of
from detector.document import Page
from detector.errors import DetectorError, PageError
from detector.inference import Detector


@dataclass(frozen=True, slots=True)
class Crawl:
    """What to do with each page, and where the outcome goes."""

    load: Callable[[], Detector]  # picklable; called once in each process that scans
    targets: tuple[Target, ...]
    jobs: int = 1
    resume: bool = False
    alarms: tuple[Alarm, ...] = ()
    settings: str = ""  # all that the records depend on: a run is only resumed with the same


class Watcher(Protocol):
    """Is told of every record, in order."""

    def resumed(self, record: Record) -> None:
        """Hear of a record that an earlier run made; it has no parts."""

    def scanned(self, record: Record) -> None:
        """Hear of a record that is written."""

    def noticed(self, message: str) -> None:
        """Hear of something that the user may not expect."""


def run(crawl: Crawl, pages: Iterable[Page | PageError], watcher: Watcher) -> None:
    """Scan pages and write their records to the targets, in the order of the pages and with the same bytes whatever `jobs`.

    Raises ModelError, and DetectorError where a target cannot be written or the run to resume was another. Whatever ends it early,
    what is finished stays beside the targets' final names.
    """
    recorder = Recorder(crawl.load, tuple(target.format for target in crawl.targets), crawl.alarms)
    path = journal_of(crawl.targets)
    if crawl.resume and path is None:
        raise DetectorError("only a run that writes files can be resumed; name one with -o, or leave --resume out")
    if crawl.jobs > 1 and find_spec("joblib") is None:
        raise DetectorError("scanning with --jobs needs joblib, which is not installed; run `pip install detector[parallel]`")
    recorder.prepare()  # like the others, before any file is made
    left = iter(pages)
    with ExitStack() as stack:
        outputs = stack.enter_context(Outputs(crawl.targets))
        kept = _kept(crawl, path, watcher) if path else None
        if kept is None:
            outputs.begin()
        else:
            _skip(kept, left, watcher)
            outputs.go_on(kept.pages, kept.ends)
        journal = stack.enter_context(Journal(path, crawl.settings, kept)) if path else None
        try:
            for record in _records(recorder, left, crawl.jobs, stack):
                outputs.add(record.parts)
                if journal is not None:
                    journal.add(record, outputs.ends)
                watcher.scanned(record)
        except KeyboardInterrupt:
            raise KeyboardInterrupt("what is finished is kept; add --resume to go on" if journal else "") from None
        outputs.finish()
        if journal is not None:
            journal.remove()


def _kept(crawl: Crawl, path: Path, watcher: Watcher) -> Kept | None:
    """Return what is left of an earlier run and to be gone on with; tells the watcher of what is not."""
    output = crawl.targets[0].path
    if not crawl.resume:
        if lost := finished_in(path):
            watcher.noticed(f"{output}: what an unfinished run left (pages: {lost:,}) is thrown away; --resume would have gone on")
        return None
    kept = kept_of(path, crawl.settings, crawl.targets)
    if kept is None:
        watcher.noticed(f"{output}: there is nothing to resume; this run starts from the beginning")
    return kept


def _skip(kept: Kept, pages: Iterator[Page | PageError], watcher: Watcher) -> None:
    """Pass over the pages that have their records; raises DetectorError where the input is another than it was."""
    remedy = "give the same inputs, or leave --resume out to start again"
    for number, record in enumerate(kept.records(), 1):
        page = next(pages, None)
        if page is None:
            raise DetectorError(f"the run to resume had read {kept.pages} pages, the input now has {number - 1}; {remedy}")
        id = page.page_id if isinstance(page, PageError) else page.id
        if id != record.id:
            raise DetectorError(f"page {number} of the input is {id!r}, in the run to resume it was {record.id!r}; {remedy}")
        if digest_of(page) != record.digest:
            raise DetectorError(f"page {number} of the input, {id!r}, is no longer what the run to resume had read; {remedy}")
        watcher.resumed(record)


def _records(recorder: Recorder, pages: Iterator[Page | PageError], jobs: int, stack: ExitStack) -> Iterator[Record]:
    if jobs == 1:
        return map(recorder.record, pages)
    from detector.crawl.workers import Workers  # joblib, which one process does without

    return stack.enter_context(Workers(recorder, jobs)).records(pages)

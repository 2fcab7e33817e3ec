"""Scan one page and encode what was found: the step that worker processes do."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

from detector.blocks import extract_document
from detector.document import Page, Report
from detector.errors import PageError, bug_in
from detector.inference import Detector
from detector.writers.format import Format

Alarm = tuple[str, float]  # a label or content type, and the score at which it counts


@dataclass(frozen=True, slots=True)
class Record:
    """One page's share of each output, and its share of the totals."""

    id: str
    parts: tuple[bytes, ...]  # one for each format; none where the record was read back from a journal
    labels: Mapping[str, int]  # findings by label
    paid: int  # articles
    error: str | None
    alarm: str | None  # the first label or type found that the caller asked to be told of
    digest: str  # of the page, "" where it could not be read


class Recorder:
    """Makes records with one detector; picklable, without the detector."""

    def __init__(self, load: Callable[[], Detector], formats: tuple[Format, ...], alarms: tuple[Alarm, ...] = ()) -> None:
        self.load = load
        self.formats = formats
        self.alarms = alarms

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.load, self.formats, self.alarms)

    @cached_property
    def detector(self) -> Detector:
        """The detector, loaded when first asked for; raises ModelError."""
        return self.load()

    def prepare(self) -> None:
        """Load the detector; raises ModelError."""
        _ = self.detector

    def record(self, page: Page | PageError) -> Record:
        """Scan a page; whatever goes wrong with it is in the record. Raises ModelError where the model cannot be loaded."""
        detector = self.detector
        if isinstance(page, PageError):
            return self.failed(page, page)
        try:
            document = extract_document(page)
            return self._encoded(page, detector.scan_document(document), document.text)
        except PageError as error:
            return self.failed(page, error)
        except MemoryError:
            remedy = "leave it out, or give each process more memory with fewer --jobs"
            return self.failed(page, PageError(page.id, "there is not enough memory to scan it", remedy))
        except Exception as error:  # a bug, which must not cost a crawl its other pages
            return self.failed(page, bug_in(page.id, error))

    def failed(self, page: Page | PageError, error: PageError) -> Record:
        """Return the record of a page that could not be scanned."""
        report = Report(error.page_id, page.url, model=self.detector.model.name, date=page.date, error=str(error))
        return self._encoded(page, report, "")

    def _encoded(self, page: Page | PageError, report: Report, text: str) -> Record:
        parts = tuple(format.encode(report, text) for format in self.formats)
        labels = Counter(str(f.label) for f in report.findings)
        scores = [(str(f.label), f.score) for f in report.findings] + [(str(a.type), a.score) for a in report.articles]
        alarm = next((name for name, score in scores for wanted, least in self.alarms if name == wanted and score >= least), None)
        return Record(report.id, parts, labels, len(report.paid), report.error, alarm, digest_of(page))


def digest_of(page: Page | PageError) -> str:
    """Return a short digest of all that a page's record depends on but its id, "" where it could not be read."""
    if isinstance(page, PageError):
        return ""
    content = page.content.encode("utf-8", "surrogatepass") if isinstance(page.content, str) else page.content
    digest = blake2b(content, digest_size=8)
    digest.update(repr((page.html, page.url, page.lang, page.charset, page.date)).encode("utf-8", "backslashreplace"))
    return digest.hexdigest()

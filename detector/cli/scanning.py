"""Put a scan together from the values of its options."""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from math import inf
from pathlib import Path

import detector
from detector.classifier import default_path
from detector.cleaning import Actions
from detector.crawl import Crawl, Target
from detector.crawl.records import Alarm
from detector.document import LABELS, Label
from detector.errors import PageError
from detector.inference import Detector
from detector.pages import Fields
from detector.pages.formats import Format as InputFormat
from detector.pages.formats import format_of
from detector.pages.sources import STDIN, sources_of
from detector.progress import Progress
from detector.writers.cleaned import cleaned
from detector.writers.formats import format_by_suffix, format_named
from detector.writers.names import FormatName, Rows

_ONE_PAGE = (InputFormat.TEXT, InputFormat.HTML)


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model file with the user's labels and thresholds; call it for the detector."""

    path: Path | None
    labels: frozenset[Label]
    thresholds: Mapping[str, float]
    fast: bool = False

    def __call__(self) -> Detector:
        """Load the detector; raises ModelError."""
        model = Detector.load(self.path, fast=self.fast).model
        silent = {str(label): inf for label in LABELS if label not in self.labels}
        return Detector(replace(model, thresholds={**model.thresholds, **self.thresholds, **silent}))

    def digest(self) -> str:
        """Return a digest of all that its findings depend on; "" where there is no such file."""
        path = default_path() if self.path is None else self.path
        if not path.is_file():
            return ""
        told = repr((sorted(self.labels), sorted(self.thresholds.items()), self.fast, detector.__version__))
        return blake2b(path.read_bytes() + told.encode(), digest_size=16).hexdigest()


def report_target(name: FormatName | None, output: Path | None, rows: Rows, plain: bool) -> Target:
    """Return where the reports go; `plain` keeps colours out of a table on a terminal. Raises DetectorError."""
    terminal = output is None and sys.stdout.isatty()
    if name is None:
        name = FormatName.TABLE if terminal else format_by_suffix(output.suffix if output is not None else "")
    colour = terminal and not plain and not os.environ.get("NO_COLOR")
    return Target(format_named(name, rows=rows, colour=colour), output)


def clean_target(path: Path | None, actions: Actions) -> tuple[Target, ...]:
    """Return where the cleaned texts go, none where they are not asked for."""
    return () if path is None else (Target(cleaned(actions, folder=path.is_dir() or not path.suffix), path),)


def settings_of(choice: ModelChoice, targets: Sequence[Target], alarms: Iterable[Alarm], fields: Fields) -> str:
    """Return what must be the same for a run to be resumed; "" where nothing is written to a file, for then none can be."""
    if all(target.path is None for target in targets):
        return ""
    return repr((choice.digest(), [target.format.name for target in targets], alarms, fields))


def progress_of(crawl: Crawl, inputs: Iterable[str], quiet: bool) -> Progress:
    """Return a progress line on a terminal that does not show the reports already."""
    showing = sys.stdout.isatty() and any(target.path is None for target in crawl.targets)
    live = sys.stderr.isatty() and not quiet and not showing
    return Progress(sys.stderr, live=live, quiet=quiet, total=_total(inputs) if live else None)


def _total(inputs: Iterable[str]) -> int | None:
    """Return the number of pages, where every input holds one."""
    total = 0
    for source in sources_of(inputs):
        known = None if isinstance(source, PageError) else format_of(source.name)
        if str(source) == STDIN or (known is not None and known[0] not in _ONE_PAGE):
            return None
        total += 1
    return total

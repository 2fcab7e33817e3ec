"""Put a scan together from the values of its options."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from math import inf
from pathlib import Path

import typer

import detector
from detector.classifier import default_path
from detector.cleaning import Actions
from detector.cli.conflicts import files_of, is_among
from detector.crawl import Crawl, Target
from detector.crawl.records import Alarm
from detector.document import LABELS, Label, Page
from detector.errors import PageError
from detector.inference import Detector
from detector.pages import Fields, Position, read_pages
from detector.pages.sources import sources_of
from detector.progress import Progress
from detector.writers.cleaned import cleaned
from detector.writers.formats import format_by_suffix, format_named
from detector.writers.names import FormatName, Rows
from detector.writers.packing import packed, packing_of

_STDOUT = ("-", "/dev/stdout")


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
    """Return where the reports go; `plain` keeps colours out of a table on a terminal. Raises DetectorError and BadParameter."""
    output = None if str(output) in _STDOUT else output
    terminal = output is None and sys.stdout.isatty()
    file = "" if output is None else output.name
    if name is None:
        name = FormatName.TABLE if terminal else format_by_suffix(file)
    if rows is not Rows.FINDINGS and name is not FormatName.PARQUET:
        reason = f"{rows} are rows of Parquet, and {name} has none; leave it out or add --format parquet"
        raise typer.BadParameter(reason, param_hint="--rows")
    colour = terminal and not plain and not os.environ.get("NO_COLOR")
    return Target(packed(format_named(name, rows=rows, colour=colour), packing_of(file)), output)


def clean_target(path: Path | None, actions: Actions) -> tuple[Target, ...]:
    """Return where the cleaned texts go, none where they are not asked for; raises DetectorError."""
    if path is None:
        return ()
    target = Target(packed(cleaned(actions, folder=False), packing_of(path.name)), None if str(path) in _STDOUT else path)
    if target.whole and (path.is_dir() or not path.suffix):
        target = Target(cleaned(actions, folder=True), path)
    return (target,)


def pages_of(inputs: Iterable[str], fields: Fields, targets: Iterable[Target], position: Position) -> Iterator[Page | PageError]:
    """Yield the pages of the inputs, but not of the files that this run writes, which may lie in a folder that it reads."""
    for source in _sources_of(inputs, targets):
        if isinstance(source, PageError):
            yield source
        else:
            yield from read_pages([source], fields, position)


def settings_of(choice: ModelChoice, targets: Sequence[Target], alarms: Iterable[Alarm], fields: Fields) -> str:
    """Return what must be the same for a run to be resumed; "" where nothing is written to a file, for then none can be."""
    if all(target.path is None for target in targets):
        return ""
    return repr((choice.digest(), [target.format.name for target in targets], alarms, fields))


def progress_of(crawl: Crawl, inputs: Iterable[str], quiet: bool) -> Progress:
    """Return a progress line on a terminal that does not show the reports already."""
    showing = sys.stdout.isatty() and any(target.path is None for target in crawl.targets)
    live = sys.stderr.isatty() and not quiet and not showing
    sources = [source for source in _sources_of(inputs, crawl.targets) if isinstance(source, Path)] if live else []
    return Progress(sys.stderr, live=live, quiet=quiet, position=Position.of_paths(sources))


def _sources_of(inputs: Iterable[str], targets: Iterable[Target]) -> Iterator[Path | PageError]:
    written = files_of(targets)
    return (source for source in sources_of(inputs) if isinstance(source, PageError) or not is_among(source, written))

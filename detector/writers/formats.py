"""Find a format by its name or by a file's suffix."""

from collections.abc import Callable
from functools import partial
from pathlib import PurePath

from detector.errors import DetectorError
from detector.writers.csv import CSV
from detector.writers.dolma import DOLMA
from detector.writers.format import Format
from detector.writers.html import HTML
from detector.writers.jsonl import JSONL
from detector.writers.names import FormatName, Rows
from detector.writers.packing import packing_of
from detector.writers.parquet import parquet
from detector.writers.sarif import SARIF
from detector.writers.table import table
from detector.writers.webannotation import WEBANNOTATION

_SUFFIXES = {
    ".jsonl": FormatName.JSONL,
    ".ndjson": FormatName.JSONL,
    ".csv": FormatName.CSV,
    ".parquet": FormatName.PARQUET,
    ".sarif": FormatName.SARIF,
    ".html": FormatName.HTML,
    ".htm": FormatName.HTML,
}


def format_named(name: FormatName, *, rows: Rows = Rows.FINDINGS, colour: bool = False) -> Format:
    """Return a format; `rows` is for Parquet, `colour` for the table. Raises DetectorError where its library is missing."""
    makers: dict[FormatName, Callable[[], Format]] = {
        FormatName.TABLE: partial(table, colour),
        FormatName.JSONL: lambda: JSONL,
        FormatName.CSV: lambda: CSV,
        FormatName.PARQUET: partial(parquet, rows),
        FormatName.DOLMA: lambda: DOLMA,
        FormatName.WEBANNOTATION: lambda: WEBANNOTATION,
        FormatName.SARIF: lambda: SARIF,
        FormatName.HTML: lambda: HTML,
    }
    return makers[name]()


def format_by_suffix(name: str) -> FormatName:
    """Return the format that a file's name asks for, JSON lines where it has no suffix; raises DetectorError where that is unknown."""
    suffix = PurePath(name.lower().removesuffix(packing_of(name))).suffix
    if suffix not in _SUFFIXES and suffix:
        known = f"{' '.join(_SUFFIXES)}, each but .parquet also with .gz or .zst"
        raise DetectorError(f"{name}: its suffix names no format; let it end in {known}, or name one with --format")
    return _SUFFIXES.get(suffix, FormatName.JSONL)

"""Find a format by its name or by a file's suffix."""

from collections.abc import Callable
from functools import partial

from detector.writers.csv import CSV
from detector.writers.dolma import DOLMA
from detector.writers.format import Format
from detector.writers.html import HTML
from detector.writers.jsonl import JSONL
from detector.writers.names import FormatName, Rows
from detector.writers.parquet import parquet
from detector.writers.sarif import SARIF
from detector.writers.table import table
from detector.writers.webannotation import WEBANNOTATION

_SUFFIXES = {
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


def format_by_suffix(suffix: str) -> FormatName:
    """Return the format that a file's suffix asks for; JSON lines where it says nothing."""
    return _SUFFIXES.get(suffix.lower(), FormatName.JSONL)

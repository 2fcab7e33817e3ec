"""The table for a terminal: a paragraph for each page."""

from functools import partial

from detector.document import Report
from detector.render import to_table
from detector.writers.format import Format


def table(colour: bool) -> Format:
    """Return the format, in colour or without."""
    return Format("table in colour" if colour else "table", partial(_encode, colour=colour), between=b"\n")


def _encode(report: Report, text: str, colour: bool) -> bytes:
    return to_table(report, text, colour).encode("utf-8", "replace")

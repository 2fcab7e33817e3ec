"""CSV: a row for each finding, paid article and failed page, by `render.CSV_COLUMNS`."""

import csv
import io
from collections.abc import Iterable, Sequence

from detector.document import Report
from detector.render import CSV_COLUMNS, to_csv_rows
from detector.writers.format import Format


def _encode(report: Report, text: str) -> bytes:
    return _lines(to_csv_rows(report))


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    return "".join(map(_line, rows)).encode("utf-8", "replace")


def _line(row: Sequence[str]) -> str:
    # csv puts in quotes what holds a character of its own line end, and before Python 3.13 no other line end.
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(row)
    return buffer.getvalue().removesuffix("\r\n") + "\n"


CSV = Format("csv", _encode, head=_lines([CSV_COLUMNS]))

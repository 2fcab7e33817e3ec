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
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue().encode("utf-8", "replace")


CSV = Format("csv", _encode, head=_lines([CSV_COLUMNS]))

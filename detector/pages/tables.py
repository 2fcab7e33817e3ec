"""Read pages from the rows of CSV, TSV and Parquet tables, one row or a small batch of rows at a time."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from types import ModuleType
from typing import TYPE_CHECKING

from detector.document import Page
from detector.errors import PageError
from detector.pages.extras import needed
from detector.pages.records import MARK, Fields, page_of
from detector.pages.streams import empty, in_file

if TYPE_CHECKING:
    import pyarrow as pa

BATCH = 10  # Parquet rows; pages are some 100 kB
BUFFER = 1 << 16  # bytes of a Parquet column read at a time; without it pyarrow reads that of a row group whole
MAX_CELL = 20_000_000  # bytes; mostly more are read where a quote never closes, and csv takes four to eight times as much memory

_UNQUOTED = f"close its quotes, or split cells over {MAX_CELL:,} bytes"


def read_csv(stream: io.BufferedIOBase, name: str, fields: Fields) -> Iterator[Page | PageError]:
    """Yield the pages of a table with commas between its cells, or semicolons where its header has more of those."""
    header = _header_line(stream)
    line = header.split(b"\r", 1)[0]
    separator = ";" if line.count(b";") > line.count(b",") else ","
    return _read_delimited(header, separator, stream, name, fields)


def read_tsv(stream: io.BufferedIOBase, name: str, fields: Fields) -> Iterator[Page | PageError]:
    """Yield the pages of a table with tabs between its cells."""
    return _read_delimited(_header_line(stream), "\t", stream, name, fields)


def read_parquet(stream: io.BufferedIOBase, name: str, fields: Fields) -> Iterator[Page | PageError]:
    """Yield the pages of a Parquet table; only the columns that `fields` names are read. A damaged row group costs only its rows."""
    arrow, parquet = needed("pyarrow", "tables", name), needed("pyarrow.parquet", "tables", name)
    failures = (arrow.ArrowException, LookupError, OSError, OverflowError, ValueError)
    with in_file(stream) as seekable:
        try:
            file = parquet.ParquetFile(seekable, pre_buffer=False, buffer_size=BUFFER)
        except failures as error:
            raise PageError(name, f"it is no Parquet file, or cut off ({error})", "write the table again") from error
        columns = list(_wanted(file.schema_arrow.names, name, fields))
        end = 0
        for group in range(file.num_row_groups):
            number, end = end, end + file.metadata.row_group(group).num_rows
            try:
                for batch in file.iter_batches(BATCH, row_groups=[group], columns=columns, use_threads=False):
                    for record in _records_of(batch, arrow):
                        number += 1
                        yield page_of(record, f"{name}:{number}", fields)
            except failures as error:
                yield PageError(name, f"its rows {number + 1:,} to {end:,} cannot be read ({error})", "write the table again")
    if not end:
        raise _without_rows(name)


def _records_of(batch: "pa.RecordBatch", arrow: ModuleType) -> list[dict[str, object]]:
    """Return the rows of a batch; text that is no UTF-8 stays bytes, as that of CSV does, and a time that Python cannot hold is None."""
    try:
        records: list[dict[str, object]] = batch.to_pylist()
    except (arrow.ArrowException, LookupError, OverflowError, ValueError):
        rows = zip(*(_cells_of(column, arrow) for column in batch.columns), strict=True)
        records = [dict(zip(batch.schema.names, row, strict=True)) for row in rows]
    return records


def _cells_of(column: "pa.Array", arrow: ModuleType) -> list[object]:
    if arrow.types.is_temporal(column.type):
        return [_time_of(cell, arrow) for cell in column]
    if column.type not in (arrow.string(), arrow.large_string(), arrow.string_view()):
        return list(column.to_pylist())
    return [None if cell is None else _text(cell) for cell in column.cast(arrow.large_binary()).to_pylist()]


def _time_of(cell: "pa.Scalar", arrow: ModuleType) -> object:
    try:
        return cell.as_py()
    except (arrow.ArrowException, LookupError, OverflowError, ValueError):
        return None


class _Lines:
    """Lines for `csv`, as Latin-1, which gives every byte a character: `_cell` has the bytes back."""

    def __init__(self, header: bytes, stream: io.BufferedIOBase) -> None:
        self.header = header
        self.stream = stream
        self.row: list[str] = []  # those since it was last emptied
        self.cut = False  # whether one of these was too long to be read whole
        self.ended = False  # whether more were asked for than there are

    def __iter__(self) -> Iterator[str]:
        line = self.header
        while line:
            for part in line.splitlines(keepends=True):  # at a lone \r too
                self.row.append(part.decode("latin-1"))
                yield self.row[-1]
            line = self.stream.readline(MAX_CELL)
            rest = line
            while len(rest) == MAX_CELL and not re.search(rb"[\r\n]", rest):
                self.cut, rest = True, self.stream.readline(MAX_CELL)
        self.ended = True

    def taken(self) -> tuple[list[str], bool]:
        """Return the lines of the row that was read, and whether one of them was cut; the next row begins."""
        taken = self.row, self.cut
        self.row, self.cut = [], False
        return taken


def _read_delimited(header: bytes, separator: str, stream: io.BufferedIOBase, name: str, fields: Fields) -> Iterator[Page | PageError]:
    csv.field_size_limit(max(csv.field_size_limit(), MAX_CELL))
    lines = _Lines(header.removeprefix(MARK), stream)
    rows = csv.reader(lines, delimiter=separator)
    names = _names(header, rows, name)
    lines.taken()
    wanted = _wanted(names, name, fields)
    number = 0
    try:
        for row in rows:
            read, cut = lines.taken()
            if lines.ended:  # and yet the row went on
                raise csv.Error("a quote never closes")
            if not row or (len(row) == 1 and row[0].isspace()):
                continue
            number += 1
            place = f"{name}:{number}"
            if cut:
                yield PageError(place, f"its row is longer than {MAX_CELL:,} bytes", "split it")
            elif any('"' in line for line in read) and not _is_strict(read, separator):
                if separator == "\t" and len(read) == 1:  # as many tables with tabs have it, quotes mean nothing there
                    yield _page_of_row(read[0].rstrip("\r\n").split(separator), len(names), wanted, place, fields)
                else:
                    last = rows.line_num
                    joined = f" (lines {last - len(read) + 1:,} to {last:,} were read as one row)" if len(read) > 1 else ""
                    yield PageError(place, f"its quotes do not match{joined}", "close its quotes, and double those inside of a cell")
            else:
                yield _page_of_row(row, len(names), wanted, place, fields)
    except csv.Error as error:
        raise PageError(name, f"its rows after row {number:,} cannot be read ({error})", _UNQUOTED) from error
    if not number:
        raise _without_rows(name)


def _header_line(stream: io.BufferedIOBase) -> bytes:
    while (line := stream.readline(MAX_CELL)).isspace():
        continue
    return line


def _names(header: bytes, rows: Iterator[list[str]], name: str) -> list[str]:
    """Return the names of the columns, which the first row holds."""
    if b"\0" in header:
        raise PageError(name, "it is UTF-16 or no table", "save it as UTF-8")
    try:
        return [column.encode("latin-1").decode("utf-8", "replace") for column in next(rows, [])]
    except csv.Error as error:
        raise PageError(name, f"its header cannot be read ({error})", "begin it with a line of column names") from error


def _wanted(columns: Sequence[str], name: str, fields: Fields) -> dict[str, int]:
    """Return the columns that `fields` names and a table has, with their positions."""
    if not columns:
        raise empty(name)
    if fields.text not in columns and fields.html not in columns:
        reason = f'it has no column "{fields.text}" or "{fields.html}", only {", ".join(columns[:20])}'
        raise PageError(name, reason, "name the column that holds the pages")
    return {field: columns.index(field) for field in astuple(fields) if field in columns}


def _is_strict(lines: list[str], separator: str) -> bool:
    """Whether what follows a cell's closing quote is a separator: if not, a quote before was left open and took in other rows."""
    try:
        return len(list(csv.reader(lines, delimiter=separator, strict=True))) == 1
    except csv.Error:
        return False


def _page_of_row(row: list[str], width: int, wanted: dict[str, int], place: str, fields: Fields) -> Page | PageError:
    if any(row[width:]):
        return PageError(place, "the row has more cells than the header", "put cells that hold a separator in quotes")
    record = {field: _cell(row[column]) if column < len(row) else "" for field, column in wanted.items()}
    return page_of(record, place, fields)


def _cell(text: str) -> str | bytes:
    """Return what a cell read as Latin-1 really holds."""
    return text if text.isascii() else _text(text.encode("latin-1"))


def _text(raw: bytes) -> str | bytes:
    """Return text where it is UTF-8, else the bytes, for `decoded` to read."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


def _without_rows(name: str) -> PageError:
    return PageError(name, "it has no rows", "check that it was written whole")

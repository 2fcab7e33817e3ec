"""Read pages from the rows of CSV, TSV and Parquet tables, a batch of rows at a time."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import astuple

from detector.document import Page
from detector.errors import PageError
from detector.pages.extras import needed
from detector.pages.records import MARK, Fields, page_of
from detector.pages.streams import MAX_BYTES, empty, rejoined

BATCH = 50  # rows; pages are some 100 kB, and a quote that never closes costs the batch that it stands in


def read_csv(stream: io.BufferedIOBase, name: str, fields: Fields) -> Iterator[Page | PageError]:
    """Yield the pages of a table with commas between its cells, or semicolons where its header has more of those."""
    header = _header_line(stream)
    separator = ";" if header.count(b";") > header.count(b",") else ","
    return _read_delimited(header, separator, stream, name, fields)


def read_tsv(stream: io.BufferedIOBase, name: str, fields: Fields) -> Iterator[Page | PageError]:
    """Yield the pages of a table with tabs between its cells."""
    return _read_delimited(_header_line(stream), "\t", stream, name, fields)


def read_parquet(stream: io.BufferedIOBase, name: str, fields: Fields) -> Iterator[Page | PageError]:
    """Yield the pages of a Parquet table; only the columns that `fields` names are read."""
    arrow, parquet = needed("pyarrow", "tables", name), needed("pyarrow.parquet", "tables", name)
    number = 0
    try:
        with parquet.ParquetFile(stream) as file:
            columns = _wanted(file.schema_arrow.names, name, fields)
            for batch in file.iter_batches(batch_size=BATCH, columns=list(columns)):
                for record in batch.to_pylist():
                    number += 1
                    yield page_of(record, f"{name}:{number}", fields)
    except (arrow.ArrowException, OSError, ValueError) as error:
        raise _damaged(name, number, error, "write the table again") from error
    if not number:
        raise _without_rows(name)


def _read_delimited(header: bytes, separator: str, stream: io.BufferedIOBase, name: str, fields: Fields) -> Iterator[Page | PageError]:
    pandas = needed("pandas", "tables", name)
    names = _cells(header, separator, name)
    wanted = _wanted(names, name, fields)
    # pandas drops what a row has beyond the header's cells without a word, so the header gets one column more, which stays empty.
    widened = separator.join(str(column) for column in range(len(names) + 1)).encode() + b"\n"
    number = 0
    try:
        for batch in pandas.read_csv(
            rejoined(widened, stream),
            sep=separator,
            encoding="latin-1",  # gives every byte a character: `_cell` has the bytes back
            dtype=str,
            na_filter=False,
            index_col=False,
            usecols=[*wanted.values(), len(names)],
            chunksize=BATCH,
        ):
            order = [str(column) for column in (*wanted.values(), len(names))]
            for *cells, surplus in batch[order].itertuples(index=False, name=None):
                number += 1
                place = f"{name}:{number}"
                if surplus:
                    yield PageError(place, "the row has more cells than the header", "put cells that hold a separator in quotes")
                else:
                    yield page_of(dict(zip(wanted, map(_cell, cells), strict=True)), place, fields)
    except ValueError as error:
        raise _damaged(name, number, error, "close its quotes") from error
    if not number:
        raise _without_rows(name)


def _header_line(stream: io.BufferedIOBase) -> bytes:
    while (line := stream.readline(MAX_BYTES)).isspace():
        continue
    return line


def _cells(line: bytes, separator: str, name: str) -> list[str]:
    if b"\0" in line:
        raise PageError(name, "it is UTF-16 or no table", "save it as UTF-8")
    try:
        return next(csv.reader([line.removeprefix(MARK).decode("utf-8", "replace")], delimiter=separator), [])
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


def _cell(text: str) -> str | bytes:
    """Return what a cell read as Latin-1 really holds: text where it is UTF-8, else bytes, for `decoded` to read."""
    if text.isascii():
        return text
    raw = text.encode("latin-1")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


def _damaged(name: str, number: int, error: Exception, remedy: str) -> PageError:
    return PageError(name, f"its rows after row {number} cannot be read ({error})", remedy)


def _without_rows(name: str) -> PageError:
    return PageError(name, "it has no rows", "check that it was written whole")

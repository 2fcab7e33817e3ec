"""Read pages from any mix of inputs, one at a time, in the order given."""

import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from detector.document import Page
from detector.errors import PageError
from detector.pages.formats import SUFFIXES, Compression, Format, format_of
from detector.pages.position import Position
from detector.pages.records import DEFAULT_FIELDS, Fields, read_records
from detector.pages.sources import STDIN, name_of, sources_of
from detector.pages.streams import opened, opened_stdin, read_whole
from detector.pages.tables import read_csv, read_parquet, read_tsv
from detector.pages.warc import read_warc

STDIN_ID = "stdin"


def read_pages(
    paths: Iterable[str | Path], fields: Fields = DEFAULT_FIELDS, position: Position | None = None
) -> Iterator[Page | PageError]:
    """Yield the pages of files, folders, globs and standard input ("-"); `fields` names the columns of records.

    A `position` made of the same paths tells how far they are read.

    Never raises: an input, line or row that cannot be read is a PageError in its place. Ids repeat where the input repeats them; a
    record without one is called `path:n`, n its line (JSONL) or row (tables), counted from 1. Content stays `bytes` where its
    charset is still to be found, which `decoded` does.
    """
    position = position or Position()
    for source in sources_of(paths):
        if isinstance(source, PageError):
            yield source
            continue
        try:
            yield from _pages_of(source, fields, position)
        except PageError as error:
            yield error


def _pages_of(path: Path, fields: Fields, position: Position) -> Iterator[Page | PageError]:
    if str(path) == STDIN:
        with position.of(STDIN_ID), opened_stdin(STDIN_ID) as (stream, format):
            yield from _READERS[format](stream, STDIN_ID, fields)
        return
    page_id = name_of(path)
    known = format_of(path.name)
    if known is None:
        remedy = f"let its name end in {' '.join(SUFFIXES)}, also with .gz or .zst, or pipe it in as -"
        raise PageError(page_id, "its suffix names no known format", remedy)
    format, compression = known
    if format is Format.WARC:
        compression = Compression.NONE  # fastwarc unpacks records one by one, and can begin again after a damaged one
    with opened(path, compression, page_id, position) as stream:
        yield from _READERS[format](stream, page_id, fields)


def _read_text(stream: io.BufferedIOBase, page_id: str, fields: Fields) -> Iterator[Page]:
    yield Page(page_id, read_whole(stream, page_id))


def _read_html(stream: io.BufferedIOBase, page_id: str, fields: Fields) -> Iterator[Page]:
    yield Page(page_id, read_whole(stream, page_id), html=True)


_READERS: dict[Format, Callable[[io.BufferedIOBase, str, Fields], Iterator[Page | PageError]]] = {
    Format.TEXT: _read_text,
    Format.HTML: _read_html,
    Format.JSONL: read_records,
    Format.WARC: read_warc,
    Format.CSV: read_csv,
    Format.TSV: read_tsv,
    Format.PARQUET: read_parquet,
}

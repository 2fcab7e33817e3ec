"""Read the pages of web archives: WARC (responses as they were crawled) and WET (their text)."""

import io
from collections.abc import Iterator
from types import ModuleType
from typing import TYPE_CHECKING

from detector.document import Page
from detector.errors import PageError
from detector.pages.extras import needed
from detector.pages.records import Fields
from detector.pages.responses import body_of, charset_of, media_type_of, response_of
from detector.pages.streams import MAX_BYTES, TOO_LONG

if TYPE_CHECKING:
    from fastwarc import WarcRecord

_HEAD = 64 << 10  # bytes of a record read to see whether it is wanted; HTTP heads are 8 to 32 kB at most
_WINDOW = 1 << 20  # bytes searched at a time for the next record after damage
_STARTS = {b"\x1f\x8b": b"\x1f\x8b\x08", b"\x28\xb5": b"\x28\xb5\x2f\xfd"}  # an archive's first bytes → what its records begin with
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_TEXT_TYPE = "text/plain"


def read_warc(stream: io.BufferedIOBase, name: str, fields: Fields) -> Iterator[Page | PageError]:
    """Yield a page for each response of status 2xx with HTML or plain text and for each WET record, and pass over all others.

    Those with an empty body, as 204 has, are no pages either. The archive may be packed. After damage, or a record that claims to
    be longer than the archive, it goes on with the next record that can be read, unless it comes through a pipe or is packed whole
    instead of record by record. What fails has the URL and date of its record.
    """
    found = False
    for page in _pages(stream, name, needed("fastwarc", "warc", name)):
        found = True
        yield page
    if not found:
        raise PageError(name, "it holds no page", "give an archive with HTML or text responses, or a WET file")


def _pages(stream: io.BufferedIOBase, name: str, fastwarc: ModuleType) -> Iterator[Page | PageError]:
    start: int | None = 0
    fresh = True  # whether a record was read since the last damage; if not, it is the same damage still
    while start is not None:
        position = start
        try:
            # HTTP is left to `responses`: a body in another encoding than its head says would end this iteration.
            for record in fastwarc.ArchiveIterator(stream if stream.seekable() else _Pipe(stream), parse_http=False):
                position, fresh = record.stream_pos, True
                page = _page_of(record, name, fastwarc)
                if page is not None:
                    yield page
                if isinstance(page, _CutOff):
                    break
            else:
                return
        except OSError as error:
            if fresh:
                yield PageError(name, f"it is damaged after byte {position:,} ({error})", "fetch it again")
        start, fresh = _next_start(stream, position + 1), False


class _CutOff(PageError):
    """A record that ends before its length, or has none: what follows is not where it ought to be."""


class _Pipe:
    """A stream with the `tell` that fastwarc panics without."""

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self.stream = stream
        self.position = 0

    def read(self, size: int = -1) -> bytes:
        chunk = self.stream.read1(size)
        self.position += len(chunk)
        return chunk

    def tell(self) -> int:
        return self.position


def _next_start(stream: io.BufferedIOBase, position: int) -> int | None:
    """Move a stream to where the next record may begin, and return that; None where there is none, or in a pipe."""
    if not stream.seekable():
        return None
    stream.seek(0)
    start = _STARTS.get(stream.read(2), b"WARC/1.")
    while True:
        stream.seek(position)
        window = stream.read(_WINDOW)
        found = window.find(start)
        if found >= 0:
            return stream.seek(position + found)
        if len(window) < _WINDOW:
            return None
        position += _WINDOW - len(start) + 1


def _page_of(record: "WarcRecord", name: str, fastwarc: ModuleType) -> Page | PageError | None:
    """Return the page of a record, None where it holds none; raises OSError where the archive is damaged."""
    page_id = record.record_id or name
    kind = record.headers.get("WARC-Type")
    try:
        # A head that is cut off is the end of an archive that is; fastwarc takes the record for an empty one.
        if not (record.headers.get("Content-Length") or "").strip().isdigit():
            raise _cut_off(page_id, name)
        if kind == "conversion":
            stated = record.headers.get("Content-Type")
            return _page(record, page_id, media_type_of(stated), charset_of(stated), _block(record, b"", page_id, name))
        if kind == "response" and record.is_http:
            return _page_of_response(record, page_id, name, fastwarc)
        _pass_over(record, 0, page_id, name)
    except PageError as error:
        error.url, error.date = _url_of(record), record.headers.get("WARC-Date")
        return error
    return None


def _page_of_response(record: "WarcRecord", page_id: str, name: str, fastwarc: ModuleType) -> Page | None:
    expected = min(_HEAD, record.content_length)
    head = record.reader.read(expected)
    if len(head) < expected:
        raise _cut_off(page_id, name)
    response = response_of(head)
    if response is not None and response.ok and response.length is None:
        head = _block(record, head, page_id, name)
        response = response_of(head)
    if response is None:
        raise PageError(page_id, f"its record in {name} holds no HTTP response", "crawl it again")
    media_type, charset = response.media_type, response.charset
    if media_type is None:
        identified = record.headers.get("WARC-Identified-Payload-Type")
        media_type, charset = media_type_of(identified), charset or charset_of(identified)
    if not response.ok or not _wanted(media_type):
        _pass_over(record, len(head), page_id, name)
        return None
    if response.length is None:
        raise PageError(page_id, f"the head of its HTTP response does not end ({name})", "crawl it again")
    stored = _block(record, head, page_id, name)[response.length :]
    try:
        body = body_of(response, stored, fastwarc)
    except ValueError as error:
        raise PageError(page_id, str(error), "crawl it again") from error
    return _page(record, page_id, media_type, charset, body)


def _page(record: "WarcRecord", page_id: str, media_type: str | None, charset: str | None, content: bytes) -> Page | None:
    if not content or not _wanted(media_type):
        return None
    return Page(page_id, content, media_type in _HTML_TYPES, _url_of(record), charset=charset, date=record.headers.get("WARC-Date"))


def _url_of(record: "WarcRecord") -> str | None:
    return (record.headers.get("WARC-Target-URI") or "").strip("<>") or None  # brackets: as wget writes it


def _wanted(media_type: str | None) -> bool:
    return media_type == _TEXT_TYPE or media_type in _HTML_TYPES


def _block(record: "WarcRecord", head: bytes, page_id: str, name: str) -> bytes:
    """Return the whole content of a record whose beginning was read."""
    if record.content_length > MAX_BYTES:
        _pass_over(record, len(head), page_id, name)
        raise PageError(page_id, TOO_LONG, "leave it out")
    block = head + record.reader.read(record.content_length - len(head))
    if len(block) < record.content_length:
        raise _cut_off(page_id, name)
    return block


def _pass_over(record: "WarcRecord", read: int, page_id: str, name: str) -> None:
    """Read the rest of a record that is not wanted, to see that it is there: fastwarc ends without a word where it is not."""
    while read < record.content_length:
        piece = record.reader.read(min(_WINDOW, record.content_length - read))
        if not piece:
            raise _cut_off(page_id, name)
        read += len(piece)


def _cut_off(page_id: str, name: str) -> _CutOff:
    return _CutOff(page_id, f"its record is cut off or its head damaged ({name})", "fetch the archive again")

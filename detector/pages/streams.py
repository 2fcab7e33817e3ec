"""Open files and standard input as streams of bytes, unpacked on the way.

What goes wrong while a stream is open, a disk error or a damaged archive, reaches its reader's caller as one PageError.
"""

import gzip
import io
import shutil
import sys
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, cast

from detector.errors import PageError
from detector.pages.extras import needed
from detector.pages.formats import ZSTD, Compression, Format, compression_of, format_of_head
from detector.pages.position import Position

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_BYTES = 100_000_000  # of one page, line or record: what `blocks` accepts, 20 million characters, in UTF-32 and some
TOO_LONG = f"it is longer than {MAX_BYTES:,} bytes"


@contextmanager
def opened(path: Path, compression: Compression, page_id: str, position: Position) -> Iterator[io.BufferedIOBase]:
    """Open a file for reading, unpacked; raises PageError."""
    with ExitStack() as stack:
        try:
            file = stack.enter_context(path.open("rb"))
        except (OSError, ValueError) as error:  # ValueError: a zero byte in the path
            raise _unreadable(page_id, error) from error
        stack.enter_context(position.of(page_id, file))
        stream = stack.enter_context(unpacked(file, compression, page_id))
        if not file.peek(1):
            raise empty(page_id)
        yield stream


@contextmanager
def opened_stdin(page_id: str) -> Iterator[tuple[io.BufferedIOBase, Format]]:
    """Give standard input, unpacked, and the format that it turns out to be in; raises PageError."""
    source = stdin()
    try:
        magic = source.read(4)
    except (OSError, ValueError) as error:  # ValueError: it was closed
        raise _unreadable(page_id, error) from error
    with unpacked(rejoined(magic, source), compression_of(magic), page_id) as stream:
        head = stream.readline(MAX_BYTES)
        while head.isspace() and len(head) < MAX_BYTES and (line := stream.readline(MAX_BYTES)):
            head += line
        yield rejoined(head, stream), format_of_head(head)


def stdin() -> io.BufferedIOBase:
    """Return the bytes of standard input, none where the program was started without one: Python sets it to None."""
    return cast(io.BufferedIOBase, sys.stdin.buffer) if sys.stdin else io.BytesIO()


@contextmanager
def unpacked(packed: io.BufferedIOBase, compression: Compression, page_id: str) -> Iterator[io.BufferedIOBase]:
    """Give the unpacked stream; raises PageError for whatever its bytes cannot be read for."""
    damage: tuple[type[Exception], ...] = (EOFError, zlib.error, gzip.BadGzipFile)
    try:
        if compression is Compression.GZIP:
            yield gzip.GzipFile(fileobj=packed)
        elif compression is Compression.ZSTD:
            # Not `zstandard`: its reader takes a file that is cut off for one that ends.
            zstd = needed(ZSTD, "zstd", page_id)
            damage = (*damage, zstd.ZstdError)
            yield zstd.ZstdFile(packed)
        else:
            yield packed
    except damage as error:
        raise PageError(page_id, f"it is damaged or cut off ({error})", "fetch it again") from error
    except OSError as error:
        raise _unreadable(page_id, error) from error


def read_whole(stream: io.BufferedIOBase, page_id: str) -> bytes:
    """Return all bytes of a stream that holds one page; raises PageError where there are none or too many."""
    content = stream.read(MAX_BYTES + 1)
    if not content:
        raise empty(page_id)
    if len(content) > MAX_BYTES:
        raise PageError(page_id, TOO_LONG, "split it")
    return content


@contextmanager
def in_file(stream: io.BufferedIOBase) -> Iterator[io.BufferedIOBase]:
    """Give a stream that can be read from its end, as Parquet is: pipes and what is packed by way of a temporary file."""
    if isinstance(stream, io.BufferedReader) and stream.seekable():
        yield stream
        return
    with TemporaryFile() as file:
        shutil.copyfileobj(stream, file)
        file.seek(0)
        yield cast(io.BufferedIOBase, file)


def empty(page_id: str) -> PageError:
    """Return the error for an input without content."""
    return PageError(page_id, "it is empty", "check that it was saved or downloaded whole")


def rejoined(head: bytes, rest: io.BufferedIOBase) -> io.BufferedReader:
    """Return a stream whole again whose beginning was read to see what it is."""
    return io.BufferedReader(_Rejoined(head, rest))


def _unreadable(page_id: str, error: OSError | ValueError) -> PageError:
    reason = error.strerror if isinstance(error, OSError) else None
    return PageError(page_id, f"it cannot be read ({reason or error})", "check the path and its permissions")


class _Rejoined(io.RawIOBase):
    """Gives `head`, then `rest` as it comes."""

    def __init__(self, head: bytes, rest: io.BufferedIOBase) -> None:
        self.head = head
        self.rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer).cast("B")
        # read1: what a pipe has so far, so that its first record does not wait for its last.
        chunk = self.head[: len(view)] or self.rest.read1(len(view))
        self.head = self.head[len(chunk) :]
        view[: len(chunk)] = chunk
        return len(chunk)

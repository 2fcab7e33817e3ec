"""Read an HTTP response as a crawler stored it: status, type, charset, and the body without its transfer and content encodings."""

import io
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

from detector.pages.streams import MAX_BYTES

_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(rb"HTTP/[\d.]+ +(\d{3})")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Response:
    """The head of an HTTP response."""

    status: int
    headers: dict[str, str]  # names in lower case; the last of equal names
    length: int  # bytes of the head, the blank line after it included

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def media_type(self) -> str | None:
        """Type and subtype in lower case; None where the server declared none."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower() or None

    @property
    def charset(self) -> str | None:
        match = _CHARSET.search(self.headers.get("content-type", ""))
        return match.group(1) if match else None


def response_of(block: bytes) -> Response | None:
    """Return the head of the response that a block begins with; None where it begins with none."""
    status, end = _STATUS.match(block), _BLANK_LINE.search(block)
    if status is None:
        return None
    head = block[: end.start()] if end else block
    headers = {}
    for line in head.decode("latin-1").splitlines()[1:]:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return Response(int(status.group(1)), headers, end.end() if end else len(block))


def body_of(response: Response, stored: bytes, fastwarc: ModuleType) -> bytes:
    """Return the body as the server meant it.

    A body that is not in the encoding that its head names is taken as it is: crawlers decode bodies and leave the head. One that is
    cut off gives what it has.
    """
    if "chunked" in response.headers.get("transfer-encoding", "").lower():
        stored = _dechunked(stored)
    for encoding in reversed(response.headers.get("content-encoding", "").lower().split(",")):
        decoder = _DECODERS.get(encoding.strip())
        if decoder is None:
            continue
        try:
            stored = decoder(stored, fastwarc)
        except (OSError, zlib.error):
            return stored
    return stored


def _dechunked(stored: bytes) -> bytes:
    chunks: list[bytes] = []
    start = 0
    while (end := stored.find(b"\n", start)) >= 0:
        try:
            size = int(stored[start:end].split(b";")[0], 16)
        except ValueError:
            break
        if size <= 0:
            return b"".join(chunks)
        chunks.append(stored[end + 1 : end + 1 + size])
        start = end + 1 + size + (2 if stored[end + 1 + size : end + 3 + size] == b"\r\n" else 1)
    return b"".join(chunks) or stored


def _inflated(stored: bytes, windows: tuple[int, ...]) -> bytes:
    for window in windows:
        try:
            body = zlib.decompressobj(window).decompress(stored, MAX_BYTES + 1)
        except zlib.error:
            continue
        if body:
            return body
    raise zlib.error("not deflated")


def _read_by(reader: Callable[[io.BytesIO], io.BytesIO], stored: bytes) -> bytes:
    return reader(io.BytesIO(stored)).read(MAX_BYTES + 1)


_Decoder = Callable[[bytes, ModuleType], bytes]
_DECODERS: dict[str, _Decoder] = {
    "gzip": lambda stored, _: _inflated(stored, (47,)),  # 47: the header tells gzip from zlib
    "x-gzip": lambda stored, _: _inflated(stored, (47,)),
    "deflate": lambda stored, _: _inflated(stored, (47, -15)),  # -15: no header, as some servers understand deflate
    "br": lambda stored, fastwarc: _read_by(fastwarc.stream_io.BrotliReader, stored),
    "zstd": lambda stored, fastwarc: _read_by(fastwarc.stream_io.ZstdReader, stored),
}

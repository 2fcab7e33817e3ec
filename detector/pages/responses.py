"""Read an HTTP response as a crawler stored it: status, type, charset, and the body without its transfer and content encodings."""

import gzip
import io
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Protocol

from detector.pages.streams import MAX_BYTES

_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(r"(?:\r\n?|\n)[ \t]+")  # a line that begins with a blank goes on with the header before it
_LINE_END = re.compile(r"\r\n?|\n")  # not all that `splitlines` takes for one: 85 is a byte of UTF-8 letters
_STATUS = re.compile(rb"HTTP/[\d.]+ +(\d{3})")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
_LISTS = frozenset({"content-encoding", "transfer-encoding"})  # headers whose lines add up
_PIECE = 1 << 16  # bytes
_SAMPLE = 512  # bytes searched for what no text has: in a packed body each tenth byte is such a one
_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")  # not 0, which UTF-16 has, nor 1b, which ISO-2022-JP has
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Response:
    """The head of an HTTP response."""

    status: int
    headers: dict[str, str]  # names in lower case; the last of equal names, or all, with commas, where they make a list
    length: int | None  # bytes of the head, the blank line after it included; None where the block ends before it

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    @property
    def media_type(self) -> str | None:
        """Type and subtype in lower case; None where the server declared none."""
        return media_type_of(self.headers.get("content-type"))

    @property
    def encodings(self) -> list[str]:
        """What the body was put into, in lower case, the last first."""
        named = ",".join(self.headers.get(name, "").lower() for name in ("content-encoding", "transfer-encoding"))
        return [encoding.strip() for encoding in reversed(named.split(","))]

    @property
    def charset(self) -> str | None:
        """The charset that the server declared; None where it declared none."""
        return charset_of(self.headers.get("content-type"))


def media_type_of(content_type: str | None) -> str | None:
    """Return the type and subtype that a header names, in lower case; None where it names none."""
    return re.split(r"[;,\s]", (content_type or "").strip(), maxsplit=1)[0].lower() or None


def charset_of(content_type: str | None) -> str | None:
    """Return the charset that a header names; None where it names none."""
    match = _CHARSET.search(content_type or "")
    return match.group(1) if match else None


def response_of(block: bytes) -> Response | None:
    """Return the head of the response that a block begins with; None where it begins with none."""
    status, end = _STATUS.match(block), _BLANK_LINE.search(block)
    if status is None:
        return None
    head = block[: end.start()] if end else block
    headers: dict[str, str] = {}
    for line in _LINE_END.split(_FOLD.sub(" ", head.decode("latin-1")))[1:]:
        name, _, value = line.partition(":")
        name, value = name.strip().lower(), value.strip()
        headers[name] = f"{headers[name]},{value}" if name in _LISTS and name in headers else value
    return Response(int(status.group(1)), headers, end.end() if end else None)


def body_of(response: Response, stored: bytes, fastwarc: ModuleType) -> bytes:
    """Return the body as the server meant it; raises ValueError where it is packed and nothing of it can be unpacked.

    A body that is not in the encoding that its head names is taken as it is: crawlers decode bodies and leave the head. One that is
    cut off or damaged gives what it has before that.
    """
    for encoding in response.encodings:
        decoder = _DECODERS.get(encoding)
        if decoder is None:
            continue
        try:
            stored = decoder(stored, fastwarc)
        except (OSError, EOFError, zlib.error) as error:
            if _is_packed(stored):
                raise ValueError(f"its body cannot be unpacked from {encoding} ({error})") from error
            return stored
    return stored


def _dechunked(stored: bytes) -> bytes:
    if stored.strip() == b"0":
        return b""
    chunks: list[bytes] = []
    start = 0
    while (end := stored.find(b"\n", start)) >= 0:
        try:
            size = int(stored[start:end].split(b";")[0], 16)
        except ValueError:
            break
        if size <= 0:
            break
        chunks.append(stored[end + 1 : end + 1 + size])
        start = end + 1 + size + (2 if stored[end + 1 + size : end + 3 + size] == b"\r\n" else 1)
    return b"".join(chunks) or stored


def _inflated(stored: bytes, windows: tuple[int, ...]) -> bytes:
    if stored.startswith(_GZIP):
        return _unpacked(stored, lambda packed: gzip.GzipFile(fileobj=packed))
    for window in windows:
        try:
            body = zlib.decompressobj(window).decompress(stored, MAX_BYTES + 1)
        except zlib.error:
            continue
        if body:
            return body
    raise zlib.error("not deflated")


class _Reader(Protocol):
    def read(self, size: int, /) -> bytes: ...


def _unpacked(stored: bytes, open_reader: Callable[[io.BytesIO], _Reader]) -> bytes:
    """Return what a body holds, up to where it is cut off or damaged; raises what its reader raises where that is nothing."""
    body, error = _read(open_reader(io.BytesIO(stored)), _PIECE)
    if error is None:
        return body
    if not _is_packed(stored):  # text that a decoder makes something of
        raise error
    reader = open_reader(io.BytesIO(stored))
    reader.read(len(body))
    body += _read(reader, 1)[0]  # byte by byte: a reader keeps back the whole piece that its data end in
    if not body:
        raise error
    return body


def _read(reader: _Reader, size: int) -> tuple[bytes, Exception | None]:
    """Return all that a reader gives, and the error that ends it."""
    body = bytearray()
    try:
        while len(body) <= MAX_BYTES and (piece := reader.read(size)):
            body += piece
    except (OSError, EOFError, zlib.error) as error:
        return bytes(body), error
    return bytes(body), None


def _is_packed(stored: bytes) -> bool:
    return _CONTROLS.search(stored, 0, _SAMPLE) is not None


_Decoder = Callable[[bytes, ModuleType], bytes]
_DECODERS: dict[str, _Decoder] = {
    "chunked": lambda stored, _: _dechunked(stored),
    "gzip": lambda stored, _: _inflated(stored, (15,)),
    "x-gzip": lambda stored, _: _inflated(stored, (15,)),
    "deflate": lambda stored, _: _inflated(stored, (15, -15)),  # -15: no header, as some servers understand deflate
    "br": lambda stored, fastwarc: _unpacked(stored, fastwarc.stream_io.BrotliReader),
    "zstd": lambda stored, fastwarc: _unpacked(stored, fastwarc.stream_io.ZstdReader),
}

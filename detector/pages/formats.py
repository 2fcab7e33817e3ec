"""Tell what format an input is in, by its name or, on standard input, by how it begins."""

import re
import sys
from enum import StrEnum
from pathlib import PurePath

import orjson

from detector.pages.json_lines import value_of


class Format(StrEnum):
    """A way of keeping pages: one in a file (text, HTML) or many."""

    TEXT = "text"
    HTML = "html"
    JSONL = "jsonl"
    WARC = "warc"
    CSV = "csv"
    TSV = "tsv"
    PARQUET = "parquet"


class Compression(StrEnum):
    """What an input is packed in."""

    NONE = ""
    GZIP = ".gz"
    ZSTD = ".zst"


ZSTD = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"  # the library for it

SUFFIXES = {
    ".txt": Format.TEXT,
    ".text": Format.TEXT,
    ".md": Format.TEXT,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xhtml": Format.HTML,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".warc": Format.WARC,
    ".wet": Format.WARC,
    ".csv": Format.CSV,
    ".tsv": Format.TSV,
    ".parquet": Format.PARQUET,
}

_MARKS = b"\xef\xbb\xbf\xff\xfe"  # bytes of the byte order marks
_PARQUET = b"PAR1"
_MAGIC = {b"\x1f\x8b": Compression.GZIP, b"\x28\xb5\x2f\xfd": Compression.ZSTD}
_OBJECT = re.compile(rb'\{\s*"')
_SPREAD = re.compile(rb'(?:\{\Z|\[\s*(?:\{\s*(?:"|\Z)|\Z))')  # JSON over many lines, or in an array
_MARKUP = re.compile(
    rb"<(?:!doctype\s+html|!--|\?xml|(?:html|head|body|title|meta|link|script|style|main|article|section|header|footer|nav|aside|div|"
    rb"h[1-6]|p|span|a|ul|ol|table|img|br|figure|blockquote|center|font|b|i|em|strong)[\s>/])",
    re.IGNORECASE,
)


def format_of(name: str) -> tuple[Format, Compression] | None:
    """Return what the suffix of a file name says, `page.html.gz` included; None where it says nothing known."""
    name = name.lower()
    compression = next((packed for packed in (Compression.GZIP, Compression.ZSTD) if name.endswith(packed)), Compression.NONE)
    known = SUFFIXES.get(PurePath(name.removesuffix(compression)).suffix)
    return None if known is None else (known, compression)


def compression_of(head: bytes) -> Compression:
    """Return what an input is packed in, by its first four bytes."""
    return next((packed for magic, packed in _MAGIC.items() if head.startswith(magic)), Compression.NONE)


def format_of_head(head: bytes) -> Format:
    """Return the format of an input that begins with `head`, which holds its first line that is not blank.

    Nothing tells CSV and TSV from text, so they are text.
    """
    if head.startswith(_PARQUET):
        return Format.PARQUET
    line = head.lstrip(_MARKS).replace(b"\0", b"").strip()  # without zero bytes UTF-16 markup reads as ASCII
    if line.startswith(b"WARC/"):
        return Format.WARC
    if line.startswith(b"{") and (_is_json(line) or _is_cut_off(line, head)):
        return Format.JSONL
    if _SPREAD.match(line):
        return Format.JSONL  # whose reader says what is wrong with it
    return Format.HTML if _MARKUP.match(line) else Format.TEXT


def _is_cut_off(line: bytes, head: bytes) -> bool:
    return _OBJECT.match(line) is not None and not head.endswith(b"\n")


def _is_json(line: bytes) -> bool:
    try:
        value_of(line)
    except orjson.JSONDecodeError:
        return False
    return True

"""Turn a page's bytes into text; refuse what is no text."""

import codecs
import re
from dataclasses import replace

from detector.document import Page
from detector.errors import PageError

SAMPLE = 4096  # bytes searched for a declared charset and for what binary files hold
HEAD = 1 << 16  # bytes searched for a declared charset where what begins with them is no UTF-8

_EXTRACT, _UNPACK = "extract its text first", "unpack it first"
_SIGNATURES = {
    b"%PDF-": ("a PDF document", _EXTRACT),
    b"{\\rtf": ("an RTF document", _EXTRACT),
    b"\xd0\xcf\x11\xe0": ("an Office document", _EXTRACT),
    b"PK\x03\x04": ("a zip archive or an Office document", "unpack it, or save it as HTML, first"),
    b"\x1f\x8b": ("a gzip file", "unpack it, or let its name end in .gz"),
    b"\x28\xb5\x2f\xfd": ("a Zstandard file", "unpack it, or let its name end in .zst"),
    b"BZh91AY&SY": ("a bzip2 file", _UNPACK),
    b"\xfd7zXZ\x00": ("an xz file", _UNPACK),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", _UNPACK),
    b"Rar!\x1a\x07": ("a RAR archive", _UNPACK),
    b"\x89PNG": ("a PNG image", _EXTRACT),
    b"\xff\xd8\xff": ("a JPEG image", _EXTRACT),
    b"GIF87a": ("a GIF image", _EXTRACT),
    b"GIF89a": ("a GIF image", _EXTRACT),
}
# UTF-32 before UTF-16: the little-endian mark of one begins with the mark of the other.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# The WHATWG Encoding Standard reads these labels as the superset that pages so labelled are really in.
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "tis-620": "cp874",
    "utf-8-sig": "utf-8",
    "utf-16": "utf-16-le",
    "utf-32": "utf-32-le",
}
# Labels of that standard which Python does not know.
_LABELS = {
    "windows-31j": "cp932",
    **dict.fromkeys(("windows-874", "dos-874"), "cp874"),
    **dict.fromkeys(("windows-949", "ks_c_5601-1989", "cseuckr", "csksc56011987", "iso-ir-149"), "cp949"),
    **dict.fromkeys(("gb_2312-80", "csgb2312"), "gb18030"),
    **dict.fromkeys(("cn-big5", "x-x-big5"), "big5hkscs"),
    **dict.fromkeys(("iso-8859-8-i", "iso-8859-8-e", "csiso88598i", "csiso88598e", "logical", "visual"), "iso8859-8"),
    **dict.fromkeys(("koi8", "koi"), "koi8-r"),
    "koi8-ru": "koi8-u",
    "iso88591": "cp1252",
    "iso88599": "cp1254",
    **{f"iso8859{part}": f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 11, 13, 14, 15)},
    "sun_eu_greek": "iso8859-7",
    "mac": "mac-roman",
    "mac-ukrainian": "mac-cyrillic",
}
# Python's own escapes and transports, which no page is in; UTF-7 is refused by browsers because it hides markup.
_REFUSED = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"})
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")  # not 1b, which ISO-2022-JP has
_DECLARATION = re.compile(rb"""<(?:meta\s[^>]{0,400}?charset|\?xml\s[^>]{0,400}?encoding)\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)


def decoded(page: Page) -> Page:
    """Return the page with `str` content, its bytes read as the surest of the charsets that they can be in.

    In order: byte order mark, the transport's charset, UTF-8, the charset that HTML declares (before UTF-8 where it is of the kind
    that looks like ASCII), each only where it fits without an error; then the first that fits for the most part; then cp1252. Raises
    PageError where the content is empty or binary.
    """
    text = page.content if isinstance(page.content, str) else _text_of(page, page.content)
    if not text:
        raise PageError(page.id, "it is empty", "check that it was saved or downloaded whole")
    return page if text is page.content else replace(page, content=text)


def _text_of(page: Page, content: bytes) -> str:
    for signature, (what, remedy) in _SIGNATURES.items():
        if content.startswith(signature):
            raise PageError(page.id, f"it is {what}, not text", remedy)
    for mark, codec in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(codec, "replace")
    sample = content[:SAMPLE]
    transport = _codec(page.charset)
    if b"\0" in sample:
        wide = transport if transport and transport.startswith(("utf-16", "utf-32")) else _wide_codec(sample)
        if wide:
            return content.decode(wide, "replace")
        if _is_binary(sample):
            raise PageError(page.id, "it is binary, not text", "convert it to text or HTML first")
    declared = _codec(_declared(sample) or _declared(content[:HEAD])) if page.html else None
    order = (
        (transport, declared, "utf-8") if (declared or "").startswith("iso2022") and b"\x1b" in content else (transport, "utf-8", declared)
    )
    return _read_as(content, order)


def _is_binary(sample: bytes) -> bool:
    """Whether controls are more than a stray few; zeros alone tell little, for packed data have no more than one byte in 256."""
    return len(_CONTROLS.findall(sample)) > max(1, len(sample) // 100)


def _read_as(content: bytes, candidates: tuple[str | None, ...]) -> str:
    # With few zero bytes or none it is neither UTF-16 nor UTF-32, whatever was declared.
    codecs_left = [codec for codec in candidates if codec and not codec.startswith(("utf-16", "utf-32"))]
    for codec in codecs_left:
        try:
            return content.decode(codec)
        except (LookupError, ValueError):  # LookupError: a codec, but none of text (base64, rot13)
            continue
    for codec in codecs_left:
        text = _mostly(content, codec)
        if text is not None:
            return text
    return content.decode("cp1252", "replace")


def _mostly(content: bytes, codec: str) -> str | None:
    """Return the text if most of its non-ASCII characters are whole: a page cut inside a character, or with a few bad bytes."""
    try:
        text = content.decode(codec, "replace")
    except LookupError:
        return None
    foreign = len(text) - len(text.encode("ascii", "ignore"))
    return text if text.count("\ufffd") * 2 < foreign else None


def _codec(name: str | None) -> str | None:
    """Return Python's codec for a charset label; None where there is none that a page may be in."""
    try:
        label = (name or "").strip(" \t\"';").lower()
        codec = codecs.lookup(_LABELS.get(label) or _LABELS.get(label.removeprefix("x-")) or label.removeprefix("x-")).name
    except (LookupError, ValueError):
        return None
    return None if codec in _REFUSED else _SUPERSETS.get(codec, codec)


def _declared(sample: bytes) -> str | None:
    match = _DECLARATION.search(sample)
    return match.group(1).decode("ascii", "replace") if match else None


def _wide_codec(sample: bytes) -> str | None:
    """Return the UTF-16 or UTF-32 that a sample without byte order mark is in: its Latin letters leave zeros in the same places."""
    quarters = [sample[i::4].count(0) / max(1, len(sample[i::4])) for i in range(4)]
    if quarters[0] < 0.1 and quarters[2] == quarters[3] == 1:
        return "utf-32-le"
    if quarters[3] < 0.1 and quarters[0] == quarters[1] == 1:
        return "utf-32-be"
    even, odd = (quarters[0] + quarters[2]) / 2, (quarters[1] + quarters[3]) / 2
    if even < 0.1 and odd > 0.5:
        return "utf-16-le"
    return "utf-16-be" if odd < 0.1 and even > 0.5 else None

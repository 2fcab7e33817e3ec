"""Decoding: the order in which charsets are believed, and what is refused."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.document import Page
from detector.errors import PageError
from detector.pages import decoded

_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), min_size=1)


def _read(content: str | bytes, *, html: bool = False, charset: str | None = None) -> str | bytes:
    return decoded(Page("p", content, html=html, charset=charset)).content


@given(_TEXT)
def test_utf8_text_round_trips(text: str) -> None:
    assert _read(text.encode()) == text


@given(_TEXT, st.sampled_from(["utf-8-sig", "utf-16", "utf-32"]))
def test_text_with_a_byte_order_mark_round_trips(text: str, codec: str) -> None:
    assert _read(text.encode(codec)) == text


@given(st.binary(), st.booleans(), st.sampled_from([None, "utf-8", "utf-16", "latin-1", "shift_jis", "hex", "no-such"]))
def test_any_bytes_are_text_that_can_be_written_or_a_page_error(content: bytes, html: bool, charset: str | None) -> None:
    try:
        text = _read(content, html=html, charset=charset)
    except PageError:
        return
    assert isinstance(text, str) and text.encode()


def test_str_content_is_left_alone() -> None:
    page = Page("p", "\ufeffAnzeige\r\n", charset="latin-1")
    assert decoded(page) is page


def test_only_the_content_of_a_page_changes() -> None:
    page = Page("p", b"Werbung", True, "https://blatt.example/a", "de", "utf-8", "2024-05-01")
    assert decoded(page) == Page("p", "Werbung", True, "https://blatt.example/a", "de", "utf-8", "2024-05-01")


def test_a_byte_order_mark_outranks_the_transport() -> None:
    assert _read("\ufeffbezahlt für".encode(), charset="iso-8859-1") == "bezahlt für"


def test_the_transport_outranks_valid_utf8() -> None:
    assert _read("é".encode(), charset="windows-1252") == "Ã©"


def test_valid_utf8_outranks_the_meta_element() -> None:
    assert _read('<meta charset="iso-8859-1">né'.encode(), html=True) == '<meta charset="iso-8859-1">né'


@pytest.mark.parametrize(
    "declaration",
    [
        '<meta charset="windows-1251">',
        "<META charset=windows-1251 >",
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">',
        '<?xml version="1.0" encoding="windows-1251"?>',
    ],
)
def test_html_that_is_no_utf8_is_read_as_it_declares(declaration: str) -> None:
    assert _read(f"{declaration}реклама".encode("cp1251"), html=True) == f"{declaration}реклама"


def test_a_declaration_counts_in_html_and_in_its_first_64_kb_only() -> None:
    content = '<meta charset="windows-1251">Größe'.encode("cp1252")
    assert str(_read(content)).endswith("Größe")
    assert str(_read(b" " * 65536 + content, html=True)).endswith("Größe")
    assert str(_read(b" " * 60000 + '<meta charset="windows-1251">реклама'.encode("cp1251"), html=True)).endswith("реклама")


@pytest.mark.parametrize(
    ("charset", "codec", "text"),
    [
        ("iso-8859-8-i", "iso8859-8", "פרסומת"),
        ("windows-874", "cp874", "โฆษณา"),
        ("windows-31j", "cp932", "広告①"),
        ("gb_2312-80", "gb18030", "广告"),
        ("koi8-ru", "koi8-u", "реклама"),
        ("x-x-big5", "big5hkscs", "廣告"),
        ("ISO88592", "iso8859-2", "reklama płatna"),
        ("x-mac-ukrainian", "mac-cyrillic", "реклама"),
    ],
)
def test_the_labels_of_browsers_are_known(charset: str, codec: str, text: str) -> None:
    assert _read(text.encode(codec), charset=charset) == text
    page = f'<meta charset="{charset}">{text}'
    assert _read(page.encode(codec), html=True) == page


def test_a_declared_charset_that_looks_like_ascii_is_read() -> None:
    page = '<meta charset="iso-2022-jp">この記事は広告です'
    assert _read(page.encode("iso2022_jp"), html=True) == page
    assert _read('<meta charset="iso-2022-jp">Größe'.encode(), html=True) == '<meta charset="iso-2022-jp">Größe'


@pytest.mark.parametrize("charset", ["none", "x-user-defined", "utf8mb4", "", "base64", "idna", "unicode_escape", "a\0b", "ü" * 500])
def test_a_charset_that_no_page_is_in_is_skipped(charset: str) -> None:
    assert _read("Größe".encode(), charset=charset) == "Größe"


@pytest.mark.parametrize("charset", ['"UTF-8"', " utf8;", "'utf-8'"])
def test_a_charset_may_carry_quotes_and_blanks(charset: str) -> None:
    assert _read("日本".encode(), charset=charset) == "日本"


def test_a_charset_that_does_not_fit_is_passed_over() -> None:
    assert _read("Größe".encode(), charset="ascii") == "GrÃ¶ÃŸe"  # the label stands for windows-1252, as in browsers
    assert _read("Größe".encode("cp1252"), charset="utf-8") == "Größe"


def test_latin1_is_read_as_windows_1252() -> None:
    assert _read(b"\x93paid\x94 \x80 5", charset="ISO-8859-1") == "“paid” € 5"


def test_bytes_that_fit_nothing_are_read_as_windows_1252_with_replacement() -> None:
    assert _read(b"caf\xe9 \x81") == "café \ufffd"


def test_utf8_cut_inside_a_character_stays_utf8() -> None:
    assert _read("Für Größe bezahlt: ö".encode()[:-1]) == "Für Größe bezahlt: \ufffd"


def test_a_declared_charset_with_one_bad_byte_stays_that_charset() -> None:
    assert _read("広告記事です".encode("shift_jis") + b"\x81", charset="x-sjis") == "広告記事です\ufffd"


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_text_without_a_byte_order_mark_is_recognised(codec: str) -> None:
    assert _read("Sponsored by Müller AG".encode(codec)) == "Sponsored by Müller AG"


def test_a_declared_utf16_is_believed_only_where_there_are_zero_bytes() -> None:
    assert _read("Anzeige".encode("utf-16-le"), charset="utf-16") == "Anzeige"
    assert _read(b"<meta charset=utf-16>Anzeige!", html=True, charset="utf-16") == "<meta charset=utf-16>Anzeige!"


@pytest.mark.parametrize("content", ["", b"", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_empty_content_is_refused(content: str | bytes) -> None:
    with pytest.raises(PageError, match=r"^p: it is empty; check"):
        _read(content)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7\nstream", "a PDF document"),
        (b"PK\x03\x04\x14\x00word/document.xml", "a zip archive or an Office document"),
        (b"\x1f\x8b\x08\x00rest", "a gzip file"),
        (b"\x28\xb5\x2f\xfdrest", "a Zstandard file"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"\xff\xd8\xff\xe0JFIF", "a JPEG image"),
        (b"{\\rtf1 Anzeige}", "an RTF document"),
    ],
)
def test_files_of_other_kinds_are_refused_by_name(content: bytes, what: str) -> None:
    with pytest.raises(PageError, match=rf"^p: it is {what}, not text; "):
        _read(content)


@pytest.mark.parametrize("html", [True, False])
def test_a_stray_zero_byte_is_no_reason_to_refuse_a_page(html: bool) -> None:
    assert _read("<p>Grö\0ße".encode(), html=html) == "<p>Grö\0ße"
    content = '<meta charset="windows-1251">' + "реклама\0, " * 10 + "<p>text" * 300
    assert _read(content.encode("cp1251"), html=True) == content


def test_packed_data_have_few_zero_bytes_and_are_refused() -> None:
    content = b"\x01" + bytes(random.Random(1).randbytes(4096))
    assert content.count(0) < 41
    with pytest.raises(PageError, match=r"^p: it is binary, not text; convert"):
        _read(content, html=True)


def test_zero_bytes_in_the_first_4_kb_are_refused() -> None:
    with pytest.raises(PageError, match=r"^p: it is binary, not text; convert"):
        _read(b"<p>text" * 100 + b"\0" * 10, html=True)
    with pytest.raises(PageError, match=r"^p: it is binary, not text; convert"):
        _read(b"\x7fELF\x01\x00\x00\x07" + bytes(range(200)))
    assert _read(b"a" * 4096 + b"\0") == "a" * 4096 + "\0"

"""Web archives: which records are pages, how bodies are decoded, and what damage costs."""

import gzip
import io
import pickle
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from fastwarc.stream_io import BrotliWriter

from detector.document import Page
from detector.errors import PageError
from detector.pages import Fields, decoded, read_pages
from detector.pages.warc import read_warc

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

HTML = "<p>Bezahlte Anzeige für Müller</p>"
GZIPPED = gzip.compress(HTML.encode())


def _record(name: str, block: bytes, kind: str = "response", media_type: str = "application/http; msgtype=response") -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{name}>\r\nWARC-Date: 2024-05-01T10:00:00Z\r\n"
        f"WARC-Target-URI: https://blatt.example/{name}\r\nContent-Type: {media_type}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def _http(body: bytes, media_type: str = "text/html", status: str = "200 OK", more: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\n{more}\r\n".encode() + body


def _read(path: Path, archive: bytes) -> list[Page | PageError]:
    path.write_bytes(archive)
    return list(read_pages([path]))


def _names(entries: list[Page | PageError]) -> list[str]:
    return ["error" if isinstance(entry, PageError) else entry.id.removeprefix("<urn:uuid:").removesuffix(">") for entry in entries]


def _brotli(body: bytes) -> bytes:
    packed = io.BytesIO()
    with BrotliWriter(packed) as writer:
        writer.write(body)
    return packed.getvalue()


def test_a_response_is_a_page_with_the_archives_facts(tmp_path: Path) -> None:
    archive = _record("a", _http(HTML.encode("cp1252"), 'Text/HTML; charset="ISO-8859-1"'))
    (page,) = _read(tmp_path / "a.warc", archive)
    assert page == Page("<urn:uuid:a>", HTML.encode("cp1252"), True, "https://blatt.example/a", None, "ISO-8859-1", "2024-05-01T10:00:00Z")
    assert decoded(page).content == HTML


def test_only_successful_html_and_plain_text_responses_are_pages(tmp_path: Path) -> None:
    archive = b"".join(
        [
            _record("info", b"software: x\r\n", "warcinfo", "application/warc-fields"),
            _record("request", b"GET / HTTP/1.1\r\n\r\n", "request", "application/http; msgtype=request"),
            _record("html", _http(b"<p>x")),
            _record("gone", _http(b"<p>gone", status="404 Not Found")),
            _record("image", _http(b"\x89PNG", "image/png")),
            _record("xhtml", _http(b"<p>x", "application/xhtml+xml")),
            _record("partial", _http(b"text", "text/plain", "206 Partial Content")),
            _record("dns", b"blatt.example 1.2.3.4", media_type="text/dns"),
            _record("metadata", b"a: b\r\n", "metadata", "application/warc-fields"),
        ]
    )
    pages = _read(tmp_path / "a.warc", archive)
    assert _names(pages) == ["html", "xhtml", "partial"]
    assert [page.html for page in pages if isinstance(page, Page)] == [True, True, False]


def test_a_response_without_type_has_the_type_that_the_crawler_found(tmp_path: Path) -> None:
    record = _record("a", b"HTTP/1.1 200 OK\n\n<p>x").replace(b"WARC-Date", b"WARC-Identified-Payload-Type: text/html\r\nWARC-Date")
    (page,) = _read(tmp_path / "a.warc", record)
    assert isinstance(page, Page) and page.html and page.content == b"<p>x"


def test_the_type_that_the_crawler_found_may_have_a_charset(tmp_path: Path) -> None:
    found = b"WARC-Identified-Payload-Type: Text/HTML; charset=windows-1251\r\nWARC-Date"
    record = _record("a", b"HTTP/1.1 200 OK\n\n<p>x").replace(b"WARC-Date", found)
    (page,) = _read(tmp_path / "a.warc", record)
    assert isinstance(page, Page) and page.html and page.charset == "windows-1251"


@pytest.mark.parametrize("type", ["text/html charset=utf-8", "text/html, text/html; charset=utf-8", " Text/HTML ;charset=utf-8"])
def test_a_type_may_be_written_carelessly(type: str, tmp_path: Path) -> None:
    (page,) = _read(tmp_path / "a.warc", _record("a", _http(b"<p>x", type)))
    assert isinstance(page, Page) and page.html and page.charset == "utf-8"


def test_the_type_of_a_wet_record_may_have_a_charset(tmp_path: Path) -> None:
    record = _record("a", "Größe".encode("cp1252"), "conversion", "Text/Plain; charset=ISO-8859-1")
    (page,) = _read(tmp_path / "a.wet", record)
    assert isinstance(page, Page) and not page.html and page.charset == "ISO-8859-1" and decoded(page).content == "Größe"


@pytest.mark.parametrize("name", ["a.wet", "a.wet.gz", "a.warc.wet.gz"])
def test_a_wet_record_is_a_text_page(tmp_path: Path, name: str) -> None:
    records = [_record(n, f"Größe {n}".encode(), "conversion", "text/plain") for n in "ab"]
    pack: Callable[[bytes], bytes] = gzip.compress if name.endswith(".gz") else bytes
    pages = _read(tmp_path / name, b"".join(map(pack, records)))
    assert [page.content for page in pages if isinstance(page, Page)] == ["Größe a".encode(), "Größe b".encode()]
    assert not any(page.html for page in pages if isinstance(page, Page))


@pytest.mark.parametrize(
    ("headers", "stored"),
    [
        ("Content-Encoding: gzip\r\n", gzip.compress(HTML.encode())),
        ("Content-Encoding: deflate\r\n", zlib.compress(HTML.encode())),
        ("Content-Encoding: deflate\r\n", zlib.compress(HTML.encode())[2:-4]),
        ("Content-Encoding: br\r\n", _brotli(HTML.encode())),
        ("Transfer-Encoding: chunked\r\n", b"5;x=y\r\n%s\r\n1E\r\n%s\r\n0\r\n\r\n" % (HTML.encode()[:5], HTML.encode()[5:35])),
        ("Content-Encoding: gzip\r\n", gzip.compress(HTML.encode()[:9]) + gzip.compress(HTML.encode()[9:])),
        ("Content-Encoding: gzip\r\n", zlib.compress(HTML.encode())),
        ("Content-Encoding: gzip\r\nContent-Encoding: br\r\n", _brotli(GZIPPED)),
        ("Transfer-Encoding: gzip, chunked\r\n", b"%x\r\n%s\r\n0\r\n\r\n" % (len(GZIPPED), GZIPPED)),
        ("Content-Encoding: identity\r\n", HTML.encode()),
    ],
)
def test_bodies_are_decoded_from_their_http_encodings(tmp_path: Path, headers: str, stored: bytes) -> None:
    (page,) = _read(tmp_path / "a.warc", _record("a", _http(stored, more=headers)))
    assert isinstance(page, Page) and page.content in (HTML.encode(), HTML.encode()[:35])


@pytest.mark.parametrize(
    "header", ["Content-Encoding: gzip", "Content-Encoding: br", "Content-Encoding: zstd", "Transfer-Encoding: chunked"]
)
def test_a_body_that_was_decoded_before_it_was_stored_is_taken_as_it_is(tmp_path: Path, header: str) -> None:
    archive = _record("a", _http(HTML.encode(), more=f"{header}\r\n")) + _record("b", _http(b"<p>next"))
    pages = _read(tmp_path / "a.warc", archive)
    assert [page.content for page in pages if isinstance(page, Page)] == [HTML.encode(), b"<p>next"]


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("br", _brotli), ("zstd", zstd.compress)])
def test_a_packed_body_that_is_cut_off_gives_what_it_has(tmp_path: Path, encoding: str, pack: Callable[[bytes], bytes]) -> None:
    body = b"".join(b"<p>%d" % (n * 7919 % 1_000_003) for n in range(50_000))
    (page,) = _read(tmp_path / "a.warc", _record("a", _http(pack(body)[:-500], more=f"Content-Encoding: {encoding}\r\n")))
    assert isinstance(page, Page) and len(page.content) > 100_000 and body.startswith(bytes(page.content))  # type: ignore[arg-type]


def test_a_short_brotli_body_that_is_cut_off_gives_what_it_has(tmp_path: Path) -> None:
    (page,) = _read(tmp_path / "a.warc", _record("a", _http(_brotli(HTML.encode() * 3)[:-2], more="Content-Encoding: br\r\n")))
    assert isinstance(page, Page) and len(page.content) > 20 and (HTML.encode() * 3).startswith(bytes(page.content))  # type: ignore[arg-type]


def test_a_packed_body_that_gives_nothing_is_an_error_and_not_read_as_text(tmp_path: Path) -> None:
    archive = _record("a", _http(zstd.compress(HTML.encode() * 9)[:-9], more="Content-Encoding: zstd\r\n")) + _record("b", _http(b"<p>x"))
    error, page = _read(tmp_path / "a.warc", archive)
    assert isinstance(error, PageError) and error.reason.startswith("its body cannot be unpacked from zstd (")
    assert isinstance(page, Page)


@pytest.mark.parametrize("status", ["200 OK", "204 No Content"])
def test_a_response_without_body_is_no_page(tmp_path: Path, status: str) -> None:
    empty = [_http(b"", status=status), _http(gzip.compress(b""), status=status, more="Content-Encoding: gzip\r\n")]
    empty.append(_http(b"0\r\n\r\n", status=status, more="Transfer-Encoding: chunked\r\n"))
    archive = b"".join(_record("empty", block) for block in empty) + _record("a", _http(b"<p>x"))
    assert _names(_read(tmp_path / "a.warc", archive)) == ["a"]


@pytest.mark.parametrize(
    "headers",
    [
        "Content-Type:\r\n text/html; charset=iso-8859-1",
        "Content-Type: text/html;\r\n\tcharset=iso-8859-1",
        "Content-Type: text/html; charset=iso-8859-1\r\nX-Section: \u00c3\u0085content-type: image/png",  # bytes of "\u00c5"
    ],
)
def test_headers_over_several_lines_are_read_and_no_letter_ends_a_line(tmp_path: Path, headers: str) -> None:
    block = f"HTTP/1.1 200 OK\r\n{headers}\r\n\r\n{HTML}".encode("latin-1")
    (page,) = _read(tmp_path / "a.warc", _record("a", block))
    assert isinstance(page, Page) and page.html and page.charset == "iso-8859-1" and page.content == HTML.encode("latin-1")


def test_an_http_head_of_any_length_is_no_text(tmp_path: Path) -> None:
    (page,) = _read(tmp_path / "a.warc", _record("a", _http(HTML.encode(), more=f"Cookie: {'y' * 70_000}\r\n")))
    assert isinstance(page, Page) and page.content == HTML.encode() and page.html


def test_an_http_head_without_end_is_an_error(tmp_path: Path) -> None:
    (error,) = _read(tmp_path / "a.warc", _record("a", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n<p>x"))
    assert isinstance(error, PageError) and error.reason.startswith("the head of its HTTP response does not end (")


@pytest.mark.parametrize("block", [b"no HTTP here", b"HTTP/1.1 200 OK\r\nno end", _http(HTML.encode())])
def test_what_fails_has_the_url_and_date_of_its_record_even_in_another_process(tmp_path: Path, block: bytes) -> None:
    (error,) = _read(tmp_path / "a.warc", _record("a", block)[:-9])
    sent = pickle.loads(pickle.dumps(error))
    assert (sent.url, sent.date) == ("https://blatt.example/a", "2024-05-01T10:00:00Z") and str(sent) == str(error)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("media_type", ["text/html", "image/png"])
@pytest.mark.parametrize("claimed", [b"9", b"9999999"])
def test_a_record_that_claims_to_be_too_long_takes_no_other_with_it(
    tmp_path: Path, pack: Callable[[bytes], bytes], media_type: str, claimed: bytes
) -> None:
    a, b, c, d = (_record(n, _http(HTML.encode(), media_type if n == "b" else "text/html")) for n in "abcd")
    b = b.replace(b"Content-Length: ", b"Content-Length: " + claimed)
    pages = _read(tmp_path / "a.warc", b"".join(map(pack, (a, b, c, d))))
    assert _names(pages) == ["a", "error", "c", "d"]
    assert isinstance(pages[1], PageError) and pages[1].page_id == "<urn:uuid:b>"


def test_a_record_cut_off_inside_a_line_does_not_take_the_next_with_it(tmp_path: Path) -> None:
    a, b, c = (_record(n, _http(HTML.encode() * 5)) for n in "abc")
    assert _names(_read(tmp_path / "a.warc", a[:-30] + b + c))[-2:] == ["b", "c"]


def test_a_bad_record_is_an_error_and_the_next_is_read(tmp_path: Path) -> None:
    archive = _record("noise", b"no HTTP here") + _record("good", _http(b"<p>x"))
    pages = _read(tmp_path / "a.warc", archive)
    assert _names(pages) == ["error", "good"]
    assert "holds no HTTP response" in str(pages[0])


@pytest.mark.parametrize("damage", [b"noise", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03noise"])
def test_after_damage_the_next_readable_record_goes_on(tmp_path: Path, damage: bytes) -> None:
    a, b, c = (_record(n, _http(HTML.encode() * 20)) for n in "abc")
    packed = gzip.compress(a) + damage + gzip.compress(b) + gzip.compress(c)
    pages = _read(tmp_path / "a.warc.gz", packed)
    assert _names(pages) == ["a", "error", "b", "c"]
    assert str(pages[1]).startswith(f"{tmp_path.as_posix()}/a.warc.gz: it is damaged after byte 0 (")
    assert _names(_read(tmp_path / "a.warc", a + damage + b"\r\n" + b + c)) == ["a", "error", "b", "c"]


def test_a_damaged_packed_record_costs_no_other(tmp_path: Path) -> None:
    records = [gzip.compress(_record(n, _http((HTML + n).encode() * 20))) for n in "abc"]
    records[1] = records[1][:100] + b"\0\xff" * 10 + records[1][120:]
    assert _names(_read(tmp_path / "a.warc.gz", b"".join(records))) == ["a", "error", "c"]


@pytest.mark.parametrize("kept", [10, 100, 200, 240, 280, -5])
def test_an_archive_that_is_cut_off_says_so(tmp_path: Path, kept: int) -> None:
    a, b = (_record(n, _http(HTML.encode())) for n in "ab")
    pages = _read(tmp_path / "a.warc", a + b[:kept])
    assert _names(pages) == ["a", "error"]
    assert isinstance(pages[1], PageError) and pages[1].reason.startswith("its record is cut off or its head damaged (")


@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        (b"", "it is empty"),
        (b"<html>no archive</html>", "it is damaged after byte 0 ("),
        (_record("a", _http(b"\x89PNG", "image/png")), "it holds no page"),
    ],
)
def test_a_file_without_pages_is_an_error(tmp_path: Path, archive: bytes, reason: str) -> None:
    (error,) = _read(tmp_path / "a.warc", archive)
    assert isinstance(error, PageError) and error.reason.startswith(reason)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_an_archive_may_come_through_a_pipe(monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]) -> None:
    archive = b"".join(pack(_record(n, _http(b"<p>x"))) for n in "ab")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(archive)))
    assert _names(list(read_pages(["-"]))) == ["a", "b"]


def test_records_are_read_only_as_they_are_asked_for() -> None:
    stream = io.BytesIO(_record("a", _http(b"<p>x" * 1000)) * 2000)
    assert isinstance(next(read_warc(stream, "a.warc", Fields())), Page)
    assert stream.tell() < 200_000


def test_without_fastwarc_the_error_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fastwarc", None)
    (error,) = _read(tmp_path / "a.warc", _record("a", _http(b"<p>x")))
    assert str(error).endswith("a.warc: reading it needs fastwarc; run `pip install detector[warc]`")

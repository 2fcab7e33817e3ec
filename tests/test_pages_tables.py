"""Tables: CSV, TSV and Parquet rows as pages."""

import csv
import gzip
import io
import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from detector.document import Page
from detector.errors import PageError
from detector.pages import Fields, decoded, read_pages
from detector.pages.records import DEFAULT_FIELDS
from detector.pages.tables import read_csv, read_parquet

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def _read(path: Path, content: str | bytes, fields: Fields = DEFAULT_FIELDS) -> list[Page | PageError]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_pages([path], fields))


def _parquet(**columns: list[object]) -> bytes:
    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), file, row_group_size=100)
    return file.getvalue()


def _reasons(entries: list[Page | PageError]) -> list[str | None]:
    return [entry.reason if isinstance(entry, PageError) else None for entry in entries]


@pytest.mark.parametrize(("name", "separator"), [("a.csv", ","), ("a.csv", ";"), ("a.tsv", "\t")])
def test_rows_are_pages_whatever_parts_their_cells(tmp_path: Path, name: str, separator: str) -> None:
    rows = [["id", "other", "url", "text"], ["a", "1", "https://x.example", '"Größe, bezahlt;\n\tja"'], ["", "", "", "NA"]]
    pages = _read(tmp_path / name, "\n".join(separator.join(row) for row in rows))
    assert pages == [
        Page("a", "Größe, bezahlt;\n\tja", url="https://x.example"),
        Page(f"{(tmp_path / name).as_posix()}:2", "NA"),
    ]


def test_fields_name_the_columns(tmp_path: Path) -> None:
    table = "language,key,seite,day\nde,7,<p>x,2024-05-01\n"
    fields = Fields(id="key", html="seite", lang="language", date="day")
    assert _read(tmp_path / "a.csv", table, fields) == [Page("7", "<p>x", html=True, lang="de", date="2024-05-01")]


def test_text_is_read_before_html_where_a_row_has_both(tmp_path: Path) -> None:
    pages = _read(tmp_path / "a.csv", "html,id,text\n<p>a,a,t\n<p>b,b,\n")
    assert pages == [Page("a", "t"), Page("b", "<p>b", html=True)]


def test_a_csv_with_a_byte_order_mark_and_crlf_is_read(tmp_path: Path) -> None:
    assert _read(tmp_path / "a.csv", '\ufeff"id","text"\r\n"a","b""c"\r\n') == [Page("a", 'b"c')]


def test_cells_that_are_no_utf8_are_decoded_later(tmp_path: Path) -> None:
    (page,) = _read(tmp_path / "a.csv", "id;text\nü;Größe\n".encode("cp1252"))
    assert isinstance(page, Page) and page.id == "ü" and decoded(page).content == "Größe"


def test_a_cell_may_be_as_long_as_a_page(tmp_path: Path) -> None:
    text = "Anzeige " * 100_000
    assert _read(tmp_path / "a.csv", f"id,text\na,{text}\n") == [Page("a", text)]


def test_a_bad_row_is_an_error_and_the_next_is_read(tmp_path: Path) -> None:
    pages = _read(tmp_path / "a.csv", "id,text\na,x,surplus,more\nb\nc,t\n")
    assert _reasons(pages) == ["the row has more cells than the header", f"it is empty ({tmp_path.as_posix()}/a.csv:2)", None]
    assert [error.page_id for error in pages[:2] if isinstance(error, PageError)] == [f"{tmp_path.as_posix()}/a.csv:1", "b"]


def test_rows_of_one_column_are_counted_without_blank_lines(tmp_path: Path) -> None:
    pages = _read(tmp_path / "a.csv", "\ntext\nfoo\n\nbar\n")
    assert [page.id.rpartition(":")[2] for page in pages if isinstance(page, Page)] == ["1", "2"]


def test_a_quote_that_never_closes_costs_only_what_follows(tmp_path: Path) -> None:
    *pages, error = _read(tmp_path / "a.csv", "id,text\n" + "a,t\n" * 8 + 'b,"unclosed\n' + "c,t\n" * 5)
    assert pages == [Page("a", "t")] * 8
    assert isinstance(error, PageError) and error.reason == "its rows after row 8 cannot be read (a quote never closes)"


def test_a_quote_that_a_later_row_closes_is_an_error_and_the_next_row_is_read(tmp_path: Path) -> None:
    error, page = _read(tmp_path / "a.csv", 'id,text\na,"unclosed\n"b","t"\n"c","t, ""u""\nv"\n')
    assert isinstance(error, PageError) and error.page_id == f"{tmp_path.as_posix()}/a.csv:1"
    assert error.reason == "its quotes do not match (lines 2 to 3 were read as one row)"
    assert page == Page("c", 't, "u"\nv')


def test_quotes_of_another_dialect_are_an_error_and_no_other_text(tmp_path: Path) -> None:
    rows = '"He said \\"hello\\" to us.",7,http://x\n"They wrote \\"yes, sure\\" twice",8\n"fine ""so""",9,http://y\n5" long,10,\n'
    *errors, fine, inches = _read(tmp_path / "a.csv", "text,id,url\n" + rows)
    assert _reasons(errors) == ["its quotes do not match"] * 2
    assert (fine, inches) == (Page("9", 'fine "so"', url="http://y"), Page("10", '5" long'))


def test_quotes_mean_nothing_in_a_table_with_tabs_that_does_not_double_them(tmp_path: Path) -> None:
    pages = _read(tmp_path / "a.tsv", 'id\ttext\n1\t"Paid post" by a maker\n2\t"all ""of"" it"\n')
    assert pages == [Page("1", '"Paid post" by a maker'), Page("2", 'all "of" it')]


def test_a_row_too_long_to_be_read_costs_only_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detector.pages.tables.MAX_CELL", 1000)
    before, error, after = _read(tmp_path / "a.csv", f"id,text\na,t\nb,{'word ' * 1000}\nc,u\n")
    assert (before, after) == (Page("a", "t"), Page("c", "u"))
    assert isinstance(error, PageError) and error.page_id.endswith(":2") and error.reason == "its row is longer than 1,000 bytes"


def test_a_cell_too_long_to_be_one_ends_the_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detector.pages.tables.MAX_CELL", 200_000)
    before = csv.field_size_limit(1000)
    try:
        page, error = _read(tmp_path / "a.csv", 'id,text\na,t\nb,"' + "unclosed\n" * 100_000)
    finally:
        csv.field_size_limit(before)
    assert page == Page("a", "t")
    assert isinstance(error, PageError) and error.reason.startswith("its rows after row 1 cannot be read (field larger than")


def test_lines_may_end_as_on_an_old_macintosh(tmp_path: Path) -> None:
    assert _read(tmp_path / "a.csv", 'id;text\ra;"t\ru"\rb;v,w') == [Page("a", "t\ru"), Page("b", "v,w")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (b"\n\n", "it is empty"),
        (b"id,text\n", "it has no rows"),
        (b"a,b\n1,2\n", 'it has no column "text" or "html", only a, b'),
        ("id,text\na,b\n".encode("utf-16"), "it is UTF-16 or no table"),
    ],
)
def test_a_csv_that_is_no_table_of_pages_is_an_error(tmp_path: Path, content: bytes, reason: str) -> None:
    (error,) = _read(tmp_path / "a.csv", content)
    assert isinstance(error, PageError) and error.reason.startswith(reason)


def test_a_compressed_csv_is_read_and_a_cut_off_one_is_an_error(tmp_path: Path) -> None:
    packed = gzip.compress(("id,text\n" + "".join(f"{n},page {n * 7919}\n" for n in range(60_000))).encode())
    assert len(_read(tmp_path / "a.csv.gz", packed)) == 60_000
    *pages, error = _read(tmp_path / "b.csv.gz", packed[:-20_000])
    assert 1000 < len(pages) < 60_000
    assert isinstance(error, PageError) and error.reason.startswith("it is damaged or cut off (")


def test_parquet_rows_are_pages(tmp_path: Path) -> None:
    content = _parquet(
        id=["a", None, "c"],
        text=["t", None, ""],
        html=[None, b"<p>\xe9", b"<p>"],
        date=[datetime(2024, 5, 1), None, None],
        other=[[1], [2], [3]],
    )
    path = tmp_path / "a.parquet"
    assert _read(path, content) == [
        Page("a", "t", date="2024-05-01T00:00:00"),
        Page(f"{path.as_posix()}:2", b"<p>\xe9", html=True),
        Page("c", b"<p>", html=True),
    ]


def test_numbers_that_miss_in_a_parquet_column_are_missing(tmp_path: Path) -> None:
    (page,) = _read(tmp_path / "a.parquet", _parquet(url=[float("nan")], text=["t"], id=[7]))
    assert page == Page("7", "t")


def test_a_bad_parquet_row_is_an_error_and_the_next_is_read(tmp_path: Path) -> None:
    pages = _read(tmp_path / "a.parquet", _parquet(id=["a", "b"], text=[None, "t"]))
    assert _reasons(pages) == [f"it is empty ({tmp_path.as_posix()}/a.parquet:1)", None]


@pytest.mark.parametrize("kind", [pyarrow.timestamp("s"), pyarrow.timestamp("s", "Nowhere/None")])
def test_a_time_that_python_cannot_hold_costs_no_row(tmp_path: Path, kind: pyarrow.DataType) -> None:
    times = pyarrow.array([0, -(10**14)], pyarrow.int64()).cast(kind)
    pages = _read(tmp_path / "a.parquet", _parquet(id=["a", "b"], text=["t", "u"], date=times))
    assert [(page.id, page.content) for page in pages if isinstance(page, Page)] == [("a", "t"), ("b", "u")]
    assert isinstance(pages[1], Page) and pages[1].date is None


@pytest.mark.parametrize("kind", [pyarrow.string(), pyarrow.large_string(), pyarrow.string_view()])
def test_parquet_text_that_is_no_utf8_costs_no_row(tmp_path: Path, kind: pyarrow.DataType) -> None:
    raw = pyarrow.array([b"<p>gr\xf6\xdfer", None, "<p>größer".encode()], pyarrow.binary())
    text = pyarrow.Array.from_buffers(pyarrow.string(), 3, raw.buffers())
    first, empty, last = _read(tmp_path / "a.parquet", _parquet(id=["a", "b", "c"], html=text.cast(kind), date=[1, 2, 3]))
    assert isinstance(first, Page) and decoded(first) == Page("a", "<p>größer", html=True, date="1")
    assert isinstance(empty, PageError) and empty.page_id == "b"
    assert last == Page("c", "<p>größer", html=True, date="3")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (b"PAR1 but no more PAR1", "it is no Parquet file, or cut off ("),
        (_parquet(id=["a"]), 'it has no column "text" or "html", only id'),
        (_parquet(id=pyarrow.array([], "string"), text=pyarrow.array([], "string")), "it has no rows"),
    ],
)
def test_a_parquet_file_that_is_no_table_of_pages_is_an_error(tmp_path: Path, content: bytes, reason: str) -> None:
    (error,) = _read(tmp_path / "a.parquet", content)
    assert isinstance(error, PageError) and error.reason.startswith(reason)


def test_a_damaged_parquet_row_group_costs_only_its_rows(tmp_path: Path) -> None:
    content = bytearray(_parquet(id=[str(n) for n in range(1000)], text=[f"page {n * 7919}" for n in range(1000)]))
    start = pyarrow.parquet.ParquetFile(io.BytesIO(content)).metadata.row_group(4).column(1).file_offset
    start = content.index(f"page {400 * 7919}".encode(), start)
    content[start : start + 300] = b"\xff" * 300
    entries = _read(tmp_path / "a.parquet", bytes(content))
    assert [entry.id for entry in entries if isinstance(entry, Page)] == [str(n) for n in range(1000) if not 400 <= n < 500]
    error = entries[400]
    assert isinstance(error, PageError) and error.reason.startswith("its rows 401 to 500 cannot be read (")


def test_a_row_group_is_not_read_whole(tmp_path: Path) -> None:
    text = [os.urandom(50_000).hex() for _ in range(300)]
    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({"text": text}), file, write_batch_size=1, data_page_size=1)
    stream = io.BufferedReader(file)  # type: ignore[arg-type]
    assert next(read_parquet(stream, "a.parquet", DEFAULT_FIELDS)) == Page("a.parquet:1", text[0])
    assert stream.tell() < 5_000_000 < len(file.getvalue())


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".zst", zstd.compress)])
def test_a_packed_parquet_file_is_read(tmp_path: Path, suffix: str, pack: Callable[[bytes], bytes]) -> None:
    assert _read(tmp_path / f"a.parquet{suffix}", pack(_parquet(id=["a"], text=["t"]))) == [Page("a", "t")]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_parquet_may_come_through_a_pipe(monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(pack(_parquet(id=["a"], text=["t"])))))
    assert list(read_pages(["-"])) == [Page("a", "t")]


def test_without_pyarrow_a_parquet_file_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (error,) = _read(tmp_path / "a.parquet", "id,text\na,b\n")
    assert str(error).endswith("a.parquet: reading it needs pyarrow; run `pip install detector[tables]`")


def test_rows_are_read_only_as_they_are_asked_for() -> None:
    stream = io.BytesIO(b"id,text\n" + b"a,%s\n" % (b"t" * 1000) * 10_000)
    assert next(read_csv(stream, "a.csv", Fields())) == Page("a", "t" * 1000)
    assert stream.tell() < 1_000_000

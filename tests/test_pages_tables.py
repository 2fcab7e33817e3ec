"""Tables: CSV, TSV and Parquet rows as pages."""

import gzip
import io
import sys
from datetime import datetime
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from detector.document import Page
from detector.errors import PageError
from detector.pages import Fields, decoded, read_pages
from detector.pages.records import DEFAULT_FIELDS
from detector.pages.tables import read_csv


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


def test_a_quote_that_never_closes_costs_only_its_batch(tmp_path: Path) -> None:
    pages = _read(tmp_path / "a.csv", "id,text\n" + "a,t\n" * 120 + 'b,"unclosed\n' + "c,t\n" * 5)
    assert pages[:100] == [Page("a", "t")] * 100
    (error,) = pages[100:]
    assert isinstance(error, PageError) and error.reason.startswith("its rows after row 100 cannot be read (")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (b"\n\n", "it is empty"),
        (b"id,text\n", "it has no rows"),
        (b"a,b\n1,2\n", 'it has no column "text" or "html", only a, b'),
        ("id,text\na,b\n".encode("utf-16"), "it is UTF-16 or no table"),
        (b"id,text\ra,b\rc,d\r", "its header cannot be read ("),
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


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (b"PAR1 but no more PAR1", "its rows after row 0 cannot be read ("),
        (_parquet(id=["a"]), 'it has no column "text" or "html", only id'),
        (_parquet(id=pyarrow.array([], "string"), text=pyarrow.array([], "string")), "it has no rows"),
    ],
)
def test_a_parquet_file_that_is_no_table_of_pages_is_an_error(tmp_path: Path, content: bytes, reason: str) -> None:
    (error,) = _read(tmp_path / "a.parquet", content)
    assert isinstance(error, PageError) and error.reason.startswith(reason)


def test_damage_inside_a_parquet_file_comes_after_the_rows_before_it(tmp_path: Path) -> None:
    content = bytearray(_parquet(id=[str(n) for n in range(1000)], text=[f"page {n * 7919}" for n in range(1000)]))
    middle = len(content) // 2
    content[middle : middle + 2000] = b"\xff" * 2000
    *pages, error = _read(tmp_path / "a.parquet", bytes(content))
    assert 0 < len(pages) < 1000
    assert isinstance(error, PageError) and error.reason.startswith(f"its rows after row {len(pages)} cannot be read (")


def test_a_packed_parquet_file_is_refused_with_the_known_suffixes(tmp_path: Path) -> None:
    (error,) = _read(tmp_path / "a.parquet.gz", b"x")
    assert isinstance(error, PageError) and error.reason == "its suffix names no known format"


@pytest.mark.parametrize(("name", "library"), [("a.csv", "pandas"), ("a.parquet", "pyarrow")])
def test_without_its_library_a_table_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, library: str) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    (error,) = _read(tmp_path / name, "id,text\na,b\n")
    assert str(error).endswith(f"{name}: reading it needs {library}; run `pip install detector[tables]`")


def test_rows_are_read_only_as_they_are_asked_for() -> None:
    stream = io.BytesIO(b"id,text\n" + b"a,%s\n" % (b"t" * 1000) * 10_000)
    assert next(read_csv(stream, "a.csv", Fields())) == Page("a", "t" * 1000)
    assert stream.tell() < 1_000_000

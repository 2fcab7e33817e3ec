"""Inputs: files, folders, globs, standard input, JSON lines, compression."""

import gzip
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from detector.document import Page
from detector.errors import PageError
from detector.pages import Fields, Position, decoded, read_list, read_pages
from detector.pages.streams import MAX_BYTES

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def _write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def _ids(*paths: str | Path) -> list[str]:
    return [entry.page_id if isinstance(entry, PageError) else entry.id for entry in read_pages(paths)]


def _only_error(*paths: str | Path) -> PageError:
    (error,) = read_pages(paths)
    assert isinstance(error, PageError)
    return error


def _from_stdin(monkeypatch: pytest.MonkeyPatch, content: bytes) -> list[Page | PageError]:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    return list(read_pages(["-"]))


@pytest.mark.parametrize(
    ("name", "html"),
    [("a.txt", False), ("a.text", False), ("a.md", False), ("a.html", True), ("a.htm", True), ("a.xhtml", True), ("A.HTML", True)],
)
def test_the_suffix_tells_text_from_html(tmp_path: Path, name: str, html: bool) -> None:
    path = _write(tmp_path / name, "Anzeige: né")
    assert list(read_pages([path])) == [Page(path.as_posix(), "Anzeige: né".encode(), html=html)]


def test_inputs_come_in_the_order_given_and_may_repeat(tmp_path: Path) -> None:
    b, a = _write(tmp_path / "b.txt", "b"), _write(tmp_path / "a.txt", "a")
    assert _ids(b, str(a), b) == [b.as_posix(), a.as_posix(), b.as_posix()]


def test_a_lone_path_is_not_read_letter_by_letter(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.txt", "a")
    assert [entry.id for entry in read_pages(str(path)) if isinstance(entry, Page)] == [path.as_posix()]


def test_a_folder_is_read_recursively_and_sorted_by_path(tmp_path: Path) -> None:
    for name in ("b/z.txt", "b/a.html", "a.txt", "c.jsonl", "logo.png", ".hidden.txt", ".git/x.txt"):
        _write(tmp_path / name, '{"id": "record", "text": "t"}')
    folder = tmp_path.as_posix()
    assert _ids(tmp_path) == [f"{folder}/a.txt", f"{folder}/b/a.html", f"{folder}/b/z.txt", "record"]


def test_a_folder_may_be_as_deep_as_paths_go(tmp_path: Path) -> None:
    deep = tmp_path
    for _ in range(1_100):
        deep /= "a"
        deep.mkdir()
    _write(deep / "p.txt", "p")
    _write(tmp_path / "b.txt", "b")
    try:
        assert _ids(tmp_path) == [(deep / "p.txt").as_posix(), (tmp_path / "b.txt").as_posix()]
    finally:  # pytest clears its folders away by a recursion
        (deep / "p.txt").unlink()
        os.removedirs(deep)


def test_a_folder_that_links_to_itself_is_read_once(tmp_path: Path) -> None:
    _write(tmp_path / "a.txt", "a")
    (tmp_path / "again").symlink_to(tmp_path)
    assert _ids(tmp_path) == [(tmp_path / "a.txt").as_posix()]


def test_a_link_that_goes_round_is_an_error_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.html").symlink_to("b.html")
    (tmp_path / "b.html").symlink_to("a.html")
    c = _write(tmp_path / "c.html", "<p>c")
    *errors, page = read_pages([tmp_path])
    assert [(error.page_id, error.reason) for error in errors if isinstance(error, PageError)] == [
        (f"{tmp_path.as_posix()}/{name}.html", "it cannot be read (Too many levels of symbolic links)") for name in "ab"
    ]
    assert page == Page(c.as_posix(), b"<p>c", html=True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may enter everything")
def test_a_link_into_a_folder_without_permission_is_an_error(tmp_path: Path) -> None:
    closed = _write(tmp_path / "closed" / "a.html", "<p>a").parent
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "a.html").symlink_to(closed / "a.html")
    closed.chmod(0)
    try:
        assert _only_error(tmp_path / "links").reason == "it cannot be read (Permission denied)"
    finally:
        closed.chmod(0o700)


def test_an_entry_that_nobody_may_look_at_fails_when_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Entry:
        name = "a.html"

        def is_dir(self, *, follow_symlinks: bool) -> bool:
            if follow_symlinks:
                raise PermissionError(13, "Permission denied")
            return False

    monkeypatch.setattr("detector.pages.sources.os.scandir", lambda _: [Entry()])
    assert _only_error(tmp_path).page_id == (tmp_path / "a.html").as_posix()


def test_a_folder_without_known_suffixes_is_an_error(tmp_path: Path) -> None:
    _write(tmp_path / "logo.png", "x")
    assert str(_only_error(tmp_path)).startswith(f"{tmp_path.as_posix()}: no file in this folder has a known suffix; name files .txt")


def test_a_glob_is_expanded_recursively_and_sorted(tmp_path: Path) -> None:
    for name in ("d/b.html", "a.html", "d/e/c.html", "d/x.txt"):
        _write(tmp_path / name, "<p>x")
    assert _ids(f"{tmp_path}/**/*.html") == [f"{tmp_path.as_posix()}/{name}" for name in ("a.html", "d/b.html", "d/e/c.html")]


def test_a_glob_gives_each_file_once(tmp_path: Path) -> None:
    for name in ("a.html", "d/e/c.html"):
        _write(tmp_path / name, "<p>x")
    assert _ids(f"{tmp_path}/**/**/*.html") == [f"{tmp_path.as_posix()}/{name}" for name in ("a.html", "d/e/c.html")]


def test_a_glob_takes_the_folders_that_it_matches_whole(tmp_path: Path) -> None:
    for name in ("a/p.html", "a/x/q.html", "top.html"):
        _write(tmp_path / name, "<p>x")
    (tmp_path / "empty").mkdir()
    *pages, error = read_pages([f"{tmp_path}/[at]*", f"{tmp_path}/e*"])
    assert [page.id for page in pages if isinstance(page, Page)] == [
        f"{tmp_path.as_posix()}/{name}" for name in ("a/p.html", "a/x/q.html", "top.html")
    ]
    assert isinstance(error, PageError) and error.reason == "no file in this folder has a known suffix"


def test_a_glob_without_match_is_an_error() -> None:
    assert _only_error("no-such-folder/*.html").reason == "no file matches it"


def test_a_file_whose_name_looks_like_a_glob_is_a_file(tmp_path: Path) -> None:
    path = _write(tmp_path / "a[1].txt", "a")
    assert _ids(path) == [path.as_posix()]


def test_bad_inputs_are_errors_in_their_place_and_the_rest_goes_on(tmp_path: Path) -> None:
    empty, unknown = _write(tmp_path / "empty.html", ""), _write(tmp_path / "page.docx", "x")
    good = _write(tmp_path / "good.txt", "good")
    entries = list(read_pages([tmp_path / "missing.txt", empty, unknown, "zero\0byte.txt", good]))
    assert [entry.reason for entry in entries if isinstance(entry, PageError)] == [
        "there is no such file or folder",
        "it is empty",
        "its suffix names no known format",
        "there is no such file or folder",
    ]
    assert entries[-1] == Page(good.as_posix(), b"good")


def test_a_broken_link_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "gone.txt")
    assert _only_error(tmp_path).reason == "it cannot be read (No such file or directory)"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_an_error(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.txt", "a")
    path.chmod(0)
    assert "Permission denied" in _only_error(path).reason


def test_a_file_longer_than_a_page_may_be_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert _only_error(path).reason == "it is longer than 100,000,000 bytes"


def test_records_carry_their_fields(tmp_path: Path) -> None:
    first = '{"id": "a", "url": "https://x.example", "text": "t", "lang": "de", "date": "2024-05-01"}'
    path = _write(tmp_path / "a.jsonl", f'\ufeff{first}\n\n{{"id": 7, "html": "<p>é"}}\n{{"text": "u"}}\n')
    assert list(read_pages([path])) == [
        Page("a", "t", url="https://x.example", lang="de", date="2024-05-01"),
        Page("7", "<p>é", html=True),
        Page(f"{path.as_posix()}:4", "u"),
    ]


@pytest.mark.parametrize("number", ["123456789012345678901234", "-12345678901234567890123", "18446744073709551616", "7", "1.5"])
def test_a_number_as_id_keeps_its_digits(tmp_path: Path, number: str) -> None:
    (page,) = read_pages([_write(tmp_path / "a.jsonl", f'{{"id": {number}, "text": "t"}}\n')])
    assert page == Page(number, "t")


def test_what_pythons_json_writes_is_read(tmp_path: Path) -> None:
    record = {"id": "a\ud83d", "text": "half \ud83d", "url": float("nan"), "score": float("-inf")}
    path = _write(tmp_path / "a.jsonl", json.dumps(record) + '\n{"id": NaN, "text": NaN, "html": "<p>\\udfff"}\n')
    pages = [Page("a\ud83d", "half \ud83d"), Page(f"{path.as_posix()}:2", "<p>\udfff", html=True)]
    assert list(read_pages([path])) == pages
    assert [decoded(page) for page in pages] == pages


def test_a_record_too_deep_for_an_exact_id_is_an_error(tmp_path: Path) -> None:
    line = f'{{"id": {10**30}, "text": "t", "more": {"[" * 1010}{"]" * 1010}}}\n'
    error, page = read_pages([_write(tmp_path / "a.jsonl", line + '{"id": "next", "text": "t"}')])
    assert isinstance(error, PageError) and error.reason == 'its "id" is a number that cannot be kept exact'
    assert page == Page("next", "t")


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd.compress])
def test_a_list_of_inputs_may_be_packed_and_have_a_mark_and_blanks(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    content = "\ufeffa/b.warc.gz\r\n\n  with blank.txt \nodd\u2028\x0cname.txt".encode() + b"\n\xff.txt\n"
    path = _write(tmp_path / "warc.paths", pack(content))
    assert read_list(path) == ["a/b.warc.gz", "with blank.txt", "odd\u2028\x0cname.txt", os.fsdecode(b"\xff.txt")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "it cannot be read (No such"), (gzip.compress(b"a.txt")[:-9], "it is damaged or cut off (")],
)
def test_a_list_that_cannot_be_read_is_an_error(tmp_path: Path, content: bytes | None, reason: str) -> None:
    path = tmp_path / "list"
    if content is not None:
        _write(path, content)
    with pytest.raises(PageError) as raised:
        read_list(path)
    assert raised.value.reason.startswith(reason)


def test_a_position_tells_the_input_and_the_share_of_bytes_read(tmp_path: Path) -> None:
    lines = b"".join(b'{"text": "%s"}\n' % os.urandom(5000).hex().encode() for _ in range(100))
    packed, plain = _write(tmp_path / "a.jsonl.gz", gzip.compress(lines)), _write(tmp_path / "b.txt", b"t" * 1000)
    position = Position.of_paths([tmp_path, tmp_path / "missing"])
    assert position.total == packed.stat().st_size + 1000 and (position.path, position.share) == (None, 0.0)
    told = [(position.path, position.share) for _ in read_pages([tmp_path, tmp_path / "missing"], position=position)]
    assert [path for path, _ in told] == [packed.as_posix()] * 100 + [plain.as_posix()] * 2
    shares = [share for _, share in told if share is not None]
    assert len(shares) == 102 and shares == sorted(shares) and 0.3 < shares[49] < 0.7 and shares[-1] == 1.0


def test_a_position_in_a_pipe_knows_no_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"text")))
    inputs = [_write(tmp_path / "a.txt", "a"), "-"]
    position = Position.of_paths(inputs)
    told = [(position.path, position.share) for _ in read_pages(inputs, position=position)]
    assert told == [((tmp_path / "a.txt").as_posix(), None), ("stdin", None)]


def test_fields_name_the_columns(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.ndjson", '{"key": "a", "body": "t", "page": "<p>", "text": "unread"}\n')
    assert list(read_pages([path], Fields(id="key", text="none", html="page"))) == [Page("a", "<p>", html=True)]
    assert list(read_pages([path], Fields(id="key", text="body", html="page"))) == [Page("a", "t")]


def test_records_with_equal_ids_are_passed_through(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.jsonl", '{"id": "a", "text": "one"}\n{"id": "a", "text": "two"}\n')
    assert list(read_pages([path])) == [Page("a", "one"), Page("a", "two")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{broken", "the line is not JSON ("),
        (b'{"text": "\xff"}', "the line is not JSON ("),
        (b'["text"]', "the line is JSON but no object"),
        (b'{"id": "r"}', 'it has neither "text" nor "html"'),
        (b'{"id": "r", "text": 5}', 'its "text" is no string'),
        (b'{"id": "r", "text": "", "html": null}', "it is empty"),
        (b'{"id": {}, "text": "t"}', 'its "id" is no string'),
        (b'{"id": "r", "text": "t", "url": []}', 'its "url" is no string'),
    ],
)
def test_a_bad_line_is_an_error_and_the_next_is_read(tmp_path: Path, line: bytes, reason: str) -> None:
    path = _write(tmp_path / "a.jsonl", line + b'\n{"id": "next", "text": "t"}')
    error, page = read_pages([path])
    assert isinstance(error, PageError) and error.reason.startswith(reason) and error.remedy
    assert error.page_id == ("r" if b'"r"' in line else f"{path.as_posix()}:1")
    assert page == Page("next", "t")


def test_json_lines_without_a_record_are_an_error(tmp_path: Path) -> None:
    assert _only_error(_write(tmp_path / "a.jsonl", "\n \n")).reason == "it is empty"


def test_records_are_read_only_as_they_are_asked_for(tmp_path: Path) -> None:
    def endless() -> Iterator[Path]:
        for number in range(10**9):
            yield _write(tmp_path / f"{number}.jsonl", '{"text": "one"}\n{"text": "two"}\n')

    assert len(list(islice(read_pages(endless()), 3))) == 3
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".zst", zstd.compress)])
def test_compressed_files_are_read_and_cut_off_ones_are_errors(tmp_path: Path, suffix: str, pack: type[bytes]) -> None:
    lines = b"".join(b'{"id": "%d", "text": "%s"}\n' % (n, os.urandom(500).hex().encode()) for n in range(2000))
    html, whole = _write(tmp_path / f"a.html{suffix}", pack(b"<p>x")), _write(tmp_path / f"b.jsonl{suffix}", pack(lines))
    cut = _write(tmp_path / f"c.jsonl{suffix}", pack(lines)[:-2000])
    foreign = _write(tmp_path / f"d.txt{suffix}", "no archive")
    assert _ids(html, whole) == [html.as_posix(), *map(str, range(2000))]
    *pages, error = read_pages([cut])
    assert 1000 < len(pages) < 2000
    assert isinstance(error, PageError) and error.reason.startswith("it is damaged or cut off (")
    assert _only_error(foreign).reason.startswith("it is damaged or cut off (")


def test_zst_without_its_library_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, zstd.__name__, None)
    assert _only_error(_write(tmp_path / "a.txt.zst", "x")).remedy == "run `pip install detector[zstd]`"


@pytest.mark.parametrize(
    ("content", "page"),
    [
        (b'\n {"text": "t"}\n', Page("stdin:2", "t")),
        (b"<!doctype HTML><p>x", Page("stdin", b"<!doctype HTML><p>x", html=True)),
        (b"\n<p class=x>y", Page("stdin", b"\n<p class=x>y", html=True)),
        ("\ufeff<html>".encode("utf-16-le"), Page("stdin", "\ufeff<html>".encode("utf-16-le"), html=True)),
        (b"{not JSON", Page("stdin", b"{not JSON")),
        (b"<Jane> we were paid", Page("stdin", b"<Jane> we were paid")),
        (gzip.compress(b'{"text": "t"}'), Page("stdin:1", "t")),
        (rb'{"text": "t\ud83d"}' + b"\n", Page("stdin:1", "t\ud83d")),
        (b'{"score": NaN, "text": "t"}\n', Page("stdin:1", "t")),
        (b'{"not": JSON\n', Page("stdin", b'{"not": JSON\n')),
    ],
)
def test_standard_input_is_read_as_what_it_looks_like(monkeypatch: pytest.MonkeyPatch, content: bytes, page: Page) -> None:
    assert _from_stdin(monkeypatch, content) == [page]


def test_json_lines_whose_first_is_cut_off_are_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    (error,) = _from_stdin(monkeypatch, b'{ "text": "so far and')
    assert isinstance(error, PageError) and error.page_id == "stdin:1" and error.reason.startswith("the line is not JSON (")


@pytest.mark.parametrize("content", ['{\n  "text": "t"\n}\n', '[{"text": "t"}]', '[\n  {"text": "t"}\n]'])
def test_json_that_is_not_one_object_a_line_is_no_text(monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    reasons = [error.reason for error in _from_stdin(monkeypatch, content.encode()) if isinstance(error, PageError)]
    assert reasons and reasons[0].startswith("the line is ")


def test_a_first_line_that_is_too_long_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detector.pages.streams.MAX_BYTES", 50)
    monkeypatch.setattr("detector.pages.records.MAX_BYTES", 50)
    error, page = _from_stdin(monkeypatch, b'{"text": "%s"}\n{"text": "t"}\n' % (b"t" * 100))
    assert isinstance(error, PageError) and error.reason.startswith("it is longer than")
    assert page == Page("stdin:2", "t")


def test_empty_standard_input_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    (error,) = _from_stdin(monkeypatch, b"")
    assert str(error) == "stdin: it is empty; check that it was saved or downloaded whole"


def test_a_piped_record_does_not_wait_for_the_next() -> None:
    script = "from detector.pages import read_pages\nfor page in read_pages('-'): print(page.content, flush=True)"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin and process.stdout
        process.stdin.write(b'{"text": "first"}\n')
        process.stdin.flush()
        assert process.stdout.readline() == b"first\n"
        process.stdin.close()


def test_one_html_page_imports_none_of_the_heavy_libraries(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.html", "<p>x")
    script = f"import sys\nfrom detector.pages import *\n[decoded(p) for p in read_pages([{str(path)!r}])]\nprint(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pandas", "pyarrow", "fastwarc", "zstandard", "backports.zstd", "compression.zstd"} & set(modules)


def test_pages_that_were_read_can_be_decoded(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.html", '<meta charset="windows-1252">Größe'.encode("cp1252"))
    assert [decoded(page).content for page in read_pages([path]) if isinstance(page, Page)] == ['<meta charset="windows-1252">Größe']

"""What a scan says of itself on standard error."""

import io
from pathlib import Path

from detector.crawl.records import Record
from detector.pages import Position
from detector.progress import Progress

FOUND = Record("found.txt", (b"",), {"no_conflict": 1, "advice_disclaimer": 3}, 2, None, None, "")
FAILED = Record("lost.txt", (b"",), {}, 0, "lost.txt: it is\x1b[2J empty; check it", None, "")
ALARMING = Record("alarm.txt", (b"",), {}, 1, None, "no_conflict", "")


def _said(*records: Record, live: bool = False, quiet: bool = False, position: Position | None = None) -> str:
    stream = io.StringIO()
    with Progress(stream, live=live, quiet=quiet, position=position) as progress:
        progress.started = progress.drawn = -1e9
        for record in records:
            progress.scanned(record)
            progress.drawn = -1e9
    return stream.getvalue()


def test_the_last_line_sums_up() -> None:
    last = _said(FOUND, FAILED, FOUND).splitlines()[-1]
    assert last.startswith("detector: 3 pages in ")
    assert last.endswith("4 paid articles, 1 failure, 8 findings: advice_disclaimer 6, no_conflict 2")


def test_failures_are_named_at_once_and_cannot_move_the_cursor() -> None:
    assert _said(FAILED, quiet=True) == "detector: lost.txt: it is [2J empty; check it\n"


def test_quiet_says_nothing_of_success() -> None:
    assert _said(FOUND, quiet=True, live=True) == ""


def test_without_a_terminal_no_line_counts() -> None:
    assert _said(FOUND).count("\n") == 1 and "\r" not in _said(FOUND)


def test_the_counting_line_shows_the_input_and_the_time_left() -> None:
    assert "\r\x1b[K1 page, 0 pages/s, 0 failed  found.txt" in _said(FOUND, live=True)


def test_where_the_size_of_the_inputs_is_known_the_line_names_the_file_and_the_time_left(tmp_path: Path) -> None:
    (tmp_path / "crawl").write_bytes(bytes(40))
    position = Position.of_paths([tmp_path / "crawl"])
    with (tmp_path / "crawl").open("rb") as file, position.of("crawl.warc.gz", file):
        file.seek(10)
        said = _said(FOUND, live=True, position=position)
    assert "0 failed, 25% read, " in said and " left  crawl.warc.gz" in said


def test_an_error_ends_without_totals_and_an_interruption_with_them() -> None:
    for kind, lines in ((ValueError, 0), (BrokenPipeError, 0), (KeyboardInterrupt, 1)):
        stream = io.StringIO()
        try:
            with Progress(stream, live=False):
                raise kind
        except kind:
            assert stream.getvalue().count("\n") == lines


def test_the_exit_code_says_how_it_went() -> None:
    for records, code in (((FOUND,), 0), ((FOUND, FAILED), 3), ((FAILED, ALARMING), 1)):
        progress = Progress(io.StringIO(), live=False)
        for record in records:
            progress.scanned(record)
        assert progress.exit_code == code


def test_what_met_fail_on_is_told_unless_quiet() -> None:
    assert "detector: --fail-on is met by 2 pages, first by alarm.txt (no_conflict)\n" in _said(FOUND, ALARMING, ALARMING)
    assert not _said(ALARMING, quiet=True) and "--fail-on" not in _said(FOUND)


def test_notices_are_told_unless_quiet() -> None:
    for quiet in (False, True):
        stream = io.StringIO()
        Progress(stream, live=False, quiet=quiet).noticed("out: nothing")
        assert stream.getvalue() == ("" if quiet else "detector: out: nothing\n")


def test_records_of_an_earlier_run_count_but_not_for_the_speed() -> None:
    stream = io.StringIO()
    with Progress(stream, live=False) as progress:
        progress.resumed(FOUND)
    assert "(0 pages/s), 1 of them finished before, 2 paid articles" in stream.getvalue()

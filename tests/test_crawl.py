"""Many pages: the same bytes however they are scanned, no record lost or doubled however a run ends. All texts are invented."""

import gzip
import io
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from conftest import PAID, PLAIN, command_line, environment
from scripted import ScriptedDetector

from detector.cleaning import REMOVE_PAID
from detector.crawl import Crawl, Record, Target, run
from detector.crawl.records import Recorder
from detector.crawl.workers import Workers
from detector.document import Page
from detector.errors import DetectorError, ModelError, PageError
from detector.inference import Detector
from detector.pages.formats import Compression
from detector.writers.cleaned import cleaned
from detector.writers.format import Format
from detector.writers.formats import format_named
from detector.writers.names import FormatName
from detector.writers.packing import packed

LINES = ("Rain is due on Sunday. No advice.", "Buy a Vellmark boiler. Sponsored by Vellmark AG.", "Nothing at all")


class Listener:
    """A watcher that remembers ids, and stops the run after so many pages."""

    def __init__(self, stop_after: int | None = None, error: BaseException | None = None) -> None:
        self.old: list[str] = []
        self.new: list[str] = []
        self.told: list[str] = []
        self.stop_after = stop_after
        self.error = error or RuntimeError("stopped by the test")

    def resumed(self, record: Record) -> None:
        self.old.append(record.id)

    def scanned(self, record: Record) -> None:
        self.new.append(record.id)
        if len(self.new) == self.stop_after:
            raise self.error

    def noticed(self, message: str) -> None:
        self.told.append(message)


def _pages(count: int = 50, **lines: str) -> list[Page | PageError]:
    """Return pages, some alike, one in ten of them unreadable; `p7="KILL"` gives page 7 a line."""
    pages: list[Page | PageError] = []
    for i in range(count):
        if i % 10 == 4:
            pages.append(PageError(f"lost{i}", "there is no such file", "check the path"))
        else:
            pages.append(Page(f"page{i % 20}", "\n".join((*LINES[: 1 + i % 3], lines.get(f"p{i}", "")))))
    return pages


def _scanned(pages: list[Page | PageError], file: Path, *, jobs: int = 1) -> bytes:
    _run(pages, (Target(format_named(FormatName.JSONL), file),), Listener(), jobs=jobs)
    return file.read_bytes()


def _run(pages: list[Page | PageError], targets: tuple[Target, ...], listener: Listener, *, jobs: int = 1, resume: bool = False) -> None:
    run(Crawl(ScriptedDetector, targets, jobs, resume, settings="the same"), iter(pages), listener)


def _errors(lines: bytes) -> dict[int, str]:
    records = [orjson.loads(line) for line in lines.splitlines()]
    return {i: record["error"] for i, record in enumerate(records) if record["error"] and "no such file" not in record["error"]}


def test_two_processes_write_the_same_bytes_as_one(tmp_path: Path) -> None:
    pages = _pages(200)
    assert _scanned(pages, tmp_path / "two", jobs=2) == _scanned(pages, tmp_path / "one")


def test_order_is_kept_where_early_pages_are_slow(tmp_path: Path) -> None:
    pages = _pages(60, p0="SLOW", p1="SLOW", p2="SLOW")
    assert _scanned(pages, tmp_path / "two", jobs=2) == _scanned(pages, tmp_path / "one")


@pytest.mark.parametrize("death", ["KILL", "SEGFAULT", "EXIT"])
def test_a_page_that_kills_its_worker_costs_only_itself(death: str, tmp_path: Path) -> None:
    healthy, lethal = _scanned(_pages(), tmp_path / "healthy"), _scanned(_pages(p27=death), tmp_path / "lethal", jobs=2)
    assert list(_errors(lethal)) == [27]
    assert _errors(lethal)[27].startswith("page7: its worker process died while scanning it")
    others = [(a, b) for i, (a, b) in enumerate(zip(healthy.splitlines(), lethal.splitlines(), strict=True)) if i != 27]
    assert all(a == b for a, b in others)


def test_several_pages_that_kill_their_workers_cost_only_themselves(tmp_path: Path) -> None:
    written = _scanned(_pages(p0="KILL", p1="KILL", p33="KILL", p49="KILL"), tmp_path / "out", jobs=2)
    assert list(_errors(written)) == [0, 1, 33, 49]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_page_without_enough_memory_costs_only_itself(jobs: int, tmp_path: Path) -> None:
    errors = _errors(_scanned(_pages(p5="MEMORY"), tmp_path / "out", jobs=jobs))
    assert list(errors) == [5] and "not enough memory" in errors[5]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_bug_costs_its_page_and_is_told_on_one_line(jobs: int, tmp_path: Path) -> None:
    errors = _errors(_scanned(_pages(p5="BUG"), tmp_path / "out", jobs=jobs))
    assert list(errors) == [5] and "IndexError: list index out of range, at scripted.py:" in errors[5]


def test_pages_are_read_only_so_far_ahead(tmp_path: Path) -> None:
    read = 0

    def counted() -> Iterator[Page | PageError]:
        nonlocal read
        for page in _pages(2_000):
            read += 1
            yield page

    class Gauge(Listener):
        ahead = 0

        def scanned(self, record: Record) -> None:
            super().scanned(record)
            self.ahead = max(self.ahead, read - len(self.new))

    gauge = Gauge()
    run(Crawl(ScriptedDetector, (Target(format_named(FormatName.JSONL), tmp_path / "out"),), jobs=2), counted(), gauge)
    assert len(gauge.new) == 2_000 and gauge.ahead <= 100


def _missing_model() -> Detector:
    raise ModelError("m: there is no such model file")


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_model_that_cannot_be_loaded_leaves_no_file(jobs: int, tmp_path: Path) -> None:
    targets = (Target(format_named(FormatName.JSONL), tmp_path / "out"),)
    with pytest.raises(ModelError):
        run(Crawl(_missing_model, targets, jobs), _pages(), Listener())
    assert not list(tmp_path.iterdir())


def test_many_jobs_without_joblib_say_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("detector.crawl.running.find_spec", lambda _: None)
    with pytest.raises(DetectorError, match=r"pip install detector\[parallel\]"):
        _scanned(_pages(), tmp_path / "out", jobs=2)
    assert not list(tmp_path.iterdir())


FORMATS = [format_named(name) for name in FormatName] + [cleaned(REMOVE_PAID, folder=False)]
FORMATS += [packed(format_named(FormatName.CSV), packing) for packing in (Compression.GZIP, Compression.ZSTD)]


@pytest.mark.parametrize("format", FORMATS, ids=lambda format: format.name)
@pytest.mark.parametrize("stops", [(1,), (17, 1), (49,), (50,)], ids=str)
def test_a_run_that_was_stopped_goes_on_where_it_was(format: Format, stops: tuple[int, ...], tmp_path: Path) -> None:
    _run(_pages(), (Target(format, tmp_path / "whole"),), Listener())
    target = Target(format, tmp_path / "out")
    done = 0
    for stop in stops:
        listener = Listener(stop)
        with pytest.raises(RuntimeError):
            _run(_pages(), (target,), listener, resume=True)
        assert len(listener.old) == done and not (tmp_path / "out").exists()
        done += stop
    last = Listener()
    _run(_pages(), (target,), last, resume=True)
    assert len(last.old) == done and len(last.new) == 50 - done
    assert (tmp_path / "out").read_bytes() == (tmp_path / "whole").read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["out", "whole"]


@pytest.mark.parametrize("cut", range(1, 40, 3))
def test_torn_lines_are_dropped(cut: int, tmp_path: Path) -> None:
    _run(_pages(), (Target(format_named(FormatName.CSV), tmp_path / "whole"),), Listener())
    target = Target(format_named(FormatName.CSV), tmp_path / "out")
    with pytest.raises(RuntimeError):
        _run(_pages(), (target,), Listener(20))
    for file, by in ((target.beside("journal"), cut), (target.partial, cut // 2)):
        file.write_bytes(file.read_bytes()[:-by] if by else file.read_bytes())
    last = Listener()
    _run(_pages(), (target,), last, resume=True)
    assert (tmp_path / "out").read_bytes() == (tmp_path / "whole").read_bytes()
    assert 0 < len(last.old) < 20


def test_several_outputs_are_resumed_in_step(tmp_path: Path) -> None:
    def targets(name: str) -> tuple[Target, ...]:
        formats = (format_named(FormatName.SARIF), cleaned(REMOVE_PAID, folder=False))
        return tuple(Target(format, tmp_path / f"{name}{i}") for i, format in enumerate(formats))

    _run(_pages(), targets("whole"), Listener())
    with pytest.raises(RuntimeError):
        _run(_pages(), targets("out"), Listener(23))
    _run(_pages(), targets("out"), Listener(), resume=True, jobs=2)
    for i in range(2):
        assert (tmp_path / f"out{i}").read_bytes() == (tmp_path / f"whole{i}").read_bytes()


def test_an_output_that_another_run_has_written_to_is_not_gone_on_with(tmp_path: Path) -> None:
    def targets(name: str) -> tuple[Target, ...]:
        formats = (format_named(FormatName.JSONL), cleaned(REMOVE_PAID, folder=False))
        return tuple(Target(format, tmp_path / path) for format, path in zip(formats, (name, "texts"), strict=True))

    def pages(name: str) -> list[Page | PageError]:
        return [replace(page, id=name + page.id) if isinstance(page, Page) else page for page in _pages()]

    for name, count in (("one", 10), ("other", 30)):
        with pytest.raises(RuntimeError):
            _run(pages(name), targets(name), Listener(count))
    with pytest.raises(DetectorError, match="texts: another run has written to it since the run to resume was killed; leave --resume out"):
        _run(pages("one"), targets("one"), Listener(), resume=True)


def test_nothing_is_moved_into_place_before_all_is_whole(tmp_path: Path) -> None:
    def broken(written: Path, converted: Path) -> None:
        raise OSError("no space left")

    formats = (format_named(FormatName.JSONL), replace(format_named(FormatName.CSV), convert=broken))
    targets = tuple(Target(format, tmp_path / f"out{i}") for i, format in enumerate(formats))
    with pytest.raises(OSError, match="no space left"):
        _run(_pages(), targets, Listener())
    assert not (tmp_path / "out0").exists()
    last = Listener()
    _run(_pages(), (targets[0], Target(format_named(FormatName.CSV), tmp_path / "out1")), last, resume=True)
    assert (len(last.old), len(last.new)) == (50, 0) and (tmp_path / "out0").exists() and (tmp_path / "out1").exists()


def test_another_input_is_not_resumed(tmp_path: Path) -> None:
    targets = (Target(format_named(FormatName.JSONL), tmp_path / "out"),)
    with pytest.raises(RuntimeError):
        _run(_pages(), targets, Listener(10))
    with pytest.raises(DetectorError, match="page 3 of the input is 'other', in the run to resume it was 'page2'"):
        _run([*_pages()[:2], Page("other", "Rain."), *_pages()[3:]], targets, Listener(), resume=True)
    with pytest.raises(DetectorError, match="had read 10 pages, the input now has 9"):
        _run(_pages(9), targets, Listener(), resume=True)


def test_pages_that_changed_under_their_ids_are_not_resumed(tmp_path: Path) -> None:
    targets = (Target(format_named(FormatName.JSONL), tmp_path / "out"),)
    with pytest.raises(RuntimeError):
        _run(_pages(), targets, Listener(10))
    for other in (Page("page2", "Snow is due."), Page("page2", "\n".join((*LINES, "")), url="https://example.org/")):
        with pytest.raises(DetectorError, match="page 3 of the input, 'page2', is no longer what the run to resume had read"):
            _run([*_pages()[:2], other, *_pages()[3:]], targets, Listener(), resume=True)
    last = Listener()
    _run([*_pages()[:12], Page("page12", "Snow is due."), *_pages()[13:]], targets, last, resume=True)
    assert len(last.old) == 10


@pytest.mark.parametrize(
    "line", [b"[]", b"{}", b"7", b'"x"', b'["page0",[[1,1]],[],0,null,null,""]', b'["page0",[["1",1]],{},0,null,null,""]'], ids=str
)
def test_a_journal_line_of_another_shape_ends_what_is_kept(line: bytes, tmp_path: Path) -> None:
    target = Target(format_named(FormatName.JSONL), tmp_path / "out")
    for place, kept in ((0, 0), (1, 0), (4, 3)):
        with pytest.raises(RuntimeError):
            _run(_pages(), (target,), Listener(10))
        lines = target.beside("journal").read_bytes().splitlines()
        target.beside("journal").write_bytes(b"\n".join((*lines[:place], line, *lines[place + 1 :])) + b"\n")
        last = Listener()
        _run(_pages(), (target,), last, resume=True)
        assert len(last.old) == kept and len(last.new) == 50 - kept


def test_a_run_that_starts_over_says_so(tmp_path: Path) -> None:
    targets = (Target(format_named(FormatName.JSONL), tmp_path / "out"),)
    first, stopped, again = Listener(), Listener(10), Listener()
    _run(_pages(), targets, first, resume=True)
    with pytest.raises(RuntimeError):
        _run(_pages(), targets, stopped)
    _run(_pages(), targets, again)
    assert first.told == [f"{tmp_path / 'out'}: there is nothing to resume; this run starts from the beginning"]
    assert not stopped.told
    assert again.told == [f"{tmp_path / 'out'}: what an unfinished run left (pages: 10) is thrown away; --resume would have gone on"]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such locks")
@pytest.mark.parametrize("resume", [False, True])
def test_two_runs_do_not_write_one_file(resume: bool, tmp_path: Path) -> None:
    csv, jsonl = (format_named(name) for name in (FormatName.CSV, FormatName.JSONL))
    targets = (Target(jsonl, tmp_path / "out"), Target(csv, tmp_path / "second"))

    class Rival(Listener):
        def scanned(self, record: Record) -> None:
            super().scanned(record)
            for taken in targets:
                with pytest.raises(DetectorError, match=f"{taken.path}: another run is writing it"):
                    _run(_pages(), (Target(jsonl, tmp_path / "third"), taken), Listener(), resume=resume)

    _run(_pages(5), targets, Rival())
    assert len((tmp_path / "out").read_bytes().splitlines()) == 5
    assert sorted(file.name for file in tmp_path.iterdir()) == ["out", "second"]
    _run(_pages(5), targets, Listener())


def test_a_refused_start_leaves_no_file(tmp_path: Path) -> None:
    jsonl = format_named(FormatName.JSONL)
    (tmp_path / "folder").mkdir()
    with pytest.raises(DetectorError):
        _run(_pages(), (Target(jsonl, tmp_path / "out"), Target(jsonl, tmp_path / "folder")), Listener())
    with pytest.raises(DetectorError):
        _run(_pages(), (Target(jsonl, tmp_path / "out"), Target(jsonl, tmp_path / "absent" / "out")), Listener())
    assert [file.name for file in tmp_path.iterdir()] == ["folder"]


def test_packed_files_hold_what_plain_ones_do(tmp_path: Path) -> None:
    zstd = pytest.importorskip("backports.zstd") if sys.version_info < (3, 14) else __import__("compression.zstd").zstd
    plain = _scanned(_pages(), tmp_path / "plain")
    for packing, unpack in ((Compression.GZIP, gzip.decompress), (Compression.ZSTD, zstd.decompress)):
        written = []
        for jobs in (1, 2):
            target = Target(packed(format_named(FormatName.JSONL), packing), tmp_path / f"{jobs}{packing}")
            _run(_pages(), (target,), Listener(), jobs=jobs)
            written.append((tmp_path / f"{jobs}{packing}").read_bytes())
        assert written[0] == written[1] and unpack(written[0]) == plain


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="open files have no names")
def test_an_open_file_is_written_where_it_stands(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as file:
        file.write(b"before\n")
        file.flush()
        (tmp_path / "link").symlink_to(f"/dev/fd/{file.fileno()}")
        for path in (Path(f"/dev/fd/{file.fileno()}"), tmp_path / "link"):
            _run(_pages(5), (Target(format_named(FormatName.JSONL), path),), Listener())
        file.write(b"after\n")
    lines = (tmp_path / "log").read_bytes().splitlines()
    assert (lines[0], len(lines), lines[-1]) == (b"before", 12, b"after")


def test_other_settings_are_not_resumed(tmp_path: Path) -> None:
    targets = (Target(format_named(FormatName.JSONL), tmp_path / "out"),)
    with pytest.raises(RuntimeError):
        _run(_pages(), targets, Listener(10))
    with pytest.raises(DetectorError, match="another model or other options"):
        run(Crawl(ScriptedDetector, targets, resume=True, settings="different"), _pages(), Listener())


def test_without_resume_a_run_starts_again(tmp_path: Path) -> None:
    targets = (Target(format_named(FormatName.JSONL), tmp_path / "out"),)
    with pytest.raises(RuntimeError):
        _run(_pages(), targets, Listener(10))
    again = Listener()
    _run(_pages(), targets, again)
    assert len(again.new) == 50 and not again.old


def test_a_finished_file_stays_until_the_next_is_whole(tmp_path: Path) -> None:
    before = _scanned(_pages(5), tmp_path / "out")
    with pytest.raises(RuntimeError):
        _run(_pages(), (Target(format_named(FormatName.JSONL), tmp_path / "out"),), Listener(10))
    assert (tmp_path / "out").read_bytes() == before


def test_a_stream_is_not_resumed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO()))
    with pytest.raises(DetectorError, match="name one with -o"):
        _run(_pages(), (Target(format_named(FormatName.JSONL)),), Listener(), resume=True)


def test_a_link_that_goes_round_is_replaced_and_nothing_behind_it_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("link")
    jsonl = format_named(FormatName.JSONL)
    with pytest.raises(DetectorError, match=r"link/out: it cannot be written \(.*\); check the folder"):
        _run(_pages(), (Target(jsonl, tmp_path / "link" / "out"),), Listener())
    _run(_pages(), (Target(jsonl, tmp_path / "link"),), Listener())
    assert [file.name for file in tmp_path.iterdir()] == ["link"] and len((tmp_path / "link").read_bytes().splitlines()) == 50


def test_an_empty_folder_is_filled_and_stays_the_same_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "clean").mkdir()
    monkeypatch.chdir(tmp_path / "clean")
    number = Path.cwd().stat().st_ino
    _run(_pages(3), (Target(cleaned(REMOVE_PAID, folder=True), Path()),), Listener())
    assert (tmp_path / "clean").stat().st_ino == number and [file.name for file in tmp_path.iterdir()] == ["clean"]
    assert len(list(Path().glob("*.json"))) == 3


def test_a_link_to_a_file_is_followed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "folder" / "real")
    _scanned(_pages(5), tmp_path / "link")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "folder" / "real").is_file()


def test_a_device_is_written_as_it_is() -> None:
    _scanned(_pages(5), Path("/dev/null"))
    assert not Path("/dev/null").is_file()


def test_a_target_of_the_wrong_kind_is_refused_before_anything_is_scanned(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").touch()
    jsonl, folder = format_named(FormatName.JSONL), cleaned(REMOVE_PAID, folder=True)
    for target in (Target(jsonl, tmp_path / "folder"), Target(folder, tmp_path / "folder"), Target(jsonl, tmp_path / "no" / "out")):
        listener = Listener()
        with pytest.raises(DetectorError, match=str(target.path)):
            _run(_pages(), (target,), listener)
        assert not listener.new


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of 300 pages, some alike, some unreadable."""
    file = tmp_path_factory.mktemp("many") / "pages.jsonl"
    texts = [PAID, PLAIN * 12, PAID + PLAIN * 3]
    lines = [orjson.dumps({"id": f"p{i % 100}", "text": texts[i % 3]}) for i in range(300)]
    file.write_bytes(b"\n".join([*lines[:99], b"{torn", *lines[100:]]) + b"\n")
    return file


@pytest.fixture(scope="module")
def at_once(many: Path, model_file: Path) -> bytes:
    """What one run that nothing stops makes of them."""
    done = subprocess.run(command_line(model_file, "scan", many), capture_output=True, env=environment(), timeout=120)
    assert done.returncode == 3
    return done.stdout


def _started(model_file: Path, many: Path, out: Path, jobs: int) -> "subprocess.Popen[bytes]":
    line = command_line(model_file, "scan", many, "-o", out, "--resume", "--jobs", str(jobs))
    return subprocess.Popen(line, env=environment(), stderr=subprocess.PIPE, start_new_session=True)


def _wait_for(journal: Path, lines: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while not journal.exists() or journal.read_bytes().count(b"\n") <= lines:
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.002)


def test_a_run_ends_well_whose_journal_another_took_along(tmp_path: Path) -> None:
    target = Target(format_named(FormatName.JSONL), tmp_path / "out.jsonl")

    class Thief(Listener):
        def scanned(self, record: Record) -> None:
            target.beside("journal").unlink(missing_ok=True)

    _run(_pages(3), (target,), Thief())
    assert [file.name for file in tmp_path.iterdir()] == ["out.jsonl"]


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
@pytest.mark.parametrize("jobs", [1, 2])
def test_kill_9_loses_and_repeats_nothing(jobs: int, many: Path, at_once: bytes, model_file: Path, tmp_path: Path) -> None:
    out, journal = tmp_path / "out.jsonl", tmp_path / ".out.jsonl.journal"
    for lines in (0, 7, 120, 230):
        process = _started(model_file, many, out, jobs)
        _wait_for(journal, lines, process)
        process.kill()
        process.communicate(timeout=60)
        assert not out.exists()
    process = _started(model_file, many, out, 3 - jobs)
    process.communicate(timeout=60)
    assert process.returncode == 3 and out.read_bytes() == at_once


@pytest.mark.skipif(sys.platform == "win32", reason="interrupts by signal")
def test_ctrl_c_finds_every_batch_that_the_pool_has(monkeypatch: pytest.MonkeyPatch) -> None:
    with Workers(Recorder(ScriptedDetector, ()), 2) as workers:
        submit = workers.pool.submit

        def interrupted(*work: Any) -> Any:
            signal.raise_signal(signal.SIGINT)
            return submit(*work)

        monkeypatch.setattr(workers.pool, "submit", interrupted)
        with pytest.raises(KeyboardInterrupt):
            list(workers.records(_pages(40)))
        assert len(workers.waiting) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="interrupts by signal")
@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_keeps_what_is_finished(jobs: int, many: Path, at_once: bytes, model_file: Path, tmp_path: Path) -> None:
    out, journal = tmp_path / "out.jsonl", tmp_path / ".out.jsonl.journal"
    process = _started(model_file, many, out, jobs)
    _wait_for(journal, 30, process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130 and not out.exists()
    assert b"Traceback" not in said and said.endswith(b"interrupted; what is finished is kept; add --resume to go on\n")
    process = _started(model_file, many, out, jobs)
    _, said = process.communicate(timeout=60)
    assert b"of them finished before" in said and out.read_bytes() == at_once

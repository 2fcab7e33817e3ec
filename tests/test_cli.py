"""The commands, end to end. All texts are invented."""

import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from conftest import PAID, PLAIN, ROOT, command_line, environment
from typer.testing import CliRunner

from detector import __version__
from detector.cli import app
from detector.inference import Detector
from detector.pages import read_pages

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
COMMANDS = ("scan", "train", "evaluate", "check-data", "model")
# Labels that every sentence with a word to say carries: what is found does not hang on how good the model is.
ALL = ("--threshold", "0")


@pytest.fixture(scope="session")
def command(model_file: Path) -> Run:
    """Run `python -m detector` and wait for it; `scan` gets the small model."""

    def run(*arguments: str | Path, input: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        if arguments[0] == "scan" and "--model" not in arguments:
            line = command_line(model_file, *arguments)
        else:
            line = [sys.executable, "-m", "detector", *map(str, arguments)]
        return subprocess.run(line, input=input, capture_output=True, env=environment(), timeout=120)

    return run


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A file of twelve pages, some of them with the same id."""
    records = [{"id": f"p{i % 9}", "text": PAID if i % 3 == 0 else PLAIN * (1 + i)} for i in range(12)]
    file = tmp_path / "pages.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return file


def _said(done: "subprocess.CompletedProcess[bytes]") -> list[str]:
    """Return what a command said on standard error."""
    return [line for line in done.stderr.decode().splitlines() if line.startswith("detector: ")]


def _records(done: "subprocess.CompletedProcess[bytes]") -> list[dict[str, object]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_for_itself_and_all_its_options(name: str) -> None:
    result = CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    options = re.findall(r"^ +(-.*)$", result.output, re.MULTILINE)
    assert options and all(re.search(r"  \S", option) for option in options if not option.startswith("--format"))


def test_help_names_every_command() -> None:
    output = CliRunner().invoke(app, ["--help"]).output
    assert all(re.search(rf"^  {name} +\w", output, re.MULTILINE) for name in COMMANDS)


def test_version_is_the_package_s(command: Run) -> None:
    assert command("--version").stdout.decode() == f"detector {__version__}\n"


def test_help_and_scan_import_nothing_heavy(pages: Path, model_file: Path) -> None:
    heavy = {"rich", "pydantic", "sklearn", "scipy", "pandas", "pyarrow", "joblib"}
    for arguments, besides in (["--help"], {"numpy"}), (["scan", str(pages), "--model", str(model_file)], set()):
        code = "import sys; from detector.cli import app; app(sys.argv[1:], standalone_mode=False); print('\\n'.join(sys.modules))"
        done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, env=environment(), timeout=60)
        loaded = set(done.stdout.decode().splitlines())
        assert "typer" in loaded and not loaded & (heavy | besides)


def test_jsonl_is_what_the_library_reports(command: Run, pages: Path, small_detector: Detector) -> None:
    done = command("scan", pages)
    assert done.returncode == 0
    assert _records(done) == [report.to_dict() for report in small_detector.pipe(read_pages([pages]))]


def test_two_jobs_print_the_same_bytes_as_one(command: Run, pages: Path) -> None:
    assert command("scan", pages, "--jobs", "2").stdout == command("scan", pages).stdout


def test_standard_input_is_read(command: Run, small_detector: Detector) -> None:
    (record,) = _records(command("scan", "-", input=PAID.encode()))
    assert record == small_detector.scan(PAID, id="stdin").to_dict()


def test_the_last_line_on_standard_error_sums_up_unless_quiet(command: Run, pages: Path) -> None:
    assert re.match(r"detector: 12 pages in [\d.]+ s", _said(command("scan", pages))[-1])
    assert not _said(command("scan", pages, "--quiet"))


def test_failed_inputs_are_named_recorded_and_passed_over(command: Run, tmp_path: Path) -> None:
    for name, content in {
        "empty.txt": b"",
        "blank.txt": b" \n\t\n",
        "photo.txt": b"\x89PNG\r\n\0\0",
        "good.txt": PLAIN.encode(),
    }.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "lines.jsonl").write_text('{"id": "a", "text": "Rain is due on Sunday."}\n{torn\n{"id": "b"}\n')
    (tmp_path / "cut.html.gz").write_bytes(gzip.compress(b"<p>Rain</p>" * 500)[:-9])
    done = command("scan", tmp_path, tmp_path / "absent.txt")
    records = _records(done)
    failed = [record for record in records if record["error"]]
    assert done.returncode == 3 and len(records) == 9 and len(failed) == 7
    assert _said(done)[:-1] == [f"detector: {record['error']}" for record in failed]
    assert all(re.fullmatch(r".+: .+; .+", str(record["error"])) for record in failed)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("scan",), ("PATHS...", "nothing to scan", "name files")),
        (("scan", "x", "--labels", "nonsense"), ("--labels", "nonsense", "sponsorship_disclosure")),
        (("scan", "x", "--labels", ""), ("--labels", "''", "names nothing", "leave the option out")),
        (("scan", "x", "--fail-on", " , "), ("--fail-on", "' , '", "names nothing", "leave the option out")),
        (("scan", "x", "--html-field", "text"), ("--html-field", "read as text", "name a field there")),
        (("scan", "x", "--threshold", "much"), ("--threshold", "much", "0 to 1")),
        (("scan", "x", "--threshold", "no_conflict=1.5"), ("--threshold", "no_conflict=1.5", "0 to 1")),
        (("scan", "x", "--threshold", "nonsense=0.5"), ("--threshold", "nonsense", "sponsorship_disclosure")),
        (("scan", "x", "--threshold", "nan"), ("--threshold", "nan", "0 to 1")),
        (("scan", "x", "--fail-on", "nonsense:0.5"), ("--fail-on", "nonsense", "paid_promotion")),
        (("scan", "x", "--fail-on", "no_conflict:high"), ("--fail-on", "no_conflict:high", "0 to 1")),
        (("scan", "x", "--format", "xml"), ("--format", "xml", "jsonl")),
        (("scan", "x", "--jobs", "0"), ("--jobs", "0", "x>=1")),
        (("scan", "x", "--clean", "y", "--keep", "no_conflict", "--remove", "no_conflict"), ("--remove", "no_conflict", "name it once")),
        (("scan", "x", "--from-file", "absent"), ("--from-file", "absent", "name a file")),
        (("scan", "x", "--model", "absent"), ("absent", "no such model file", "--model")),
        (("scan", "x", "--resume"), ("resume", "-o")),
        (("scan", "x", "--format", "parquet"), ("parquet", "-o")),
        (("scan", "x", "--keep", "no_conflict"), ("--keep", "nothing is cleaned", "add --clean")),
        (("scan", "x", "--mark", "no_conflict"), ("--mark", "nothing is cleaned", "add --clean")),
        (("scan", "x", "--remove", "no_conflict"), ("--remove", "nothing is cleaned", "add --clean")),
        (("scan", "x", "--rows", "pages"), ("--rows", "pages", "jsonl has none", "--format parquet")),
        (("scan", "x", "--rows", "pages", "-o", "y.csv"), ("--rows", "pages", "csv has none", "--format parquet")),
        (("scan", "x", "-o", "y.txt"), ("y.txt", "names no format", ".jsonl", "--format")),
        (("scan", "x", "-o", "y.parquet.gz"), ("parquet", "not packed with .gz", "leave .gz out")),
        (("scan", "x", "-o", "y.jsonl", "--clean", "./y.jsonl"), ("--clean", "y.jsonl", "overwrite", "name another")),
        (("scan", "x", "-o", "y/y.jsonl", "--clean", "y"), ("--clean", "y", "overwrite", "name another")),
        (("scan", "x", "--clean", "-"), ("--clean", "standard output", "overwrite", "name another")),
        (
            ("scan", "x", "--labels", "no_conflict", "--fail-on", "advice_disclaimer"),
            ("--fail-on", "--labels", "add it"),
        ),
        (("scan", "x", "--labels", "no_conflict", "--clean", "y", "--remove", "forward_looking"), ("--remove", "--labels", "add it")),
        (
            ("scan", "x", "--threshold", "0.9", "--fail-on", "no_conflict:0.5"),
            ("--fail-on", "--threshold of 0.9", "lower"),
        ),
        (("model", "absent"), ("absent", "no such model file")),
        (("check-data", "absent"), ("absent",)),
        (("evaluate", "--data", "absent"), ("absent", "no such file")),
        (("train", "--data", "absent", "--output", "m"), ("absent", "no such file")),
        (("train", "--data", "absent", "--output", "absent/m"), ("--output", "absent", "make it first")),
        (("train", "--data", "absent", "--output", "tests"), ("--output", "tests", "it is a folder", "name a file")),
        (("evaluate", "--data", "data", "--raise"), ("--raise", "name it by --gate")),
        (("evaluate", "--data", "data", "--stability", "2", "--gate", "x"), ("--stability", "leave --gate out")),
        (("evaluate", "--data", "data", "--split", "dve"), ("--split", "dve", "train, dev, test")),
        (("evaluate", "--data", "data/de.jsonl"), ("data/de.jsonl", "split 'dev'", "--split")),
        (("train", "--data", "absent", "--output", "m", *("--reader", "r") * 4), ("--reader", "4", "3 at most")),
        (("train", "--data", "absent", "--output", "m", "--reader", "README.md"), ("README.md", "no reader", "use the model")),
    ],
    ids=lambda value: " ".join(value) if value and value[0] in COMMANDS else "",
)
def test_wrong_usage_is_told_with_option_value_and_remedy(arguments: tuple[str, ...], told: tuple[str, ...], command: Run) -> None:
    done = command(*arguments)
    assert done.returncode == 2 and not done.stdout and b"Traceback" not in done.stderr
    assert all(words in done.stderr.decode() for words in told)


@pytest.mark.parametrize("alias", ["itself", "symlink", "hardlink"])
@pytest.mark.parametrize("option", ["-o", "--clean"])
@pytest.mark.parametrize("read", ["input", "list", "model", "stdin"])
def test_what_a_scan_reads_is_not_overwritten(alias: str, option: str, read: str, pages: Path, model_file: Path, tmp_path: Path) -> None:
    (tmp_path / "list").write_text(f"{pages}\n")
    (tmp_path / "model").write_bytes(model_file.read_bytes())
    file = {"input": pages, "list": tmp_path / "list", "model": tmp_path / "model", "stdin": pages}[read]
    target = file if alias == "itself" else tmp_path / "alias.jsonl"
    if alias == "symlink":
        target.symlink_to(file)
    elif alias == "hardlink":
        target.hardlink_to(file)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    inputs = {"list": ["--from-file", str(tmp_path / "list")], "stdin": ["-"]}.get(read, [str(pages)])
    arguments = ["scan", *inputs, option, str(target), "--model", str(tmp_path / "model"), "--format", "jsonl"]
    arguments += [] if option == "-o" else ["-o", str(tmp_path / "other.jsonl")]
    with pages.open("rb") as stdin:
        line = [sys.executable, "-m", "detector", *arguments]
        done = subprocess.run(line, stdin=stdin, capture_output=True, env=environment(), timeout=120)
    assert done.returncode == 2 and "this run reads it" in done.stderr.decode()
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_scan_passes_over_its_own_output(command: Run, pages: Path, tmp_path: Path) -> None:
    for inputs in (tmp_path, tmp_path / "*.jsonl"):
        for _ in range(2):
            assert command("scan", inputs, "-o", tmp_path / "out.jsonl", "--clean", tmp_path / "texts.jsonl").returncode == 0
            assert len((tmp_path / "out.jsonl").read_bytes().splitlines()) == 12
    (tmp_path / "texts.jsonl").unlink()
    with (tmp_path / "out.jsonl").open("ab") as file:
        line = [sys.executable, "-m", "detector", "scan", str(tmp_path), "-q"]
        assert subprocess.run(line, stdout=file, env=environment(), timeout=120).returncode == 0
    assert len((tmp_path / "out.jsonl").read_bytes().splitlines()) == 24


def test_a_packed_suffix_packs(command: Run, pages: Path, tmp_path: Path) -> None:
    for name in ("out.jsonl.gz", "out.csv.gz", "own.gz"):
        assert command("scan", pages, "-o", tmp_path / name, "--format", "csv").returncode == 0
        assert gzip.decompress((tmp_path / name).read_bytes()).startswith(b"id,url,kind,label,")
    assert command("scan", pages, "-o", tmp_path / "out.jsonl.gz", "--clean", tmp_path / "texts.jsonl.gz").returncode == 0
    assert gzip.decompress((tmp_path / "out.jsonl.gz").read_bytes()) == command("scan", pages).stdout
    assert len(gzip.decompress((tmp_path / "texts.jsonl.gz").read_bytes()).splitlines()) == 12


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="standard output has no name")
@pytest.mark.parametrize("name", ["-", "/dev/stdout", "/dev/fd/1"])
def test_standard_output_may_be_named(name: str, pages: Path, model_file: Path, command: Run, tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log:
        log.write(b"before\n")
        log.flush()
        line = command_line(model_file, "scan", pages, "-o", name)
        assert subprocess.run(line, stdout=log, env=environment(), cwd=tmp_path, timeout=120).returncode == 0
    assert (tmp_path / "log").read_bytes() == b"before\n" + command("scan", pages).stdout
    assert sorted(file.name for file in tmp_path.iterdir()) == ["log", "pages.jsonl"]


@pytest.mark.skipif(sys.platform == "win32", reason="closes by shell")
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_closed_streams_harm_no_file(closed: str, jobs: str, pages: Path, model_file: Path, command: Run, tmp_path: Path) -> None:
    line = command_line(model_file, "scan", pages, "/absent", "--jobs", jobs, "-o", tmp_path / "out.jsonl")
    done = subprocess.run(["sh", "-c", f'"$@" {closed}', "sh", *line], capture_output=True, env=environment(), timeout=120)
    assert done.returncode == 3 and b"Traceback" not in done.stderr
    assert (tmp_path / "out.jsonl").read_bytes() == command("scan", pages, "/absent").stdout
    help = subprocess.run(["sh", "-c", f'"$@" {closed}', "sh", *line[:3], "--help"], capture_output=True, env=environment(), timeout=120)
    assert help.returncode == 0 and b"Traceback" not in help.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="closes by shell")
def test_reports_for_a_closed_stream_are_refused(pages: Path, model_file: Path) -> None:
    line = command_line(model_file, "scan", pages)
    done = subprocess.run(["sh", "-c", '"$@" >&-', "sh", *line], capture_output=True, env=environment(), timeout=120)
    assert done.returncode == 2 and b"standard output is closed; name a file" in done.stderr


def test_fail_on_says_what_met_it(command: Run, pages: Path) -> None:
    arguments = ("scan", pages, *ALL, "--fail-on", "no_conflict")
    assert re.match(r"detector: --fail-on is met by \d+ pages, first by p0 \(no_conflict\)", _said(command(*arguments))[-2])
    assert not _said(command(*arguments, "--quiet"))


def test_a_run_that_starts_over_says_so(command: Run, pages: Path, tmp_path: Path) -> None:
    arguments = ("scan", pages, "-o", tmp_path / "out.jsonl", "--resume")
    assert _said(command(*arguments))[0].endswith("out.jsonl: there is nothing to resume; this run starts from the beginning")
    assert not _said(command(*arguments, "--quiet"))


def test_a_foreign_model_file_is_refused(command: Run, pages: Path) -> None:
    done = command("scan", pages, "--model", pages)
    assert done.returncode == 2 and "not a detector model" in _said(done)[0] and "retrain" in _said(done)[0]


def test_an_output_that_cannot_be_written_is_told(command: Run, pages: Path, tmp_path: Path) -> None:
    done = command("scan", pages, "-o", tmp_path / "absent" / "out.jsonl")
    assert done.returncode == 2 and "cannot be written (No such file or directory)" in _said(done)[0]


def test_a_file_s_suffix_names_its_format(command: Run, pages: Path, tmp_path: Path) -> None:
    assert command("scan", pages, "-o", tmp_path / "out.csv").stdout == b""
    assert (tmp_path / "out.csv").read_text().startswith("id,url,kind,label,")
    command("scan", pages, "-o", tmp_path / "out.sarif")
    assert json.loads((tmp_path / "out.sarif").read_bytes())["version"] == "2.1.0"


def test_fail_on_exits_with_1_if_the_label_is_found_with_the_score(command: Run, pages: Path) -> None:
    scores = [f["score"] for r in _records(command("scan", pages, *ALL)) for f in r["findings"] if f["label"] == "no_conflict"]  # type: ignore[attr-defined]
    highest = max(scores)
    assert command("scan", pages, *ALL, "--fail-on", f"no_conflict:{highest}").returncode == 1
    assert command("scan", pages, *ALL, "--fail-on", f"no_conflict:{min(1.0, highest + 0.0001)}").returncode == (highest == 1.0)
    assert command("scan", pages, "/absent", *ALL, "--fail-on", "no_conflict").returncode == 1


def test_labels_and_thresholds_choose_the_findings(command: Run, pages: Path) -> None:
    def found(*arguments: str) -> list[dict[str, object]]:
        return [f for record in _records(command("scan", pages, *arguments)) for f in record["findings"]]  # type: ignore[attr-defined]

    everything = found(*ALL)
    assert found(*ALL, "--labels", "no_conflict, advice_disclaimer") == [
        f for f in everything if f["label"] in ("no_conflict", "advice_disclaimer")
    ]
    assert found("--threshold", "no_conflict=0", "--threshold", "1", "--labels", "no_conflict") == [
        f for f in everything if f["label"] == "no_conflict"
    ]


def test_fields_name_the_columns(command: Run, tmp_path: Path, small_detector: Detector) -> None:
    (tmp_path / "rows.jsonl").write_text(json.dumps({"key": "k", "body": PAID, "link": "https://example.org/"}) + "\n")
    done = command("scan", tmp_path / "rows.jsonl", "--text-field", "body", "--id-field", "key", "--url-field", "link")
    assert _records(done) == [small_detector.scan(PAID, id="k", url="https://example.org/").to_dict()]


def test_paths_are_read_from_a_list(command: Run, pages: Path, tmp_path: Path) -> None:
    (tmp_path / "list").write_text(f"{pages}\n\n{pages}\n")
    assert len(_records(command("scan", "--from-file", tmp_path / "list"))) == 24
    assert len(_records(command("scan", pages, "--from-file", "-", input=f"{pages}\n".encode()))) == 24


def test_clean_writes_texts_without_what_is_removed(command: Run, pages: Path, tmp_path: Path) -> None:
    done = command("scan", pages, "--clean", tmp_path / "clean.jsonl", *ALL, "--keep", "paid_promotion", "--remove", "no_conflict")
    texts = [json.loads(line)["text"] for line in pages.read_text().splitlines()]
    for record, text, line in zip(_records(done), texts, (tmp_path / "clean.jsonl").read_text().splitlines(), strict=True):
        cleaned = json.loads(line)
        assert cleaned["removed"] or not record["findings"]
        for cut in reversed(cleaned["removed"]):
            text = text[: cut["start"]] + text[cut["end"] :]
        assert cleaned["text"] == text


def test_clean_makes_a_folder_of_a_name_without_suffix(command: Run, pages: Path, tmp_path: Path) -> None:
    assert command("scan", pages, "--clean", tmp_path / "clean").returncode == 0
    assert len(list((tmp_path / "clean").glob("*.txt"))) == 12


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break by signal")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_reader_that_has_enough_ends_the_scan_quietly(jobs: str, model_file: Path, tmp_path: Path) -> None:
    (tmp_path / "many.jsonl").write_text("".join(json.dumps({"text": PLAIN * 10}) + "\n" for _ in range(2_000)))
    line = command_line(model_file, "scan", tmp_path / "many.jsonl", "--jobs", jobs)
    process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
    assert process.stdout is not None and process.stderr is not None
    assert process.stdout.readline().startswith(b'{"id":')
    process.stdout.close()
    assert not [line for line in process.stderr.read().splitlines() if b"Warning" not in line and not line.startswith(b"  ")]
    assert process.wait(60) == 141


@pytest.fixture
def terminal() -> ModuleType:
    """The module that makes pseudo-terminals, where there is one."""
    pty: ModuleType = pytest.importorskip("pty")
    return pty


def test_a_terminal_gets_a_table_in_colour(terminal: ModuleType, pages: Path, model_file: Path) -> None:
    assert "\x1b[1m" in _shown(terminal, command_line(model_file, "scan", pages))
    assert "\x1b[1m" not in _shown(terminal, command_line(model_file, "scan", pages, "--no-colour"))


def test_a_terminal_gets_progress_where_the_reports_go_to_a_file(
    terminal: ModuleType, pages: Path, model_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "many.jsonl").write_text(pages.read_text() * 300)
    shown = _shown(terminal, command_line(model_file, "scan", tmp_path / "many.jsonl", "-o", tmp_path / "out.jsonl"))
    assert re.search(r"\r\x1b\[K[\d,]+ pages?, [\d,]+ pages/s, 0 failed, \d+% read, [\d:]+ left  \S*many\.jsonl", shown)
    assert "\r" not in _shown(terminal, command_line(model_file, "scan", tmp_path / "many.jsonl", "-o", tmp_path / "out.jsonl", "--quiet"))


def _shown(terminal: ModuleType, line: list[str]) -> str:
    """Return what a command shows on a terminal."""
    ours, theirs = terminal.openpty()
    process = subprocess.Popen(line, stdout=theirs, stderr=theirs, env={**environment(), "TERM": "xterm"})
    os.close(theirs)
    shown = b""
    while True:
        try:
            chunk = os.read(ours, 65536)
        except OSError:  # how Linux says that the other end is closed
            chunk = b""
        if not chunk:
            break
        shown += chunk
    os.close(ours)
    assert process.wait(60) == 0
    return shown.decode()


def test_model_says_what_the_file_holds(command: Run, model_file: Path, small_detector: Detector) -> None:
    shown = command("model", model_file).stdout.decode()
    for words in (
        small_detector.model.name,
        f"{model_file.stat().st_size:,} bytes",
        "detector-model-",
        *small_detector.model.thresholds,
        "card",
    ):
        assert words in shown


def test_check_data_names_every_bad_row(command: Run, tmp_path: Path) -> None:
    (tmp_path / "good.jsonl").write_text('{"id": "c", "text": "Rain.", "findings": []}\n')
    done = command("check-data", tmp_path / "good.jsonl")
    assert (done.returncode, done.stdout, _said(done)) == (0, b"", ["detector: every row is good"])
    (tmp_path / "bad.jsonl").write_text(
        '{"id": "a"}\n{torn\n{"id": "b", "text": "x", "findings": [{"start": 0, "end": 9, "label": "x"}]}\n'
    )
    done = command("check-data", tmp_path)
    assert done.returncode == 3
    assert [re.search(r"bad\.jsonl:(\d)", line).group(1) for line in done.stdout.decode().splitlines()] == ["1", "2", "3"]  # type: ignore[union-attr]


def test_evaluate_prints_figures_and_holds_the_gate(model_file: Path, tmp_path: Path) -> None:
    (tmp_path / "data.jsonl").write_text(json.dumps({"id": "a", "split": "dev", "text": PAID + PLAIN, "findings": []}) + "\n")
    arguments = ["evaluate", "--data", str(tmp_path / "data.jsonl"), "--model", str(model_file)]
    result = CliRunner().invoke(app, [*arguments, "--json"])
    figures = json.loads(result.stdout)
    assert result.exit_code == 0 and figures["model"]
    floors = {"data": figures["data"], "floors": {"sentences.nonsense": 0.5}}
    (tmp_path / "floors.json").write_text(json.dumps(floors))
    result = CliRunner().invoke(app, [*arguments, "--gate", str(tmp_path / "floors.json")])
    assert result.exit_code == 1 and "detector: sentences.nonsense" in result.stderr


def test_evaluate_raises_floors_that_are_reached(model_file: Path, tmp_path: Path) -> None:
    (tmp_path / "data.jsonl").write_text(json.dumps({"id": "a", "split": "dev", "text": PAID + PLAIN, "findings": []}) + "\n")
    arguments = ["evaluate", "--data", str(tmp_path / "data.jsonl"), "--model", str(model_file)]
    figures = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).stdout)
    sentences = figures["sentences"]["sentences"]
    floors = {"data": figures["data"], "floors": {"sentences.sentences": 0}, "ceilings": {"sentences.nonsense": 1}}
    path = tmp_path / "floors.json"
    for ceilings, held in (({"sentences.nonsense": 1}, 0), ({}, sentences)):
        path.write_text(json.dumps({**floors, "ceilings": ceilings}))
        result = CliRunner().invoke(app, [*arguments, "--gate", str(path), "--raise"])
        assert result.exit_code == (0 if held else 1)
        assert json.loads(path.read_text())["floors"] == {"sentences.sentences": held}


def test_evaluate_prints_how_stable_the_answers_are(model_file: Path, tmp_path: Path) -> None:
    (tmp_path / "data.jsonl").write_text("".join(json.dumps({"id": i, "split": "dev", "text": PAID + PLAIN}) + "\n" for i in "abc"))
    arguments = ["evaluate", "--data", str(tmp_path / "data.jsonl"), "--model", str(model_file), "--stability", "2"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0 and "doubled newlines" in result.stdout and "2\n" in result.stdout


def test_training_takes_the_shipped_readers_that_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detector.classifier.files.reader_paths", lambda: (tmp_path / "none",))
    result = CliRunner().invoke(app, ["train", "--data", str(tmp_path), "--output", str(tmp_path / "m")])
    assert result.exit_code == 2 and "no labelled data found" in result.stderr


def test_the_commands_run_without_installing() -> None:
    done = subprocess.run([sys.executable, "-m", "detector", "--version"], capture_output=True, cwd=ROOT, timeout=60)
    assert done.returncode == 0

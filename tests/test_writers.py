"""Reports in every format. All texts are invented."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from scripted import ScriptedDetector

from detector.blocks import extract_document
from detector.cleaning import REMOVE_PAID
from detector.crawl import Crawl, Record, Target, run
from detector.document import LABELS, Article, ContentType, Page, Report
from detector.errors import DetectorError, PageError
from detector.pages.formats import Compression
from detector.render import CSV_COLUMNS
from detector.writers.cleaned import cleaned
from detector.writers.formats import format_by_suffix, format_named
from detector.writers.names import FormatName, Rows
from detector.writers.packing import packed

TEXT = "Rain is due on Sunday.\nBuy a Vellmark boiler. Sponsored by Vellmark AG. No advice.\nWe earn a <commission>."
PAGES: list[Page | PageError] = [
    Page("a/1 ä.txt", TEXT, url="https://example.org/a?b=1"),
    Page("empty", "Nothing to see here."),
    PageError("lost.txt", "there is no such file", "check the path"),
    Page("a/1 ä.txt", "😀 Sponsored by nobody at all.", date="2026-01-02"),
]
REPORTS = [ScriptedDetector().scan_document(extract_document(page)) for page in PAGES if isinstance(page, Page)]


class Silent:
    """A watcher that does not care."""

    def resumed(self, record: Record) -> None: ...

    def scanned(self, record: Record) -> None: ...

    def noticed(self, message: str) -> None: ...


def _written(name: FormatName, folder: Path, *, rows: Rows = Rows.FINDINGS, pages: list[Page | PageError] | None = None) -> Path:
    target = Target(format_named(name, rows=rows), folder / f"out.{name}")
    run(Crawl(ScriptedDetector, (target,)), PAGES if pages is None else pages, Silent())
    assert [file.name for file in folder.iterdir()] == [f"out.{name}"]
    assert target.path is not None
    return target.path


def test_a_json_line_is_the_record_and_a_newline() -> None:
    line = format_named(FormatName.JSONL).encode(REPORTS[0], TEXT)
    assert line.endswith(b"}\n") and line.count(b"\n") == 1
    assert json.loads(line) == REPORTS[0].to_dict()


def test_a_lone_surrogate_does_not_stop_a_json_line() -> None:
    assert json.loads(format_named(FormatName.JSONL).encode(Report("a\ud800"), "")) == Report("a\ud800").to_dict()


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_bytes().splitlines()]


def test_jsonl_is_a_report_a_line(tmp_path: Path) -> None:
    records = _lines(_written(FormatName.JSONL, tmp_path))
    assert [records[0], records[1], records[3]] == [report.to_dict() for report in REPORTS]
    assert records[2] == Report("lost.txt", model="scripted", error="lost.txt: there is no such file; check the path").to_dict()


def test_csv_has_a_row_for_each_finding_paid_article_and_failure(tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO(_written(FormatName.CSV, tmp_path).read_text("utf-8"))))
    assert tuple(rows[0]) == CSV_COLUMNS
    assert [row[2] for row in rows[1:]] == ["article", "finding", "finding", "finding", "error", "article", "finding"]


def test_a_carriage_return_inside_a_csv_cell_breaks_no_row(tmp_path: Path) -> None:
    written = _written(FormatName.CSV, tmp_path, pages=[Page("a", "Sponsored by\rVellmark AG.")]).read_bytes()
    rows = list(csv.reader(io.StringIO(written.decode(), newline="")))
    assert [row[-1] for row in rows[1:]] == ["Sponsored by\rVellmark AG."] * 2
    assert written.count(b"\n") == 3 and b'"Sponsored by\rVellmark AG."\n' in written


def test_parquet_has_a_row_for_each_finding_paid_article_and_failure(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = parquet.read_table(_written(FormatName.PARQUET, tmp_path)).to_pylist()
    assert [(row["id"], row["label"], row["article_type"], row["error"] is None) for row in rows] == [
        ("a/1 ä.txt", None, "paid_promotion", True),
        ("a/1 ä.txt", "sponsorship_disclosure", "paid_promotion", True),
        ("a/1 ä.txt", "advice_disclaimer", "paid_promotion", True),
        ("a/1 ä.txt", "affiliate_disclosure", "editorial", True),
        ("lost.txt", None, None, False),
        ("a/1 ä.txt", None, "paid_promotion", True),
        ("a/1 ä.txt", "sponsorship_disclosure", "paid_promotion", True),
    ]
    assert [TEXT[row["start"] : row["end"]] for row in rows[1:4]] == [row["text"] for row in rows[1:4]]


def test_parquet_of_findings_has_paid_articles_without_a_finding(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    format = format_named(FormatName.PARQUET)
    articles = (Article(0, 9, ContentType.EDITORIAL, 0.9, "News"), Article(9, 20, ContentType.PAID_PROMOTION, 0.8, "Boilers"))
    (tmp_path / "rows").write_bytes(format.encode(Report("p", articles=articles), ""))
    assert format.convert is not None
    format.convert(tmp_path / "rows", tmp_path / "out.parquet")
    (row,) = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert (row["label"], row["start"], row["end"], row["score"], row["text"]) == (None, 9, 20, 0.8, "Boilers")
    assert (row["article"], row["article_type"], row["details"], row["error"]) == (1, "paid_promotion", None, None)


def test_parquet_of_pages_has_a_row_for_each_page(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = parquet.read_table(_written(FormatName.PARQUET, tmp_path, rows=Rows.PAGES)).to_pylist()
    assert [(row["id"], len(row["articles"]), len(row["findings"])) for row in rows] == [
        ("a/1 ä.txt", 3, 3),
        ("empty", 1, 0),
        ("lost.txt", 0, 0),
        ("a/1 ä.txt", 1, 1),
    ]
    assert rows[3]["date"] == "2026-01-02"


def test_dolma_has_every_attribute_of_every_document_in_order(tmp_path: Path) -> None:
    records = _lines(_written(FormatName.DOLMA, tmp_path))
    assert [record["id"] for record in records] == ["a/1 ä.txt", "empty", "lost.txt", "a/1 ä.txt"]
    names = {f"detector__scripted__{name}" for name in (*LABELS, "paid_promotion", "press_release")}
    assert all(set(record["attributes"]) == names for record in records)
    start, end, score = records[0]["attributes"]["detector__scripted__affiliate_disclosure"][0]
    assert (TEXT[start:end], score) == ("We earn a <commission>.", 0.8)
    assert records[1]["attributes"]["detector__scripted__paid_promotion"] == []


def test_web_annotations_select_by_position_and_by_quote(tmp_path: Path) -> None:
    annotations = _lines(_written(FormatName.WEBANNOTATION, tmp_path))
    assert [a["body"]["value"] for a in annotations[:2]] == ["paid_promotion", "sponsorship_disclosure"]
    position, quote = annotations[1]["target"]["selector"]
    assert annotations[1]["target"]["source"] == "https://example.org/a?b=1"
    assert TEXT[position["start"] : position["end"]] == quote["exact"] == " Sponsored by Vellmark AG."
    assert TEXT.index(quote["prefix"] + quote["exact"] + quote["suffix"]) == position["start"] - len(quote["prefix"])
    assert annotations[-1]["target"]["source"] == "a/1%20%C3%A4.txt"
    assert len({a["id"] for a in annotations}) == len(annotations)


def test_web_annotations_of_pages_that_repeat_have_ids_of_their_own(tmp_path: Path) -> None:
    annotations = _lines(_written(FormatName.WEBANNOTATION, tmp_path, pages=PAGES * 2))
    assert len({a["id"] for a in annotations}) == len(annotations) > 10


def test_web_annotations_tell_of_failed_pages(tmp_path: Path) -> None:
    (failed,) = [a for a in _lines(_written(FormatName.WEBANNOTATION, tmp_path)) if a["motivation"] == "commenting"]
    assert failed["target"] == {"source": "lost.txt"} and failed["body"]["value"] == str(PAGES[2])


@pytest.mark.parametrize(
    ("page_id", "url", "source"),
    [
        ("d/100% #1 [a]?.html", None, "d/100%25%20%231%20%5Ba%5D%3F.html"),
        ("pages.jsonl:3", None, "pages.jsonl%3A3"),
        ("urn:isbn:0", None, "urn:isbn:0"),
        ("https://blatt.example/ä%20b?c=[1]#d", None, "https://blatt.example/%C3%A4%20b?c=[1]#d"),
        ("50%.html", "https://blatt.example/a%20b?c=1#d", "https://blatt.example/a%20b?c=1#d"),
    ],
)
def test_what_means_something_in_references_is_escaped_in_file_names(page_id: str, url: str | None, source: str) -> None:
    report = Report(page_id, url, error="it is empty")
    assert json.loads(format_named(FormatName.WEBANNOTATION).encode(report, ""))["target"]["source"] == source
    (place,) = json.loads(format_named(FormatName.SARIF).encode(report, ""))["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == source


def test_sarif_is_one_run_whose_results_point_into_the_text(tmp_path: Path) -> None:
    log = json.loads(_written(FormatName.SARIF, tmp_path).read_bytes())
    (found,) = log["runs"]
    assert (log["version"], found["columnKind"]) == ("2.1.0", "unicodeCodePoints")
    rules = [rule["id"] for rule in found["tool"]["driver"]["rules"]]
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in found["results"])
    region = found["results"][1]["locations"][0]["physicalLocation"]["region"]
    assert TEXT[region["charOffset"] :][: region["charLength"]] == region["snippet"]["text"] == " Sponsored by Vellmark AG."
    assert [r["message"]["text"] for r in found["results"] if r["level"] == "error"] == [str(PAGES[2])]


def test_sarif_without_results_is_whole(tmp_path: Path) -> None:
    assert json.loads(_written(FormatName.SARIF, tmp_path, pages=[]).read_bytes())["runs"][0]["results"] == []


def test_html_holds_every_page_and_its_links_lead_somewhere(tmp_path: Path) -> None:
    page = _written(FormatName.HTML, tmp_path).read_text("utf-8")
    assert page.count("<h1>") == 4 and page.count("<body>") == page.count("</html>") == 1
    links, anchors = set(re.findall('href="#([^"]+)"', page)), re.findall('id="([^"]+)"', page)
    assert links and links <= set(anchors)
    assert len(anchors) == len(set(anchors))  # although two pages have one id


def test_table_has_a_paragraph_for_each_page(tmp_path: Path) -> None:
    table = _written(FormatName.TABLE, tmp_path).read_text("utf-8")
    assert len(table.split("\n\n")) == 4 and "\x1b" not in table


def test_cleaned_texts_come_with_the_spans_that_were_removed(tmp_path: Path) -> None:
    target = Target(cleaned(REMOVE_PAID, folder=False), tmp_path / "clean.jsonl")
    run(Crawl(ScriptedDetector, (target,)), PAGES, Silent())
    records = _lines(tmp_path / "clean.jsonl")
    assert records[0]["text"] == "Rain is due on Sunday.\n\nWe earn a <commission>."
    assert records[0]["removed"] == [{"start": 23, "end": 82, "labels": ["paid_promotion"]}]
    assert (records[2]["text"], records[2]["error"]) == (None, str(PAGES[2]))


def test_a_folder_of_cleaned_texts_has_two_files_a_page(tmp_path: Path) -> None:
    target = Target(cleaned(REMOVE_PAID, folder=True), tmp_path / "clean")
    run(Crawl(ScriptedDetector, (target,)), PAGES, Silent())
    assert sorted(file.name for file in (tmp_path / "clean").iterdir()) == [
        "0000001-a-1-ä.txt.json",
        "0000001-a-1-ä.txt.txt",
        "0000002-empty.json",
        "0000002-empty.txt",
        "0000003-lost.txt.json",
        "0000004-a-1-ä.txt.json",
        "0000004-a-1-ä.txt.txt",
    ]
    assert (tmp_path / "clean" / "0000001-a-1-ä.txt.txt").read_text("utf-8") == "Rain is due on Sunday.\n\nWe earn a <commission>."


@pytest.mark.parametrize("name", FormatName)
def test_lone_surrogates_harm_no_format(name: FormatName, tmp_path: Path) -> None:
    _written(name, tmp_path, pages=[Page("p\ud800", "Sponsored by \udfff friends."), Page("q", "Sponsored by us.")])


@pytest.mark.parametrize("name", FormatName)
def test_nothing_is_written_whole(name: FormatName, tmp_path: Path) -> None:
    _written(name, tmp_path, pages=[])


def test_parquet_without_its_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detector.writers.parquet.find_spec", lambda _: None)
    with pytest.raises(DetectorError, match=r"pip install detector\[tables\]"):
        format_named(FormatName.PARQUET)


def test_suffixes_name_formats() -> None:
    found = [format_by_suffix(name) for name in ("a.csv", "a.b.PARQUET", "a.jsonl", "a", "a.CSV.GZ", "a.ndjson.zst", "a.gz")]
    jsonl = FormatName.JSONL
    assert found == [FormatName.CSV, FormatName.PARQUET, jsonl, jsonl, FormatName.CSV, jsonl, jsonl]


@pytest.mark.parametrize("name", ["a.txt", "a.json", "a.xml.gz"])
def test_a_suffix_that_names_no_format_is_refused(name: str) -> None:
    with pytest.raises(DetectorError, match=f"{name}: its suffix names no format; let it end in .jsonl .*--format"):
        format_by_suffix(name)


def test_what_cannot_be_packed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyarrow")
    with pytest.raises(DetectorError, match="parquet of findings is not packed with .gz; leave .gz out"):
        packed(format_named(FormatName.PARQUET), Compression.GZIP)
    monkeypatch.setattr("detector.writers.packing.ZSTD", "absent.zstd")
    with pytest.raises(DetectorError, match=r"pip install detector\[zstd\]"):
        packed(format_named(FormatName.JSONL), Compression.ZSTD)

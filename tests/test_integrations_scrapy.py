"""A real crawl of a real server: what the pipeline puts into items, what it counts, and what it must not lose."""

import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import ROOT, environment

pytest.importorskip("scrapy", reason="Scrapy is not installed: pip install detector[scrapy]")

from scrapy.exceptions import DropItem
from scrapy.settings import Settings
from scrapy.statscollectors import MemoryStatsCollector

from detector.classifier import save
from detector.document import Article, ContentType, Label, Report
from detector.errors import DetectorError
from detector.inference import Detector
from detector.integrations.scrapy import PRIORITY, DetectorAddon, DetectorPipeline, Options

PLAIN = "<html lang=en><h1>Harbour café reopens</h1><p>The café by the harbour opens again on Monday after a long winter."
PAGES: dict[str, tuple[str, bytes]] = {
    "/": (
        "text/html",
        b'<a href="/paid">Paid</a> <a href="/plain">Plain</a> <a href="/empty">Empty</a> <a href="/picture">Picture</a>',
    ),
    "/paid": ("text/html; charset=utf-8", (ROOT / "data" / "sample.html").read_bytes()),
    "/plain": ("text/html; charset=iso-8859-1", PLAIN.encode("latin-1")),
    "/empty": ("text/html", b"<html></html>"),
    "/picture": ("image/png", b"\x89PNG\r\n\x1a\n\0\0\0"),
}
KINDS = ("dict", "DataclassItem", "AttrsItem", "ScrapyItem")  # each with a field for the record


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        media_type, body = PAGES.get(self.path, ("text/plain", b""))
        self.send_response(200 if self.path in PAGES else 404)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()


@dataclass(frozen=True)
class Crawled:
    items: list[dict[str, Any]]
    stats: dict[str, Any]
    log: str

    def records(self) -> list[dict[str, Any]]:
        return [item["record"] for item in self.items if item["record"]]


def _crawl(server: str, folder: Path, **settings: object) -> Crawled:
    output = folder / "crawl.json"
    program = [sys.executable, str(ROOT / "tests" / "scrapy_crawl.py"), server, json.dumps(settings), str(output)]
    done = subprocess.run(program, env=environment(), capture_output=True, text=True, timeout=120, check=True)
    return Crawled(*json.loads(output.read_text()), done.stderr)


@pytest.fixture(scope="module")
def crawled(server: str, tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    return _crawl(server, tmp_path_factory.mktemp("crawl"))


def _expected(detector: Detector, server: str, path: str) -> dict[str, Any]:
    media_type, body = PAGES[path]
    text = body.decode("latin-1" if "8859" in media_type else "utf-8")
    return json.loads(json.dumps(detector.scan_html(text, id=server + path, url=server + path).to_dict()))


@pytest.mark.parametrize("path", ["/", "/paid", "/plain"])
def test_every_kind_of_item_gets_the_record_that_the_library_gives(crawled: Crawled, detector: Detector, server: str, path: str) -> None:
    items = [item for item in crawled.items if item["url"] == server + path and item["record"]]
    assert Counter(item["kind"] for item in items) == {**dict.fromkeys(KINDS, 1), "dict": 2}  # one of them with the Response itself
    assert all(item["record"] == _expected(detector, server, path) for item in items)


def test_a_page_that_fails_keeps_its_item_and_says_why(crawled: Crawled, server: str) -> None:
    empty = [item["record"] for item in crawled.items if item["url"] == f"{server}/empty" and item["record"]]
    assert len(empty) == len(KINDS) + 1
    assert all("it holds no text" in record["error"] and record["findings"] == [] for record in empty)
    (picture,) = [item["record"] for item in crawled.items if item["url"] == f"{server}/picture" and item["record"]]
    assert "a PNG image" in picture["error"]


def test_no_item_is_lost_and_items_without_a_page_are_left_alone(crawled: Crawled, server: str) -> None:
    assert Counter(item["url"] for item in crawled.items) == {f"{server}{path}": 2 if path == "/picture" else 7 for path in PAGES}
    without = [item for item in crawled.items if "status" in item["fields"]]
    assert [item["fields"] for item in without] == [["status", "url"]] * len(PAGES)


def test_the_stats_are_those_of_the_records(crawled: Crawled) -> None:
    ours = {key: value for key, value in crawled.stats.items() if key.startswith("detector/")}
    undeclared = [item["record"] for item in crawled.items if item["kind"] == "DataclassItem"]  # the same pages again
    records = crawled.records() + undeclared
    expected = Counter({"detector/pages": len(records), "detector/not_stored": len(undeclared)})
    for record in records:
        expected["detector/failed"] += record["error"] is not None
        expected["detector/paid_articles"] += sum(a["type"] == "paid_promotion" for a in record["articles"])
        expected.update(f"detector/findings/{finding['label']}" for finding in record["findings"])
    assert ours == +expected


def test_an_item_class_without_the_field_is_named_once_in_the_log(crawled: Crawled) -> None:
    assert crawled.log.count("cannot take field 'detector'") == 1
    assert [item for item in crawled.items if item["kind"] == "UndeclaredItem" and item["record"]] == []


def test_settings_choose_the_model_and_drop_the_pages_that_it_finds_paid(server: str, tmp_path: Path, detector: Detector) -> None:
    eager = replace(detector.model, name="eager", thresholds={**detector.model.thresholds, "paid_promotion": 0.0})
    save(eager, tmp_path / "eager.safetensors")
    records = {server + path: _expected(Detector(eager), server, path) for path in ("/", "/paid", "/plain")}
    paid = {url for url, record in records.items() if any(a["type"] == "paid_promotion" for a in record["articles"])}
    assert paid
    crawled = _crawl(server, tmp_path, DETECTOR_MODEL=str(tmp_path / "eager.safetensors"), DETECTOR_DROP_PAID=True)
    assert {record["model"] for record in crawled.records()} == {"eager"}
    kept = Counter(item["url"] for item in crawled.items if "html" in item["fields"])
    assert kept == {f"{server}{path}": 1 if path == "/picture" else 6 for path in PAGES if server + path not in paid}


def _pipeline(detector: Detector, **settings: object) -> DetectorPipeline:
    read = Settings(settings)
    return DetectorPipeline(detector, Options.from_settings(read), MemoryStatsCollector(SimpleNamespace(settings=read)))


class _Fixed(Detector):
    """Reports the same for every page."""

    def __init__(self, detector: Detector, report: Report) -> None:
        super().__init__(detector.model)
        self.report = report

    def pipe(self, pages: Any, **_: Any) -> Any:
        return [self.report for _ in pages]


@pytest.mark.parametrize(
    ("settings", "labels", "least"),
    [
        ({"DETECTOR_LABELS": "advice_disclaimer,no_conflict"}, {"advice_disclaimer", "no_conflict"}, 0),
        ({"DETECTOR_MIN_SCORE": "0.9"}, set(Label), 0.9),
    ],
)
def test_the_record_keeps_the_findings_asked_for(detector: Detector, settings: dict[str, str], labels: set[str], least: float) -> None:
    html = PAGES["/paid"][1]
    item = _pipeline(detector, DETECTOR_OUTPUT_FIELD="found", **settings).process_item({"url": "u", "html": html})
    whole = detector.scan_html(html, id="u", url="u").to_dict()["findings"]
    assert item["found"]["findings"] == [f for f in whole if f["label"] in labels and f["score"] >= least]


def test_html_is_preferred_to_text_and_text_stands_in_for_it(detector: Detector) -> None:
    pipeline = _pipeline(detector, DETECTOR_HTML_FIELD="body", DETECTOR_TEXT_FIELD="article")
    both = pipeline.process_item({"body": "<p>From markup</p>", "article": "From text"})
    text = pipeline.process_item({"body": None, "article": "From text"})
    assert (both["detector"], text["detector"]) == (
        detector.scan_html("<p>From markup</p>", id="item 1").to_dict(),
        detector.scan("From text", id="item 2").to_dict(),
    )


def test_a_bug_in_scanning_costs_no_item(detector: Detector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detector.inference.score", lambda *_: 1 / 0)
    pipeline = _pipeline(detector)
    item = pipeline.process_item({"url": "u", "text": "A sentence."}, spider=None)
    assert item["detector"]["error"].startswith("u: scanning failed (ZeroDivisionError")
    assert pipeline.stats.get_value("detector/failed") == 1


def test_only_paid_pages_are_dropped(detector: Detector) -> None:
    pipeline = _pipeline(_Fixed(detector, Report("u")), DETECTOR_DROP_PAID=True)
    assert pipeline.process_item({"text": "A sentence."})["detector"] == Report("u").to_dict()
    paid = Report("u", articles=(Article(0, 11, ContentType.PAID_PROMOTION, 0.9, "A sentence."),))
    with pytest.raises(DropItem):
        _pipeline(_Fixed(detector, paid), DETECTOR_DROP_PAID=True).process_item({"text": "A sentence."})


def test_a_label_that_there_is_not_is_refused() -> None:
    with pytest.raises(DetectorError, match="no label advertising; name some of sponsorship_disclosure"):
        Options.from_settings(Settings({"DETECTOR_LABELS": "advertising"}))


def test_the_add_on_leaves_a_pipeline_that_the_project_placed() -> None:
    settings, placed = Settings(), Settings({"ITEM_PIPELINES": {"detector.integrations.scrapy.DetectorPipeline": 7}})
    DetectorAddon().update_settings(settings)
    DetectorAddon().update_settings(placed)
    assert settings.getdict("ITEM_PIPELINES") == {DetectorPipeline: PRIORITY}
    assert list(placed.getdict("ITEM_PIPELINES").values()) == [7]


def test_one_field_for_text_and_html_is_refused() -> None:
    with pytest.raises(DetectorError, match="DETECTOR_HTML_FIELD: 'text' is DETECTOR_TEXT_FIELD too"):
        Options.from_settings(Settings({"DETECTOR_HTML_FIELD": "text"}))

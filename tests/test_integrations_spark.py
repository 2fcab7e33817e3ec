"""Real Spark, in threads and with executors of their own: its rows are the library's reports."""

import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import ROOT, environment

pytest.importorskip("pyspark", reason="PySpark is not installed: pip install detector[spark]")
pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install detector[spark]")
pytest.importorskip("pandas", reason="pandas, which mapInArrow asks for, is not installed: pip install detector[spark]")
if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
    pytest.skip("Spark needs Java 17, which is not on this machine", allow_module_level=True)

from pyspark import cloudpickle
from pyspark.sql import Row, SparkSession

from detector.document import Page
from detector.errors import DetectorError, ModelError
from detector.inference import Detector
from detector.integrations import spark as integration
from detector.integrations.spark import SCHEMA, scan_dataframe, scan_warcs
from detector.pages import Fields, read_pages
from detector.writers.names import Rows
from detector.writers.parquet import parquet

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

KILLER = "This page kills whoever reads it."
SAMPLE = (ROOT / "data" / "sample.html").read_text()
TEXTS = (
    "Sponsored content\n\nThis article was paid for by Acme Corp.",
    "Der Autor hält Aktien der besprochenen Unternehmen.\n\nDies ist keine Anlageberatung.",
    "The café by the harbour opens again on Monday after a long winter.",
    "",
    None,
)

# Every Python worker begins with this: how else would a page kill one?
SITE = f"""
import os
from detector.inference import Detector
scan = Detector.scan_document
Detector.scan_document = lambda self, document: os._exit(9) if {KILLER!r} in document.text else scan(self, document)
"""


@pytest.fixture(scope="module", params=["local[2,2]", "local-cluster[2,1,1024]"])  # threads and tries; executors
def session(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    site = tmp_path_factory.mktemp("site")
    (site / "sitecustomize.py").write_text(SITE)
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master(request.param).appName("tests")
    for key, value in {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.sql.warehouse.dir": str(site),
        "spark.executorEnv.PYTHONPATH": os.pathsep.join([str(site), str(ROOT)]),
        "spark.executor.memory": "1024m",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "7",
    }.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


def _record(row: Row) -> dict[str, Any]:
    """Return a row as the record that `Report.to_dict` gives."""
    record = row.asDict(recursive=True)
    for finding in record["findings"] or ():
        owner = finding.pop("article_type")
        assert owner == (None if finding["article"] is None else record["articles"][finding["article"]]["type"])
        finding["details"] = json.loads(finding["details"] or "{}")
    return {key: record[key] for key in ("id", "url", "lang", "model", "date", "articles", "findings", "error")}


def _expected(detector: Detector, pages: Any) -> list[dict[str, Any]]:
    return [json.loads(json.dumps(report.to_dict())) for report in detector.pipe(pages)]


def _texts(session: SparkSession) -> "DataFrame":
    rows = [(n, f"https://blatt.example/{n}", TEXTS[n % len(TEXTS)], [n]) for n in range(40)]
    return session.createDataFrame(rows, "number long, address string, body string, other array<int>").repartition(3, "number")


def test_rows_are_what_pipe_reports_and_kept_columns_stay_beside_them(session: SparkSession, detector: Detector) -> None:
    found = scan_dataframe(_texts(session), text="body", id="number", url="address", keep=("other", "body"))
    rows = sorted(found.collect(), key=lambda row: int(row.id))
    assert found.columns == [*SCHEMA.names, "other", "body"]
    assert [(int(row.id), row.body) for row in rows] == [(n, TEXTS[n % len(TEXTS)]) for n in range(40)]
    assert all(row.other == [int(row.id)] for row in rows)
    whole = [row for row in rows if row.error is None]
    assert [_record(row) for row in whole] == _expected(
        detector, [Page(row.id, row.body, url=f"https://blatt.example/{row.id}") for row in whole]
    )
    assert {row.body for row in rows if row.error is not None} == {"", None}


def test_html_is_read_from_strings_and_bytes(session: SparkSession, detector: Detector) -> None:
    expected = _expected(detector, [Page("sample", SAMPLE, html=True)])
    assert expected[0]["findings"]
    for content, kind in ((SAMPLE, "string"), (SAMPLE.encode(), "binary")):
        df = session.createDataFrame([("sample", content)], f"id string, page {kind}")
        assert [_record(row) for row in scan_dataframe(df, html="page").collect()] == expected


def test_without_the_third_level_rows_are_those_of_the_fast_detector(session: SparkSession, detector: Detector) -> None:
    fast = _expected(Detector.load(fast=True), [Page("sample", SAMPLE, html=True)])
    assert fast != _expected(detector, [Page("sample", SAMPLE, html=True)])
    df = session.createDataFrame([("sample", SAMPLE)], "id string, page string")
    assert [_record(row) for row in scan_dataframe(df, html="page", fast=True).collect()] == fast


def test_nothing_is_shuffled(session: SparkSession, capsys: pytest.CaptureFixture[str]) -> None:
    scan_dataframe(session.range(10).selectExpr("id", "'Sponsored by Acme.' text"), text="text").explain()
    plan = capsys.readouterr().out
    assert "MapInArrow" in plan and "Exchange" not in plan


def _archive(path: Path, pages: dict[str, str]) -> Path:
    with gzip.open(path, "wb") as file:
        for name, page in pages.items():
            block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page.encode()
            head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{name}>\r\nWARC-Date: 2024-05-01T10:00:00Z\r\n"
            head += f"WARC-Target-URI: https://blatt.example/{name}\r\nContent-Type: application/http\r\n"
            head += f"Content-Length: {len(block)}\r\n\r\n"
            file.write(head.encode() + block + b"\r\n\r\n")
    return path


def test_archives_become_a_parquet_file_each_and_are_not_scanned_twice(session: SparkSession, detector: Detector, tmp_path: Path) -> None:
    one = _archive(tmp_path / "one.warc.gz", {f"a{n}": SAMPLE for n in range(3)})
    two = _archive(tmp_path / "two.warc.gz", {"b": "<p>Anzeige</p>", "c": "<br>"})
    missing, output = tmp_path / "missing.warc.gz", tmp_path / "out"
    scan_warcs(session, [str(one)], str(output))
    scan_warcs(session, [str(one), two.as_uri(), str(missing)], str(output), chunk=1)
    assert len(list(output.glob("*.parquet"))) == 3
    rows = session.read.parquet(str(output)).collect()
    for archive, name in ((one, str(one)), (two, two.as_uri())):
        of_archive = [_record(row) for row in rows if row.warc == name]
        assert of_archive == _expected(detector, read_pages([archive]))
    (failed,) = [row for row in rows if row.warc == str(missing)]
    assert failed.id == str(missing) and "cannot be read" in failed.error


def test_a_page_that_kills_its_worker_costs_its_row_only(session: SparkSession) -> None:
    pytest.importorskip("joblib", reason="the process that may die is joblib's: pip install detector[spark]")
    rows = [(str(n), KILLER if n == 5 else TEXTS[0]) for n in range(10)]
    df = session.createDataFrame(rows, "id string, text string").coalesce(1)
    errors = {row.id: row.error for row in scan_dataframe(df, text="text").collect()}
    assert list(errors) == [str(n) for n in range(10)]
    assert [id for id, error in errors.items() if error is not None] == ["5"]
    assert "its worker process died" in errors["5"]


def test_the_job_runs_from_the_command_line(tmp_path: Path, detector: Detector) -> None:
    _archive(tmp_path / "one.warc.gz", {"a": SAMPLE})
    with gzip.open(tmp_path / "paths.gz", "wt") as paths:
        paths.write("one.warc.gz\n\n")
    submitted = "--master local[2] --conf spark.ui.enabled=false --conf spark.driver.host=127.0.0.1 pyspark-shell"
    variables = {**environment(), "PYSPARK_PYTHON": sys.executable, "PYSPARK_SUBMIT_ARGS": submitted}
    job = [
        sys.executable,
        "-m",
        "detector.integrations.spark",
        "--paths",
        "paths.gz",
        "--prefix",
        f"{tmp_path}/",
        "--output",
        "out",
    ]
    subprocess.run(job, cwd=tmp_path, env=variables, check=True, capture_output=True, timeout=300)
    import pyarrow.parquet as pq

    (row,) = pq.read_table(tmp_path / "out").to_pylist()
    (expected,) = _expected(detector, read_pages([tmp_path / "one.warc.gz"]))
    assert row["warc"] == f"{tmp_path}/one.warc.gz"
    assert [f["text"] for f in row["findings"]] == [f["text"] for f in expected["findings"]]


def test_the_columns_are_those_of_the_parquet_that_the_command_writes(tmp_path: Path, detector: Detector) -> None:
    import pyarrow.parquet as pq
    from pyspark.sql.pandas.types import to_arrow_schema

    format = parquet(Rows.PAGES)
    (tmp_path / "lines").write_bytes(format.encode(detector.scan_html(SAMPLE), ""))
    assert format.convert is not None
    format.convert(tmp_path / "lines", tmp_path / "pages.parquet")
    assert str(pq.read_schema(tmp_path / "pages.parquet").to_string()) == str(to_arrow_schema(SCHEMA).to_string())


def test_a_task_carries_names_not_code_and_no_model() -> None:
    task = cloudpickle.dumps(partial(integration._scan_rows, Fields(), (), None))
    assert len(task) < 500


def test_calls_that_make_no_sense_are_refused_before_anything_runs() -> None:
    nothing: Any = None
    for content in ({}, {"text": "a", "html": "b"}):
        with pytest.raises(DetectorError, match="one of the two"):
            scan_dataframe(nothing, **content)
    with pytest.raises(DetectorError, match="its own columns lang"):
        scan_dataframe(nothing, text="text", keep=("lang",))
    with pytest.raises(ModelError, match="no such model file"):
        scan_dataframe(nothing, text="text", model="missing.safetensors")

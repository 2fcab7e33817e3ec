"""Parquet: a row for each finding and paid article, or for each page with its articles and findings; a failed page has a row
with `error`. The row of a paid article has no label, and its title as `text`.

A Parquet file cannot be continued once its writer is gone, so the rows are kept as JSON lines until the last page is there.
"""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from detector.document import ContentType, Finding, Report
from detector.errors import DetectorError
from detector.writers.format import Format
from detector.writers.jsonl import line_of
from detector.writers.names import Rows

if TYPE_CHECKING:
    import pyarrow as pa

ROW_GROUP = 10_000  # rows held at a time while the file is written
_PAGE = ("id", "url", "lang", "model", "date", "error")


def parquet(rows: Rows) -> Format:
    """Return the format; raises DetectorError where pyarrow is not installed, before anything is scanned."""
    if find_spec("pyarrow") is None:
        raise DetectorError("writing Parquet needs pyarrow, which is not installed; run `pip install detector[tables]`")
    return Format(f"parquet of {rows}", _encode_page if rows is Rows.PAGES else _encode_findings, convert=partial(_convert, rows))


def _encode_findings(report: Report, text: str) -> bytes:
    page = _page(report)
    paid = (_paid_article(report, index) for index, a in enumerate(report.articles) if a.type is ContentType.PAID_PROMOTION)
    rows = [{}] if report.error is not None else [*paid, *(_finding(report, f) for f in report.findings)]
    return b"".join(_line(page | row) for row in rows)


def _encode_page(report: Report, text: str) -> bytes:
    articles = [{"start": a.start, "end": a.end, "type": a.type, "score": a.score, "title": a.title} for a in report.articles]
    return _line(_page(report) | {"articles": articles, "findings": [_finding(report, f) for f in report.findings]})


def _page(report: Report) -> dict[str, Any]:
    return {name: getattr(report, name) for name in _PAGE}


def _paid_article(report: Report, index: int) -> dict[str, Any]:
    a = report.articles[index]
    place = {"start": a.start, "end": a.end, "score": a.score}
    return {"label": None, **place, "article": index, "article_type": a.type, "text": a.title, "details": None}


def _finding(report: Report, f: Finding) -> dict[str, Any]:
    owner = None if f.article is None else report.articles[f.article]
    return {
        "label": f.label,
        "start": f.start,
        "end": f.end,
        "score": f.score,
        "article": f.article,
        "article_type": None if owner is None else owner.type,
        "text": f.text,
        "details": line_of(f.details).decode().rstrip() if f.details else None,
    }


def _line(row: Mapping[str, Any]) -> bytes:
    """Encode a row; lone surrogates, which Parquet cannot hold, become question marks."""
    try:
        return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
    except orjson.JSONEncodeError:
        return json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _convert(rows: Rows, source: Path, target: Path) -> None:
    """Write the table whose rows are the lines of `source`."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    schema = _schema(rows)
    with source.open("rb") as lines, ParquetWriter(target, schema, compression="zstd") as writer:
        for group in _groups(lines):
            writer.write_table(pa.Table.from_pylist([orjson.loads(line) for line in group], schema))


def _groups(lines: Iterator[bytes]) -> Iterator[list[bytes]]:
    while group := list(islice(lines, ROW_GROUP)):
        yield group


def _schema(rows: Rows) -> "pa.Schema":
    import pyarrow as pa

    text, place, score = pa.string(), pa.int32(), pa.float64()
    page = [(name, text) for name in _PAGE]
    finding = [("label", text), ("start", place), ("end", place), ("score", score), ("article", place)]
    finding += [("article_type", text), ("text", text), ("details", text)]
    if rows is Rows.FINDINGS:
        return pa.schema(page + finding)
    article = [("start", place), ("end", place), ("type", text), ("score", score), ("title", text)]
    return pa.schema([*page, ("articles", pa.list_(pa.struct(article))), ("findings", pa.list_(pa.struct(finding)))])

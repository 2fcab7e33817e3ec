"""Dolma attributes: a line for each document, in the order of the documents, with the spans that each attribute marks.

A file of them belongs beside the documents that were scanned (`documents/x.jsonl.gz`, `attributes/detector/x.jsonl.gz`). Every
attribute stands in every line, empty where nothing was found, so that filters need no test for absence. Scan the documents' `text`:
spans of HTML point into the text drawn from it.
"""

from typing import Any

from detector.document import LABELS, ContentType, Report
from detector.writers.format import Format
from detector.writers.jsonl import line_of

_TYPES = (ContentType.PAID_PROMOTION, ContentType.PRESS_RELEASE)


def _encode(report: Report, text: str) -> bytes:
    spans: dict[str, list[list[Any]]] = {name: [] for name in (*LABELS, *_TYPES)}
    for f in report.findings:
        spans[f.label].append([f.start, f.end, f.score])
    for a in report.articles:
        if a.type in spans:
            spans[a.type].append([a.start, a.end, a.score])
    attributes: dict[str, Any] = {f"detector__{report.model}__{name}": found for name, found in spans.items()}
    record = {"id": report.id, "attributes": attributes}
    return line_of(record if report.error is None else {**record, "error": report.error})


DOLMA = Format("dolma", _encode)

"""JSON lines: the output record of each page (`Report.to_dict`)."""

import json
from collections.abc import Mapping
from typing import Any

import orjson

from detector.document import Report
from detector.writers.format import Format


def line_of(record: Mapping[str, Any]) -> bytes:
    """Encode a record and a newline; lone surrogates, which are no UTF-8, are escaped."""
    try:
        return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)
    except orjson.JSONEncodeError:
        return json.dumps(record, separators=(",", ":")).encode("ascii") + b"\n"


def _encode(report: Report, text: str) -> bytes:
    return line_of(report.to_dict())


JSONL = Format("jsonl", _encode)

"""Cleaned texts: JSON lines `{"id", "url", "text", "removed", "marked", "error"}`, or a folder with two files a page.

Spans are `{"start", "end", "labels"}` and point into the text as it was scanned. In a folder, `0000001-NAME.txt` is the first
page's text and `0000001-NAME.json` the record without it; numbers count the input's pages, since names may repeat.
"""

import json
import re
from functools import partial
from pathlib import Path
from typing import Any

from detector.cleaning import Actions, Cut, clean
from detector.document import Report
from detector.writers.format import Format
from detector.writers.jsonl import line_of

_NO_NAME = re.compile(r"[^\w.-]+")
NAME_LENGTH = 60


def cleaned(actions: Actions, *, folder: bool) -> Format:
    """Return the format of texts cleaned in one way."""
    chosen = {str(name): action for name, action in actions.items()}
    name = "cleaned, " + ", ".join(f"{action} {name}" for name, action in sorted(chosen.items()))
    return Format(name, partial(_encode, actions=chosen), convert=_to_folder if folder else None, folder=folder)


def _encode(report: Report, text: str, actions: Actions) -> bytes:
    record: dict[str, Any] = {"id": report.id, "url": report.url, "text": None, "removed": [], "marked": [], "error": report.error}
    if report.error is None:
        left = clean(text, report, actions)
        record |= {"text": left.text, "removed": _spans(left.removed), "marked": _spans(left.marked)}
    return line_of(record)


def _spans(cuts: tuple[Cut, ...]) -> list[dict[str, Any]]:
    return [{"start": cut.start, "end": cut.end, "labels": list(cut.labels)} for cut in cuts]


def _to_folder(source: Path, target: Path) -> None:
    """Write the files of the records in `source` into a folder that is still empty."""
    target.mkdir()
    with source.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            record = json.loads(line)
            name = f"{number:07}-{_NO_NAME.sub('-', record['id']).strip('-.')[-NAME_LENGTH:]}"
            text = record.pop("text")
            if text is not None:
                (target / f"{name}.txt").write_bytes(text.encode("utf-8", "replace"))
            (target / f"{name}.json").write_bytes(line_of(record))

"""W3C Web Annotations as JSON lines: one for each finding and each commercial article, and a comment for each failed page.

Two selectors name the same span: its position, in code points of the page's text, and its words with what stands around them, which
still finds it in a page whose text was drawn in another way. An id ends in the page's number in the input, since pages may repeat.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from detector.document import ContentType, Report
from detector.writers.format import Format
from detector.writers.jsonl import line_of

AROUND = 32  # code points of prefix and suffix
_ID = re.compile(rb'"id":"urn:uuid:[^"]+')
_URL = re.compile(r"[A-Za-z][\w+.-]*://|urn:", re.ASCII)
_SAFE = "/@!$&'()*+,;=~"
_CONTEXT = ["http://www.w3.org/ns/anno.jsonld", {"detector": "urn:x-detector:"}]


def _encode(report: Report, text: str) -> bytes:
    return b"".join(line_of(annotation) for annotation in _annotations(report, text))


def _numbered(part: bytes, number: int) -> bytes:
    return b"".join(_ID.sub(rb"\g<0>#%d" % number, line, count=1) for line in part.splitlines(keepends=True))


def _annotations(report: Report, text: str) -> Iterator[Mapping[str, Any]]:
    if report.error is not None:
        body = {"type": "TextualBody", "purpose": "commenting", "value": report.error}
        yield _annotation(report, "error", body, {"source": source_of(report)})
    for a in report.articles:
        if a.type is not ContentType.EDITORIAL:
            yield _classified(report, text, (a.start, a.end), str(a.type), a.score)
    for f in report.findings:
        yield _classified(report, text, (f.start, f.end), str(f.label), f.score)


def _classified(report: Report, text: str, span: tuple[int, int], name: str, score: float) -> Mapping[str, Any]:
    start, end = span
    quote = {"exact": text[start:end], "prefix": text[max(0, start - AROUND) : start], "suffix": text[end : end + AROUND]}
    selectors = [{"type": "TextPositionSelector", "start": start, "end": end}, {"type": "TextQuoteSelector", **quote}]
    body = {"type": "TextualBody", "purpose": "classifying", "value": name, "detector:score": score}
    return _annotation(report, f"{name}:{start}-{end}", body, {"source": source_of(report), "selector": selectors})


def _annotation(report: Report, place: str, body: Mapping[str, Any], target: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "@context": _CONTEXT,
        "id": uuid5(NAMESPACE_URL, f"{target['source']}#{place}".encode("utf-8", "replace").decode()).urn,
        "type": "Annotation",
        "motivation": body["purpose"],
        "generator": {"type": "Software", "name": f"detector {report.model}"},
        "body": body,
        "target": target,
    }


def source_of(report: Report) -> str:
    """Return the page's address, or where it has none its id, as an IRI reference.

    In a file's name "%", "#" and "?" mean nothing, nor does ":", or `pages.jsonl:3` would be of the scheme `pages.jsonl`.
    """
    address = report.url or report.id
    return quote(address, safe=_SAFE + ":?#[]%" if report.url or _URL.match(address) else _SAFE, errors="replace")


WEBANNOTATION = Format("webannotation", _encode, numbered=_numbered)

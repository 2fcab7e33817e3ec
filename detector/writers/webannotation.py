"""W3C Web Annotations as JSON lines: one for each finding and each commercial article.

Two selectors name the same span: its position, in code points of the page's text, and its words with what stands around them, which
still finds it in a page whose text was drawn in another way.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from detector.document import ContentType, Report
from detector.writers.format import Format
from detector.writers.jsonl import line_of

AROUND = 32  # code points of prefix and suffix
_CONTEXT = ["http://www.w3.org/ns/anno.jsonld", {"detector": "urn:x-detector:"}]


def _encode(report: Report, text: str) -> bytes:
    return b"".join(line_of(annotation) for annotation in _annotations(report, text))


def _annotations(report: Report, text: str) -> Iterator[Mapping[str, Any]]:
    for a in report.articles:
        if a.type is not ContentType.EDITORIAL:
            yield _annotation(report, text, (a.start, a.end), str(a.type), a.score)
    for f in report.findings:
        yield _annotation(report, text, (f.start, f.end), str(f.label), f.score)


def _annotation(report: Report, text: str, span: tuple[int, int], name: str, score: float) -> Mapping[str, Any]:
    start, end = span
    source = source_of(report)
    return {
        "@context": _CONTEXT,
        "id": uuid5(NAMESPACE_URL, f"{source}#{name}:{start}-{end}".encode("utf-8", "replace").decode()).urn,
        "type": "Annotation",
        "motivation": "classifying",
        "generator": {"type": "Software", "name": f"detector {report.model}"},
        "body": {"type": "TextualBody", "purpose": "classifying", "value": name, "detector:score": score},
        "target": {
            "source": source,
            "selector": [
                {"type": "TextPositionSelector", "start": start, "end": end},
                {
                    "type": "TextQuoteSelector",
                    "exact": text[start:end],
                    "prefix": text[max(0, start - AROUND) : start],
                    "suffix": text[end : end + AROUND],
                },
            ],
        },
    }


def source_of(report: Report) -> str:
    """Return the page's address, or where it has none its id, as an IRI reference."""
    return quote(report.url or report.id, safe="/:?#[]@!$&'()*+,;=%~", errors="replace")


WEBANNOTATION = Format("webannotation", _encode)

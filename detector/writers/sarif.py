"""SARIF 2.1.0, which code review and CI tools show: one run, a result for each finding, commercial article and failed page.

Regions count code points of the page's text (`columnKind`); for HTML, of the text drawn from it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from detector.document import ContentType, Label, Report
from detector.writers.format import Format
from detector.writers.jsonl import line_of
from detector.writers.webannotation import source_of

UNREADABLE = "unreadable_input"
_RULES = {
    ContentType.PAID_PROMOTION: "Somebody with a commercial interest paid for this article, commissioned or placed it.",
    ContentType.PRESS_RELEASE: "A company's, agency's or institution's own release.",
    Label.SPONSORSHIP_DISCLOSURE: "The content was paid for, commissioned, sponsored or supplied by a commercial partner.",
    Label.AFFILIATE_DISCLOSURE: "Links may earn the publisher or the author a commission.",
    Label.CONFLICT_OF_INTEREST: "Author, publisher or a related person has an interest in what is written about.",
    Label.NO_CONFLICT: "Such an interest is denied.",
    Label.ADVICE_DISCLAIMER: "The text is no advice, no recommendation and no offer.",
    Label.CONTENT_DISCLAIMER: "Publisher or author limits responsibility for the content.",
    Label.FORWARD_LOOKING: "Caution about forward-looking statements.",
    Label.FUNDING_ACKNOWLEDGEMENT: "A grant, foundation, donor or the readers support the work.",
    Label.PRESS_RELEASE_MARKER: "Marks the text as a distributed release.",
    UNREADABLE: "The input could not be read or scanned.",
}
_LEVELS = {ContentType.PAID_PROMOTION: "warning", UNREADABLE: "error"}  # all others: note
_INDEX = {str(name): i for i, name in enumerate(_RULES)}


def _encode(report: Report, text: str) -> bytes:
    return b",\n".join(line_of(result).rstrip(b"\n") for result in _results(report, text))


def _results(report: Report, text: str) -> Iterator[Mapping[str, Any]]:
    where: dict[str, Any] = {"artifactLocation": {"uri": source_of(report)}}
    if report.error is not None:
        yield _result(UNREADABLE, report.error, where)
    for a in report.articles:
        if a.type is not ContentType.EDITORIAL:
            place = where | {"region": {"charOffset": a.start, "charLength": a.end - a.start}}
            yield _result(a.type, a.title or text[a.start : a.end][:160], place) | {"rank": _rank(a.score)}
    for f in report.findings:
        place = where | {"region": {"charOffset": f.start, "charLength": f.end - f.start, "snippet": {"text": f.text}}}
        properties = {"article": f.article, "details": dict(f.details)}
        yield _result(f.label, f.text, place) | {"rank": _rank(f.score), "properties": properties}


def _result(rule: str, message: str, place: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "ruleId": rule,
        "ruleIndex": _INDEX[rule],
        "level": _LEVELS.get(rule, "note"),
        "message": {"text": message},
        "locations": [{"physicalLocation": place}],
    }


def _rank(score: float) -> float:
    return round(100 * score, 2)


def _head() -> bytes:
    rules = [
        {"id": name, "shortDescription": {"text": text}, "defaultConfiguration": {"level": _LEVELS.get(name, "note")}}
        for name, text in _RULES.items()
    ]
    run = {"tool": {"driver": {"name": "detector", "rules": rules}}, "columnKind": "unicodeCodePoints", "results": []}
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return line_of(log).removesuffix(b"]}]}\n") + b"\n"


SARIF = Format("sarif", _encode, head=_head(), between=b",\n", foot=b"\n]}]}\n")

"""Clean a page's text: remove its paid articles, or remove or mark other spans, and leave every other character as it was."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from detector.document import ContentType, Report


class Action(StrEnum):
    """What becomes of a span."""

    KEEP = "keep"
    MARK = "mark"
    REMOVE = "remove"


Actions: TypeAlias = Mapping[str, Action]  # by label or content type; what is not named is kept

REMOVE_PAID: Actions = MappingProxyType({ContentType.PAID_PROMOTION: Action.REMOVE})
OPEN, CLOSE = "⟦{}⟧", "⟦/{}⟧"  # around what is marked; brackets that pages do not use


@dataclass(frozen=True, slots=True)
class Cut:
    """A span of the original text, and the labels or content types that it was cut or marked for."""

    start: int
    end: int
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What is left of a text; `removed` do not overlap, `marked` may."""

    text: str
    removed: tuple[Cut, ...]
    marked: tuple[Cut, ...]


def clean(text: str, report: Report, actions: Actions = REMOVE_PAID) -> Cleaned:
    """Return a document's text without the spans to remove, and with marks around those to mark.

    Without the marks, and with the removed spans put back at their offsets, it is `text` again. A span inside a removed one goes
    with it.
    """
    spans = [(a.start, a.end, str(a.type)) for a in report.articles] + [(f.start, f.end, str(f.label)) for f in report.findings]
    spans.sort(key=lambda span: (span[0], -span[1], span[2]))
    removed = _merged(span for span in spans if actions.get(span[2]) is Action.REMOVE)
    starts = [cut.start for cut in removed]
    marked = []
    for start, end, name in spans:
        before = bisect_right(starts, start)  # the cuts do not overlap: only the last of these may reach `end`
        if actions.get(name) is Action.MARK and (not before or removed[before - 1].end < end):
            marked.append(Cut(start, end, (name,)))
    return Cleaned("".join(_pieces(text, removed, marked)), tuple(removed), tuple(marked))


def _merged(spans: Iterable[tuple[int, int, str]]) -> list[Cut]:
    """Return the spans, which are in order, with those that overlap or touch made one."""
    cuts: list[Cut] = []
    for start, end, name in spans:
        if cuts and start <= cuts[-1].end:
            last = cuts[-1]
            cuts[-1] = Cut(last.start, max(last.end, end), tuple(dict.fromkeys((*last.labels, name))))
        else:
            cuts.append(Cut(start, end, (name,)))
    return cuts


def _pieces(text: str, removed: list[Cut], marked: list[Cut]) -> Iterator[str]:
    """Yield the kept text between marks and cuts, and the marks."""
    cuts = [(cut.start, 2, cut.end) for cut in removed]
    events: list[tuple[int, int, str | int]] = sorted([*cuts, *_marks(marked)], key=lambda event: event[:2])
    at = 0
    for position, _, what in events:
        yield text[at:position]
        at = max(at, position)
        if isinstance(what, str):
            yield what
        else:
            at = what
    yield text[at:]


def _marks(marked: list[Cut]) -> Iterator[tuple[int, int, str]]:
    """Yield where each mark stands, closing ones before opening ones at the same place; the longer of two spans opens first."""
    for cut in reversed(marked):
        yield cut.end, 0, CLOSE.format(cut.labels[0])
    for cut in marked:
        yield cut.start, 1, OPEN.format(cut.labels[0])

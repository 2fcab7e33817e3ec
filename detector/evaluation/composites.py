"""Score paid spans on pages of several articles: by characters, and span by span."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from detector.corpus import Example
from detector.document import ContentType, Report
from detector.evaluation.counts import Counts, counts_of
from detector.overlap import MATCH, Span, common, intersection_over_union, length


@dataclass(frozen=True, slots=True)
class CompositeScores:
    """How well paid articles are cut out of pages."""

    pages: int
    right: int  # pages on which every paid span was found, and no other
    characters: Counts
    layouts: Mapping[str, Counts]  # spans

    @property
    def spans(self) -> Counts:
        """The spans of all layouts."""
        return sum(self.layouts.values(), Counts())

    def to_dict(self) -> dict[str, Any]:
        """Return plain records."""
        return {
            "pages": self.pages,
            "right": self.right,
            "characters": self.characters.to_dict(),
            "spans": self.spans.to_dict(),
            "layouts": counts_of(self.layouts),
        }

    def to_text(self) -> str:
        """Return a table."""
        lines = [f"{'paid characters':26} {self.characters.to_text()}", f"{'paid spans':26} {self.spans.to_text()}"]
        lines += [f"  layout {layout:17} {counts.to_text()}" for layout, counts in self.layouts.items()]
        return "\n".join([*lines, f"pages all right: {self.right} of {self.pages}"])


def score_composites(pages: Sequence[tuple[Example, Report]]) -> CompositeScores:
    """Score pages of several articles with their reports."""
    right, characters = 0, Counts()
    spans: dict[str, Counts] = {}
    for example, report in pages:
        gold = [(start, end) for start, end, kind in example.articles if kind is ContentType.PAID_PROMOTION]
        predicted = [(article.start, article.end) for article in report.paid]
        hits = sum(common(predicted, start, end) for start, end in gold)
        characters += Counts(hits, length(predicted) - hits, sum(end - start for start, end in gold) - hits)
        matched = _matched(gold, predicted)
        right += matched == len(gold) == len(predicted)
        layout = example.layout or "other"
        spans[layout] = spans.get(layout, Counts()) + Counts(matched, len(predicted) - matched, len(gold) - matched)
    return CompositeScores(len(pages), right, characters, dict(sorted(spans.items())))


def _matched(gold: Sequence[Span], predicted: Sequence[Span]) -> int:
    """Return how many gold spans have a predicted span of their own, each taking the one most alike that is left."""
    left, hits = list(predicted), 0
    for span in gold:
        best = max(left, key=lambda other: intersection_over_union(span, other), default=None)
        if best is not None and intersection_over_union(span, best) >= MATCH:
            left.remove(best)
            hits += 1
    return hits

"""Score content types on documents that are one article."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from detector.document import CONTENT_TYPES, ContentType, Report
from detector.evaluation.counts import PLACES, Counts, counts_of
from detector.evaluation.scans import Scan


@dataclass(frozen=True, slots=True)
class ArticleScores:
    """How well whole documents are told apart."""

    documents: int
    types: Mapping[str, Counts]
    editorial_called_paid: float  # share of the editorial documents

    def to_dict(self) -> dict[str, Any]:
        """Return plain records."""
        return {
            "documents": self.documents,
            "editorial_called_paid": round(self.editorial_called_paid, PLACES),
            "types": counts_of(self.types),
        }

    def to_text(self) -> str:
        """Return a table."""
        lines = [f"{name:26} {counts.to_text()}" for name, counts in self.types.items()]
        return "\n".join([*lines, f"editorial called paid: {100 * self.editorial_called_paid:.1f} %   {self.documents} documents"])


def score_articles(scans: Sequence[Scan]) -> ArticleScores:
    """Score the scans of documents that are one article each; the predicted type is the one that covers most characters."""
    pairs = Counter((scan.example.articles[0][2], main_type(scan.report)) for scan in scans)
    editorial = sum(n for (gold, _), n in pairs.items() if gold is ContentType.EDITORIAL)
    called_paid = pairs[ContentType.EDITORIAL, ContentType.PAID_PROMOTION]
    return ArticleScores(
        len(scans), {str(kind): _counts(pairs, kind) for kind in CONTENT_TYPES}, called_paid / editorial if editorial else 0.0
    )


def main_type(report: Report) -> ContentType | None:
    """Return the type that covers most characters of a page, of equals the earlier; None where there is no article."""
    covered: Counter[ContentType] = Counter()
    for article in report.articles:
        covered[article.type] += article.end - article.start
    return covered.most_common(1)[0][0] if covered else None


def _counts(pairs: Mapping[tuple[ContentType, ContentType | None], int], kind: ContentType) -> Counts:
    fp = sum(n for (gold, predicted), n in pairs.items() if predicted is kind and gold is not kind)
    fn = sum(n for (gold, predicted), n in pairs.items() if gold is kind and predicted is not kind)
    return Counts(pairs.get((kind, kind), 0), fp, fn)

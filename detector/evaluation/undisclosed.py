"""Ask whether paid articles are known without their disclosures: cut every such sentence out, and scan again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.document import ContentType
from detector.evaluation.counts import PLACES
from detector.evaluation.scans import Scan, scan
from detector.inference import Detector
from detector.overlap import remainder

PRECISION = 0.95


@dataclass(frozen=True, slots=True)
class UndisclosedScores:
    """Best recall of paid documents at PRECISION, all single-article documents without their disclosures.

    The threshold is chosen on the same documents, so the recall is what the ranking allows, not what a fixed threshold would give.
    """

    documents: int
    paid: int
    recall: float
    threshold: float  # 1 where no threshold has the precision

    def to_dict(self) -> dict[str, Any]:
        """Return plain records."""
        shares = {"recall": round(self.recall, PLACES), "threshold": round(self.threshold, PLACES)}
        return {"documents": self.documents, "paid": self.paid} | shares

    def to_text(self) -> str:
        """Return one line."""
        found = f"recall {self.recall:.3f} at precision {PRECISION} (threshold {self.threshold:.3f})"
        return f"{found}   {self.paid} paid of {self.documents} documents"


def score_undisclosed(detector: Detector, scans: Sequence[Scan]) -> UndisclosedScores:
    """Score documents that are one article each, with the sentences cut out that disclose by gold or by prediction."""
    scores = np.array([scan(detector, replace(s.example, text=undisclosed(s))).paid for s in scans])
    gold = np.array([s.example.articles[0][2] is ContentType.PAID_PROMOTION for s in scans])
    recall, threshold = recall_at(PRECISION, scores, gold)
    return UndisclosedScores(len(scans), int(gold.sum()), recall, threshold)


def undisclosed(scan: Scan) -> str:
    """Return a document's text without the sentences that carry a label, gold or predicted."""
    gold = [(start, end) for start, end, _ in scan.example.findings]
    return remainder(scan.example.text, [*gold, *((f.start, f.end) for f in scan.report.findings)])


def recall_at(precision: float, scores: NDArray[np.float64], gold: NDArray[np.bool_]) -> tuple[float, float]:
    """Return the highest recall of any threshold with at least some precision, and that threshold."""
    order = np.argsort(-scores, kind="stable")
    sorted_scores, hits = scores[order], np.cumsum(gold[order])
    ends = np.flatnonzero(np.append(sorted_scores[1:] != sorted_scores[:-1], [True] if len(scores) else []))
    kept = [i for i in ends.tolist() if hits[i] and hits[i] / (i + 1) >= precision]
    if not kept:
        return 0.0, 1.0
    return float(hits[kept[-1]] / gold.sum()), float(sorted_scores[kept[-1]])

"""Count decisions that change when the same page is written differently (metamorphic checks; no gold labels needed)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.blocks import extract_document
from detector.corpus import Example
from detector.document import Passages, Report
from detector.errors import PageError
from detector.evaluation.counts import PLACES
from detector.evaluation.decisions import predicted_labels
from detector.evaluation.scans import page_of
from detector.evaluation.variants import Variant, variants_of
from detector.inference import Detector
from detector.passages import split_passages


@dataclass(frozen=True, slots=True)
class Flips:
    """How many (sentence, label) decisions one transformation changed.

    Nearly all decisions are that a sentence does not carry a label, so that `flip_rate` is small for any model; `lost_rate` and
    `gained_rate`, per decision that a sentence does, are the ones to look at.
    """

    documents: int = 0  # to which the transformation applies
    decisions: int = 0
    found: int = 0  # decisions of the original that a sentence carries a label
    lost: int = 0  # of these, gone
    gained: int = 0

    @property
    def flip_rate(self) -> float:
        """Share of all decisions that changed."""
        return (self.lost + self.gained) / self.decisions if self.decisions else 0.0

    @property
    def lost_rate(self) -> float:
        """Labels lost per label of the original."""
        return self.lost / self.found if self.found else 0.0

    @property
    def gained_rate(self) -> float:
        """Labels gained per label of the original."""
        return self.gained / self.found if self.found else 0.0

    def __add__(self, other: "Flips") -> "Flips":
        return Flips(
            self.documents + other.documents,
            self.decisions + other.decisions,
            self.found + other.found,
            self.lost + other.lost,
            self.gained + other.gained,
        )


@dataclass(frozen=True, slots=True)
class Stability:
    """Flips by transformation."""

    model: str
    flips: dict[str, Flips]

    def to_dict(self) -> dict[str, Any]:
        """Return plain records."""
        return {
            "model": self.model,
            "stability": {
                name: {
                    "documents": flips.documents,
                    "decisions": flips.decisions,
                    "found": flips.found,
                    "flip_rate": round(flips.flip_rate, PLACES + 2),
                    "lost_rate": round(flips.lost_rate, PLACES),
                    "gained_rate": round(flips.gained_rate, PLACES),
                }
                for name, flips in self.flips.items()
            },
        }

    def to_text(self) -> str:
        """Return a table."""
        lines = [f"{'':28} {'flips':>8} {'lost':>7} {'gained':>7} {'found':>7} {'decisions':>10} {'documents':>10}"]
        lines += [
            f"{name:28} {100 * f.flip_rate:6.3f} % {100 * f.lost_rate:5.1f} % {100 * f.gained_rate:5.1f} % {f.found:7} "
            f"{f.decisions:10} {f.documents:10}"
            for name, f in self.flips.items()
        ]
        return "\n".join(lines)


def stability(detector: Detector, examples: Sequence[Example]) -> Stability:
    """Scan each example and all its variants, and count the decisions that differ; examples that hold no text are left out."""
    flips: dict[str, Flips] = {}
    for example in examples:
        try:
            document = extract_document(page_of(example))
        except PageError:
            continue
        report, passages = detector.scan_document(document), split_passages(document)
        for name, variant in variants_of(document, report).items():
            changed = Flips() if variant is None else _flips(detector, report, passages, variant)
            flips[name] = flips.get(name, Flips()) + changed
    return Stability(detector.model.name, flips)


def _flips(detector: Detector, report: Report, passages: Passages, variant: Variant) -> Flips:
    """Compare the decisions on each sentence with those on the place it moved to; sentences that are gone do not count.

    Sentences that stand in one sentence of the variant, such as a heading joined to its paragraph, count as one that carries what
    any of them carries.
    """
    document = extract_document(variant.page)
    places = variant.moved[np.stack([passages.starts, passages.ends], 1)]
    kept = places[:, 0] < places[:, 1]
    places, units = places[kept], np.stack([passages.starts, passages.ends], 1)[kept].astype(np.int64)
    homes = np.searchsorted(split_passages(document).starts, places.sum(1) // 2, "right")
    firsts = np.flatnonzero(np.diff(homes, prepend=-1))
    before = np.logical_or.reduceat(_labels(report, units), firsts)
    after = np.logical_or.reduceat(_labels(detector.scan_document(document), places), firsts)
    return Flips(1, before.size, int(before.sum()), int((before & ~after).sum()), int((~before & after).sum()))


def _labels(report: Report, places: NDArray[np.int64]) -> NDArray[np.bool_]:
    return predicted_labels(((f.start, f.end, f.label) for f in report.findings), [(s, e) for s, e in places.tolist()])

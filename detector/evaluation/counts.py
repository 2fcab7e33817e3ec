"""Count hits, false alarms and misses; precision, recall and F1 follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

PLACES = 4  # digits of a reported share


@dataclass(frozen=True, slots=True)
class Counts:
    """True positives, false positives and false negatives; a share of nothing is 0."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    @classmethod
    def of(cls, gold: NDArray[np.bool_], predicted: NDArray[np.bool_]) -> Self:
        """Count decisions of any shape."""
        return cls(int((gold & predicted).sum()), int((~gold & predicted).sum()), int((gold & ~predicted).sum()))

    @property
    def precision(self) -> float:
        """Share of what was predicted that is right."""
        return self.tp / (self.tp + self.fp) if self.tp else 0.0

    @property
    def recall(self) -> float:
        """Share of what is right that was predicted."""
        return self.tp / (self.tp + self.fn) if self.tp else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.tp / (2 * self.tp + self.fp + self.fn) if self.tp else 0.0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    def to_dict(self) -> dict[str, float]:
        """Return shares and counts by name."""
        shares = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {name: round(share, PLACES) for name, share in shares.items()} | {"tp": self.tp, "fp": self.fp, "fn": self.fn}

    def to_text(self) -> str:
        """Return shares and counts in columns."""
        return f"P {self.precision:.3f} R {self.recall:.3f} F1 {self.f1:.3f}   tp {self.tp} fp {self.fp} fn {self.fn}"


def counts_of(counts: Mapping[str, Counts]) -> dict[str, dict[str, float]]:
    """Return counts by name as plain records."""
    return {name: c.to_dict() for name, c in counts.items()}

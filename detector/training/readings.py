"""Fit the levels above the second: how what was said before and each reader are joined, on the sentences that are then in doubt."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from detector.classifier import Reading, log_odds
from detector.document import LABELS
from detector.features.excerpt import excerpts
from detector.reader import Reader
from detector.scoring import DOUBTS, Doubt
from detector.training.prepare import Prepared
from detector.training.sentences import Level

STRENGTH = 1.0  # LogisticRegression's C
# Sentences with a label from which it has weights of its own; a rarer one has those that fit all labels together. Dev, hard micro, macro
# in ten folds of its sites, drawn twice: 20 .838, .796 and .835, .791; 100 .839, .799 and .838, .798; 200 .835, .792 and .836, .797.
ENOUGH = 100


def fit_readings(tuning: Sequence[tuple[Prepared, Level]], readers: Sequence[Reader]) -> tuple[Reading, ...]:
    """Return the readings that fit documents best, one after the other; each document comes with a level that has not seen its site.

    Nor should the readers have seen them: what they have seen they are trusted too much on.
    """
    readings: tuple[Reading, ...] = ()
    for reader, doubt in zip(readers, DOUBTS, strict=False):
        readings += (_fit(tuning, readings, reader, doubt),)
    return readings


def _fit(tuning: Sequence[tuple[Prepared, Level]], before: tuple[Reading, ...], reader: Reader, doubt: Doubt) -> Reading:
    """Return a reading; where the documents hold no label at all, all keep what was said before."""
    nothing = np.zeros((0, len(LABELS)), np.float32)
    said, read, targets, counted = [nothing], [nothing], [nothing > 0], [np.zeros(0)]
    for d, level in tuning:
        if not reader.reads(d.document.lang):
            continue
        _, candidates, probabilities = level.scored(d, before)
        rows = doubt.rows(probabilities)
        rows = rows[d.read[candidates[rows]]]
        said.append(log_odds(probabilities[rows]))
        read.append(reader.logits(excerpts(d.document, d.passages, candidates[rows].tolist())))
        targets.append(d.targets[candidates[rows]])
        counted.append(np.full(len(rows), d.example.weight))
    inputs, gold, counts = np.stack([np.concatenate(said), np.concatenate(read)], 2), np.concatenate(targets), np.concatenate(counted)
    weights, bias = np.zeros((2, len(LABELS)), np.float32), np.zeros(len(LABELS), np.float32)
    weights[0] = 1
    if gold.any() and not gold.all():
        weights.T[:], bias[:] = _joined(inputs.reshape(-1, 2), gold.ravel(), counts.repeat(len(LABELS)))
    for k in np.flatnonzero((gold.sum(0) >= ENOUGH) & ~gold.all(0)):
        weights[:, k], bias[k] = _joined(inputs[:, k], gold[:, k], counts)
    return Reading(reader, weights, bias)


def _joined(inputs: NDArray[np.float32], gold: NDArray[np.bool_], counts: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Return the weights of what was said before and of what the reader says, and a bias."""
    fitted = LogisticRegression(C=STRENGTH, max_iter=500).fit(inputs, gold, sample_weight=counts)
    return fitted.coef_[0], fitted.intercept_[0]

"""Fit the levels above the second: how what was said before and each reader are joined, on the sentences that are then in doubt."""

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from detector.classifier import Reading, log_odds
from detector.document import LABELS
from detector.features.excerpt import excerpts
from detector.reader import Reader
from detector.scoring import DOUBTS, Doubt
from detector.training.prepare import Prepared
from detector.training.sentences import Level

STRENGTH = 1.0  # LogisticRegression's C


def fit_readings(tuning: Sequence[tuple[Prepared, Level]], readers: Sequence[Reader]) -> tuple[Reading, ...]:
    """Return the readings that fit documents best, one after the other; each document comes with a level that has not seen its site.

    Nor should the readers have seen them: what they have seen they are trusted too much on.
    """
    readings: tuple[Reading, ...] = ()
    for reader, doubt in zip(readers, DOUBTS, strict=False):
        readings += (_fit(tuning, readings, reader, doubt),)
    return readings


def _fit(tuning: Sequence[tuple[Prepared, Level]], before: tuple[Reading, ...], reader: Reader, doubt: Doubt) -> Reading:
    """Return a reading; a label that the documents do not tell from others keeps what was said before."""
    nothing = np.zeros((0, len(LABELS)), np.float32)
    said, read, targets = [nothing], [nothing], [nothing > 0]
    for d, level in tuning:
        if not reader.reads(d.document.lang):
            continue
        _, candidates, probabilities = level.scored(d, before)
        rows = doubt.rows(probabilities)
        rows = rows[d.read[candidates[rows]]]
        said.append(log_odds(probabilities[rows]))
        read.append(reader.logits(excerpts(d.document, d.passages, candidates[rows].tolist())))
        targets.append(d.targets[candidates[rows]])
    inputs, gold = np.stack([np.concatenate(said), np.concatenate(read)], 2), np.concatenate(targets)
    weights, bias = np.zeros((2, len(LABELS)), np.float32), np.zeros(len(LABELS), np.float32)
    weights[0] = 1
    for k in np.flatnonzero(gold.any(0) & ~gold.all(0)):
        fitted = LogisticRegression(C=STRENGTH, max_iter=500).fit(inputs[:, k], gold[:, k])
        weights[:, k], bias[k] = fitted.coef_[0], fitted.intercept_[0]
    return Reading(reader, weights, bias)

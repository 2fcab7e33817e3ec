"""Fit the third level: how the second level and the reader are joined, on the sentences that leave the second level in doubt."""

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from detector.classifier import Third, log_odds
from detector.document import LABELS
from detector.features.excerpt import excerpts
from detector.reader import Reader
from detector.scoring import doubtful
from detector.training.prepare import Prepared
from detector.training.sentences import Level

STRENGTH = 1.0  # LogisticRegression's C


def fit_third(tuning: Sequence[tuple[Prepared, Level]], reader: Reader) -> Third:
    """Return the third level that fits documents best; each comes with a level that has not seen its site.

    Nor should the reader have seen them: what it has seen it is trusted too much on. A label that the documents do not tell from
    others keeps what the second level says.
    """
    nothing = np.zeros((0, len(LABELS)), np.float32)
    said, read, targets = [nothing], [nothing], [nothing > 0]
    for d, level in tuning:
        _, candidates, probabilities = level.scored(d)
        rows = doubtful(probabilities)
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
    return Third(reader, weights, bias)

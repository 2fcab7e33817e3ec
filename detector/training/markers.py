"""Fit how a release marker is weighed against the article that it stands in."""

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from detector.classifier import MARKER, Markers, Model, log_odds
from detector.scoring import articles_of, editorial_of
from detector.training.prepare import Prepared
from detector.training.sentences import Level


def fit_markers(model: Model, tuning: Sequence[tuple[Prepared, Level]]) -> Markers | None:
    """Return the weights that fit documents best, each with a level that has not seen its site; None where no sentence tells them."""
    inputs, gold, counted = [np.zeros((0, 2), np.float32)], [np.zeros(0, np.bool_)], [np.zeros(0)]
    for d, level in tuning:
        first, candidates, probabilities = level.scored(d, model.readings)
        spans, types = articles_of(d.document, d.passages, model, first, (candidates, probabilities))
        read = d.read[candidates]
        editorial = editorial_of(d.passages, candidates, spans, types)
        inputs.append(np.stack([log_odds(probabilities[:, MARKER]), editorial], 1)[read])
        gold.append(d.targets[candidates[read], MARKER])
        counted.append(np.full(read.sum(), d.example.weight))
    target = np.concatenate(gold)
    if not target.any() or target.all():
        return None
    fitted = LogisticRegression(max_iter=500).fit(np.concatenate(inputs), target, sample_weight=np.concatenate(counted))
    return Markers(fitted.coef_[0].astype(np.float32), fitted.intercept_.astype(np.float32))

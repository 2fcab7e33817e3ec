"""Compare what a probability promises with what is observed."""

import numpy as np
from numpy.typing import NDArray

BINS = 10


def calibration_error(probabilities: NDArray[np.float32], gold: NDArray[np.bool_]) -> float:
    """Return the expected calibration error of one label, shapes (sentences,).

    Sentences are sorted by probability and cut into BINS of equal size; the error is the mean distance between a bin's mean
    probability and its share of gold, weighted by size.
    """
    if not len(gold):
        return 0.0
    order = np.argsort(probabilities, kind="stable")
    bins = np.array_split(order, BINS)
    gaps = [abs(float(probabilities[b].mean(dtype=np.float64)) - float(gold[b].mean())) * len(b) for b in bins if len(b)]
    return sum(gaps) / len(gold)

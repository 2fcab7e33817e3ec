"""Between probabilities and spans: findings from scored sentences, and training targets from gold spans."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from detector.document import LABELS, ContentType, Label, Passages

COVER = 0.5  # share of the shorter of the two that a gold span and a sentence must have in common


def thresholded(
    probabilities: NDArray[np.float32], rows: NDArray[np.intp], passages: Passages, thresholds: Mapping[str, float]
) -> list[tuple[Label, int, int, float]]:
    """Return (label, start, end, score) of every scored sentence and label at or above the label's threshold, in text order."""
    limits = np.array([thresholds[label] for label in LABELS], np.float32)
    hits = np.argwhere(probabilities >= limits)
    return [
        (LABELS[column], int(passages.starts[rows[row]]), int(passages.ends[rows[row]]), float(probabilities[row, column]))
        for row, column in hits.tolist()
    ]


def content_type_of(probabilities: Sequence[float], thresholds: Mapping[str, float]) -> ContentType:
    """Return paid promotion where it is hardly editorial and paid rather than a release, else a release where that outweighs editorial.

    The first is where editorial stays below its threshold; the others are where the share of each of the two reaches its own.
    """
    editorial, paid, release = probabilities
    if editorial < thresholds[ContentType.EDITORIAL] and paid >= thresholds[ContentType.PAID_PROMOTION] * (paid + release):
        return ContentType.PAID_PROMOTION
    is_release = release >= thresholds[ContentType.PRESS_RELEASE] * (editorial + release)
    return ContentType.PRESS_RELEASE if is_release else ContentType.EDITORIAL


def targets_of(passages: Passages, spans: Iterable[tuple[int, int, Label]]) -> NDArray[np.bool_]:
    """Return which passages carry which label, shape (passages, labels)."""
    targets = np.zeros((len(passages), len(LABELS)), np.bool_)
    for start, end, label in spans:
        targets[covered(passages, start, end), LABELS.index(label)] = True
    return targets


def covered(passages: Passages, start: int, end: int) -> NDArray[np.intp]:
    """Return the passages that share enough of themselves, or of the span, with a span."""
    first = int(np.searchsorted(passages.ends, start, "right"))
    last = int(np.searchsorted(passages.starts, end, "left"))
    rows = np.arange(first, last)
    common = np.minimum(passages.ends[rows], end) - np.maximum(passages.starts[rows], start)
    enough = common >= COVER * np.minimum(passages.ends[rows] - passages.starts[rows], end - start)
    return np.asarray(rows[enough], np.intp)

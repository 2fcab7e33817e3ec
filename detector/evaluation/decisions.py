"""Lay gold and predicted labels of the sentences that were read side by side.

The unit is the span that somebody read. A label is predicted for it when findings of that label cover at least half of its
characters. A document that was read whole (layer "natural") may hold sentences that had been picked by doubt before: those stand
twice in `Example.read`, and count in both layers. A read span of several lines, or of the whole text, is a stretch: its passages
are the units.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.corpus import Example
from detector.document import LABELS, Label, Passages
from detector.evaluation.scans import Scan
from detector.overlap import Span, union
from detector.spans import covered, targets_of

LAYERS = ("sentences", "natural")  # picked by doubt; whole pages as they come


@dataclass(frozen=True, slots=True)
class Decisions:
    """One row a read sentence."""

    gold: NDArray[np.bool_]  # (sentences, labels)
    predicted: NDArray[np.bool_]  # (sentences, labels)
    probabilities: NDArray[np.float32]  # (sentences, labels)
    sites: tuple[str, ...]
    langs: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.sites)


def decide(scans: Sequence[Scan], layer: str) -> Decisions:
    """Return the decisions on every sentence of a layer."""
    gold, predicted, probabilities = [], [], []
    sites: list[str] = []
    langs: list[str] = []
    for scan in scans:
        units = units_of(scan.example, scan.passages, layer)
        if not units:
            continue
        gold.append(targets_of(_passages(units), scan.example.findings))
        predicted.append(predicted_labels(((f.start, f.end, f.label) for f in scan.report.findings), units))
        probabilities.append(_probabilities(scan, units))
        sites += [scan.example.site] * len(units)
        langs += [scan.example.lang] * len(units)
    none = np.zeros((0, len(LABELS)), np.bool_)
    return Decisions(
        np.concatenate([none, *gold]),
        np.concatenate([none, *predicted]),
        np.concatenate([none.astype(np.float32), *probabilities]),
        tuple(sites),
        tuple(langs),
    )


def units_of(example: Example, passages: Passages, layer: str) -> list[Span]:
    """Return the sentences of an example that count in a layer, in text order."""
    if layer == "natural" and example.layer != "natural":
        return []
    stretches = [span for span in example.read if _is_stretch(example.text, span)]
    times = Counter(span for span in example.read if span not in stretches)
    if layer == "sentences" and example.layer == "natural":
        return sorted(span for span, n in times.items() if n > 1 or _inside(span, stretches))
    pieces = {_piece(passages, i) for start, end in stretches for i in covered(passages, start, end).tolist()}
    return sorted(pieces.union(span for span in times if not _inside(span, stretches)))


def predicted_labels(findings: Iterable[tuple[int, int, Label]], units: Sequence[Span]) -> NDArray[np.bool_]:
    """Return which labels cover at least half of which units, shape (units, labels)."""
    lengths = np.array([end - start for start, end in units])
    return np.asarray(2 * shared(findings, units) >= lengths[:, None])


def shared(findings: Iterable[tuple[int, int, Label]], units: Sequence[Span]) -> NDArray[np.int64]:
    """Return how many characters of each unit stand in spans of each label, shape (units, labels)."""
    spans: dict[Label, list[Span]] = {}
    for start, end, label in findings:
        spans.setdefault(label, []).append((start, end))
    starts, ends = np.array(units, np.int64).reshape(-1, 2).T
    counts = np.zeros((len(units), len(LABELS)), np.int64)
    for label, found in spans.items():
        for start, end in union(found):
            counts[:, LABELS.index(label)] += np.maximum(np.minimum(ends, end) - np.maximum(starts, start), 0)
    return counts


def _probabilities(scan: Scan, units: Sequence[Span]) -> NDArray[np.float32]:
    """Return for each unit the highest probability of its passages."""
    rows = np.zeros((len(units), len(LABELS)), np.float32)
    for row, (start, end) in zip(rows, units, strict=True):
        row[:] = scan.probabilities[covered(scan.passages, start, end)].max(0, initial=0.0)
    return rows


def _passages(units: Sequence[Span]) -> Passages:
    starts, ends = np.array(units, np.int32).T
    return Passages(starts, ends, np.zeros(len(units), np.int32))


def _is_stretch(text: str, span: Span) -> bool:
    return "\n" in text[slice(*span)] or span == (0, len(text))


def _piece(passages: Passages, i: int) -> Span:
    return int(passages.starts[i]), int(passages.ends[i])


def _inside(span: Span, stretches: Sequence[Span]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in stretches)

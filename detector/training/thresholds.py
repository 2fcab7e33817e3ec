"""Set the thresholds: those of titles and page chrome are tuned on pages, those of labels and content types are fixed.

Pages are cut just as `scoring` does it. The probabilities of labels and types are calibrated, and tuned one by one their thresholds fit the
sites they were tuned on, which are few.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from detector.articles import Span
from detector.classifier import MARKER, Model
from detector.document import LABELS, ContentType
from detector.overlap import MATCH, intersection_over_union
from detector.scoring import cut, cuts_of
from detector.training import articles
from detector.training.prepare import Prepared
from detector.training.sentences import Level

# Dev, tuned on half of the sites and measured on the others, hard micro / macro and whole pages: by label .80 / .73 and .79; 0.35 for all
# .819 / .757 and .783; 0.4 .821 / .757 and .808; 0.45 .819 / .755 and .842.
LABEL_THRESHOLD = 0.45
# Most findings on ordinary pages are release markers, and of those judged wrong half lay below 0.6. Dev, hard micro and whole pages: 0.45
# .831 and .828; 0.5 .830 and .833; 0.55 .829 and .839; 0.6 .826 and .829.
MARKER_THRESHOLD = 0.55
TYPE_THRESHOLDS = {
    # Most of a paid article that may look editorial. Dev, paid spans: 0.05 and 0.07 .945, 0.1 .940, 0.15 .886; unlabelled pages called
    # paid: 0.07 1.1 %, 0.1 2.3 %; folds over train sites, paid articles found: .58, .62, .66.
    ContentType.EDITORIAL: 0.07,
    # Share of a paid article in what is not editorial. F1 of paid articles in folds and on dev: 0.25 .702, .958; 0.35 .713, .951; 0.45
    # .721, .943.
    ContentType.PAID_PROMOTION: 0.35,
    # Share of a release in what is not paid; F1 of releases in that at 0.5, 0.6, 0.7: folds over train sites .878, .892, .905, weighted as
    # in training .942, .933, .923; the project's own articles .949, .946, .924; dev, which has 16 releases, .933, .857, .857.
    ContentType.PRESS_RELEASE: 0.6,
}
GRID = tuple(float(x) for x in np.round(np.arange(0.05, 1.0, 0.05), 2))


def tuned(model: Model, pages: Sequence[Prepared]) -> Model:
    """Return the model with its thresholds; `pages` hold several articles each."""
    labels = {**dict.fromkeys(map(str, LABELS), LABEL_THRESHOLD), str(LABELS[MARKER]): MARKER_THRESHOLD}
    types = {str(kind): threshold for kind, threshold in TYPE_THRESHOLDS.items()}
    return replace(model, thresholds={**labels, **_outline_thresholds(model, pages), **types})


def best_threshold(gold: NDArray[np.bool_], scores: NDArray[np.float32]) -> float:
    """Return the threshold with the highest F1, the lowest of equals.

    It lies midway between the last score above and the first below; 0.5 where nothing is gold.
    """
    if not gold.any():
        return 0.5
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(gold[order])
    f1 = 2 * hits / (np.arange(1, len(gold) + 1) + gold.sum())
    ranked = scores[order]
    last_of_ties = np.append(ranked[1:] < ranked[:-1], True)
    best = int(np.flatnonzero(last_of_ties & (f1 >= f1[last_of_ties].max()))[-1])
    below = ranked[best + 1] if best + 1 < len(gold) else ranked[best]
    return float(np.clip((ranked[best] + below) / 2, 0.02, 0.98))


def _outline_thresholds(model: Model, pages: Sequence[Prepared]) -> dict[str, float]:
    level = Level(model.words, model.rich, model.gate, model.sentences)
    rows = articles.outline_rows(pages, level)
    chrome_at = best_threshold(rows.chrome[:, 0], model.chrome.probabilities(rows.blocks)[:, 0])
    counts = np.zeros((len(GRID), 3))
    for d in pages:
        first, candidates, probabilities = level.scored(d, model.readings)
        cuts = cuts_of(d.document, d.passages, model, first)
        gold = [(start, end) for start, end, _ in d.example.articles]
        for i, title_at in enumerate(GRID):
            spans = cut(d.document, d.passages, cuts, (candidates, probabilities), (title_at, chrome_at))
            counts[i] += _matches(gold, [_characters(d, span) for span in spans])
    return {"title": GRID[int(np.argmax(_f1(counts)))], "chrome": chrome_at}


def _characters(d: Prepared, span: Span) -> tuple[int, int]:
    return d.document.blocks.starts[span[0]], d.document.blocks.ends[span[1] - 1]


def _matches(gold: Sequence[tuple[int, int]], said: Sequence[tuple[int, int]]) -> tuple[int, int, int]:
    """Return how many gold spans are found (intersection over union at least MATCH), how many are said, how many there are."""
    return sum(any(intersection_over_union(g, s) >= MATCH for s in said) for g in gold), len(said), len(gold)


def _f1(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return F1 from hits, said and gold in the last axis."""
    return np.asarray(2 * counts[..., 0] / np.maximum(counts[..., 1] + counts[..., 2], 1))

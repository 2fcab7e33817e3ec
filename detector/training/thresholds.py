"""Tune the thresholds: titles for F1 by article, content types for macro-F1 and paid spans with few false alarms.

Pages are cut, and boilerplate is joined, just as `scoring` does it. The labels' probabilities are calibrated, so one threshold does for
all but release markers: tuned label by label they fit the sites they were tuned on (LABEL_THRESHOLD).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from detector.articles import Span
from detector.classifier import MARKER, Model
from detector.document import CONTENT_TYPES, LABELS, ContentType
from detector.overlap import MATCH, intersection_over_union
from detector.scoring import articles_of, cut, cuts_of
from detector.spans import content_type_of
from detector.training import articles
from detector.training.prepare import Prepared
from detector.training.sentences import Level

TIE = 0.02  # of the settings' values: about three articles or spans of dev, whose pages show an article up to three times
FINE_TIE = 0.005  # of those of one editorial threshold: less than one article
MAX_FALSE_PAID = 0.02  # share of editorial articles that may be called paid
# Dev, tuned on half of the sites and measured on the others, hard micro / macro and whole pages: by label .80 / .73 and .79; 0.35 for all
# .819 / .757 and .783; 0.4 .821 / .757 and .808; 0.45 .819 / .755 and .842.
LABEL_THRESHOLD = 0.45
# Most findings on ordinary pages are release markers, and of those judged wrong half lay below 0.6. Dev, hard micro and whole pages: 0.45
# .831 and .828; 0.5 .830 and .833; 0.55 .829 and .839; 0.6 .826 and .829.
MARKER_THRESHOLD = 0.55
# Share of a release in what is not paid. Folds over train sites, F1 of releases: 0.5 .883, 0.6 .890, 0.7 .904, 0.8 .901; dev, which has
# 16 of them: 0.5 .933, 0.6 .897, 0.7 .815.
RELEASE_THRESHOLD = 0.7
GRID = tuple(float(x) for x in np.round(np.arange(0.05, 1.0, 0.05), 2))
EDITORIAL_GRID = 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5  # most a paid article may look editorial

PAID = ContentType.PAID_PROMOTION

Tuning = Sequence[tuple[Prepared, Level]]
TypedArticles = list[tuple[tuple[int, int], list[float]]]  # (start, end) in code points, probabilities of CONTENT_TYPES


def tuned(model: Model, tuning: Tuning, pages: Sequence[Prepared]) -> Model:
    """Return the model with its thresholds; each tuning document comes with a level that has not seen its site.

    `pages` hold several articles each.
    """
    labels = {**dict.fromkeys(map(str, LABELS), LABEL_THRESHOLD), str(LABELS[MARKER]): MARKER_THRESHOLD}
    outline = {**labels, **_outline_thresholds(model, pages)}
    cutting = replace(model, thresholds=outline, fast_thresholds=outline)
    fast = {**outline, **_type_thresholds(cutting.fast(), tuning, pages)} if model.readings else None
    return replace(model, thresholds={**outline, **_type_thresholds(cutting, tuning, pages)}, fast_thresholds=fast)


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


def _type_thresholds(model: Model, tuning: Tuning, pages: Sequence[Prepared]) -> dict[str, float]:
    """Return the thresholds of the content types that serve single articles and pages best among those that keep MAX_FALSE_PAID.

    Single articles count by macro-F1, the type being the one that covers most characters, less the share of editorial ones called paid;
    pages by the F1 of their paid spans. Of settings as good within TIE the one that asks most of an editorial article: what is not
    editorial for sure is looked at; of these the one that asks most of a paid article, within FINE_TIE. Releases have RELEASE_THRESHOLD.
    """
    kept = [(d, level) for d, level in tuning if d.example.is_single]
    gold = np.array([CONTENT_TYPES.index(d.example.articles[0][2]) for d, _ in kept])
    found = [_typed_articles(model, d, level) for d, level in kept]
    level = Level(model.words, model.rich, model.gate, model.sentences)
    on_pages = [(_paid(d), _typed_articles(model, d, level)) for d in pages]
    fixed = {str(ContentType.PRESS_RELEASE): RELEASE_THRESHOLD}
    values = np.zeros((len(EDITORIAL_GRID), len(GRID)))
    for i, editorial in enumerate(EDITORIAL_GRID):
        for j, paid in enumerate(GRID):
            limits = {str(ContentType.EDITORIAL): editorial, str(PAID): paid, **fixed}
            said = np.array([_main_type(spans, limits) for spans in found])
            false_paid = (said[gold == 0] == CONTENT_TYPES.index(PAID)).mean() if (gold == 0).any() else 0.0
            counts = np.array([_matches(g, [s for s, p in spans if content_type_of(p, limits) is PAID]) for g, spans in on_pages])
            value = _macro_f1(gold, said) - false_paid + _f1(counts.sum(0))
            values[i, j] = value if false_paid <= MAX_FALSE_PAID else -false_paid
    editorial_at = np.flatnonzero(values.max(1) >= values.max() - TIE)[-1]
    paid_at = np.flatnonzero(values[editorial_at] >= values[editorial_at].max() - FINE_TIE)[-1]
    return {str(ContentType.EDITORIAL): EDITORIAL_GRID[editorial_at], str(PAID): GRID[paid_at], **fixed}


def _paid(d: Prepared) -> list[tuple[int, int]]:
    return [(start, end) for start, end, kind in d.example.articles if kind is PAID]


def _typed_articles(model: Model, d: Prepared, level: Level) -> TypedArticles:
    """Cut a document, and return the probabilities of the content types of each article."""
    first, candidates, probabilities = level.scored(d, model.readings)
    spans, types = articles_of(d.document, d.passages, model, first, (candidates, probabilities))
    return [(_characters(d, span), article) for span, article in zip(spans, types.tolist(), strict=True)]


def _main_type(spans: TypedArticles, limits: Mapping[str, float]) -> int:
    """Return the index of the content type that covers most characters."""
    covered = [0] * len(CONTENT_TYPES)
    for (start, end), probabilities in spans:
        covered[CONTENT_TYPES.index(content_type_of(probabilities, limits))] += end - start
    return int(np.argmax(covered))


def _macro_f1(gold: NDArray[np.intp], said: NDArray[np.intp]) -> float:
    kinds = range(len(CONTENT_TYPES))
    return float(np.mean([2 * ((gold == k) & (said == k)).sum() / max((gold == k).sum() + (said == k).sum(), 1) for k in kinds]))

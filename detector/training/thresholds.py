"""Tune the thresholds: labels for F1 by sentence, titles for F2 by article, content types for macro-F1 with few false alarms.

A missed title joins two articles under one verdict, a false one costs little (boilerplate is joined again): hence F2.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from detector.articles import split_articles
from detector.classifier import PROSE, Model
from detector.document import CONTENT_TYPES, LABELS, ContentType
from detector.features.outline import block_rows, title_rows
from detector.scoring import FirstLevel, article_rows, reread, sketch
from detector.spans import content_type_of
from detector.training import articles
from detector.training.prepare import Prepared
from detector.training.sentences import Level

MAX_FALSE_PAID = 0.02  # share of editorial articles that may be called paid
GRID = tuple(float(x) for x in np.round(np.arange(0.05, 1.0, 0.05), 2))

Tuning = Sequence[tuple[Prepared, Level]]


def tuned(model: Model, tuning: Tuning, pages: Sequence[Prepared]) -> Model:
    """Return the model with its thresholds; each tuning document comes with a level that has not seen its site."""
    outline = _outline_thresholds(model, pages)
    fast = {**outline, **_sentence_thresholds(model.fast(), tuning)} if model.third is not None else None
    return replace(model, thresholds={**outline, **_sentence_thresholds(model, tuning)}, fast_thresholds=fast)


def _sentence_thresholds(model: Model, tuning: Tuning) -> dict[str, float]:
    return {**_label_thresholds(model, tuning), **_type_thresholds(model, tuning)}


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


def _label_thresholds(model: Model, tuning: Tuning) -> dict[str, float]:
    scores, targets = [], []
    for d, level in tuning:
        if not d.read.any():
            continue
        _, candidates, probabilities = _scored(model, d, level)
        every = np.zeros((len(d.passages), len(LABELS)), np.float32)
        every[candidates] = probabilities
        scores.append(every[d.read])
        targets.append(d.targets[d.read])
    found, gold = np.concatenate(scores), np.concatenate(targets)
    return {str(label): best_threshold(gold[:, k], found[:, k]) for k, label in enumerate(LABELS)}


def _outline_thresholds(model: Model, pages: Sequence[Prepared]) -> dict[str, float]:
    level = Level(model.words, model.rich)
    rows = articles.outline_rows(pages, level)
    chrome_at = best_threshold(rows.chrome[:, 0], model.chrome.probabilities(rows.blocks)[:, 0])
    counts = np.zeros((len(GRID), 3))
    for d in articles.outlined(pages):
        outline = sketch(d.document, d.passages, level.first(d), model.words)
        titles, features = title_rows(d.document, outline)
        opening = model.titles.probabilities(features)[:, 0]
        chrome = model.chrome.probabilities(block_rows(d.document, outline))[:, 0]
        gold = [(start, end) for start, end, _ in d.example.articles]
        for i, title_at in enumerate(GRID):
            spans = split_articles(d.document, titles, opening, chrome, (title_at, chrome_at))
            found = [(d.document.blocks.starts[a], d.document.blocks.ends[b - 1]) for a, b in spans]
            counts[i] += (sum(any(_overlap(g, f) >= 0.5 for f in found) for g in gold), len(found), len(gold))
    f2 = 5 * counts[:, 0] / np.maximum(counts[:, 1] + 4 * counts[:, 2], 1)
    return {"title": GRID[int(np.argmax(f2))], "chrome": chrome_at}


def _overlap(a: tuple[int, int], b: tuple[int, int]) -> float:
    """Return the intersection of two spans over their union."""
    common = max(0, min(a[1], b[1]) - max(a[0], b[0]))
    return common / (max(a[1], b[1]) - min(a[0], b[0]))


def _type_thresholds(model: Model, tuning: Tuning) -> dict[str, float]:
    """Return the thresholds of the content types with the best macro-F1 among those that keep MAX_FALSE_PAID."""
    kept = [(d, level) for d, level in tuning if len(d.example.articles) == 1 and d.example.layer != "composites"]
    gold = np.array([CONTENT_TYPES.index(d.example.articles[0][2]) for d, _ in kept])
    found = [_type_probabilities(model, d, level).tolist() for d, level in kept]
    values = np.zeros((len(GRID), len(GRID)))
    for i, editorial in enumerate(GRID):
        for j, paid in enumerate(GRID):
            limits = {str(ContentType.EDITORIAL): editorial, str(ContentType.PAID_PROMOTION): paid}
            said = np.array([CONTENT_TYPES.index(content_type_of(p, limits)) for p in found])
            false_paid = (said[gold == 0] == CONTENT_TYPES.index(ContentType.PAID_PROMOTION)).mean() if (gold == 0).any() else 0.0
            values[i, j] = _macro_f1(gold, said) if false_paid <= MAX_FALSE_PAID else -1
    editorial, paid = (GRID[k] for k in np.unravel_index(np.argmax(values), values.shape))
    return {str(ContentType.EDITORIAL): editorial, str(ContentType.PAID_PROMOTION): paid}


def _macro_f1(gold: NDArray[np.intp], said: NDArray[np.intp]) -> float:
    kinds = range(len(CONTENT_TYPES))
    return float(np.mean([2 * ((gold == k) & (said == k)).sum() / max((gold == k).sum() + (said == k).sum(), 1) for k in kinds]))


def _type_probabilities(model: Model, d: Prepared, level: Level) -> NDArray[np.float32]:
    first, candidates, probabilities = _scored(model, d, level)
    rows = article_rows(d.passages, [(0, len(d.document.blocks))], candidates, probabilities, first.words[:, PROSE])
    return np.asarray(model.types.probabilities(rows)[0])


def _scored(model: Model, d: Prepared, level: Level) -> tuple[FirstLevel, NDArray[np.intp], NDArray[np.float32]]:
    """Return what `Level.scored` does, the sentences in doubt read again where the model has a third level."""
    first, candidates, probabilities = level.scored(d)
    if model.third is not None:
        probabilities = reread(d.document, d.passages, model.third, candidates, probabilities)
    return first, candidates, probabilities

"""Fit the article layer: what opens an article, what is page chrome, and what else tells of an article's content type."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.classifier import Network, Prose
from detector.document import Landmark
from detector.features.outline import BODY_LENGTH, block_rows, title_rows
from detector.scoring import article_rows, sketch
from detector.training import tables
from detector.training.networks import calibrated, fit_network, fold_twins
from detector.training.prepare import Prepared
from detector.training.prose import site_weights, type_targets, typed
from detector.training.sentences import Level

CHROME_SENTENCES = 60  # a page
# Dev, average precision of titles: 15 epochs .966 to .977, 30 .982, 60 .984. With a twin a fold that would take ten minutes more.
TITLE_EPOCHS = 60

Array = NDArray[np.float32]
Rows = NDArray[np.intp]


def outlined(documents: Sequence[Prepared]) -> list[Prepared]:
    """Return the pages whose articles are all known."""
    return [d for d in documents if d.example.is_page]


def chrome_columns(documents: Sequence[Prepared], idf: Array) -> tuple[Array, Array]:
    """Fit how page chrome reads, on what stands outside all articles, and on landmarks where there is markup."""
    random = np.random.default_rng(3)
    pages, chosen, targets = [], [], []
    for d in documents:
        known = _chrome_sentences(d)
        rows = np.flatnonzero(known >= 0)
        if len(rows) == 0:
            continue
        rows = np.sort(random.choice(rows, min(len(rows), CHROME_SENTENCES), replace=False))
        pages.append(d)
        chosen.append(rows)
        targets.append(known[rows] == 1)
    if not pages:
        return np.zeros((len(idf), 1), np.float32), np.zeros(1, np.float32)
    words, _ = tables.counts(pages, chosen, rich=False)
    target = np.concatenate(targets)[:, None]
    return tables.fit_columns(tables.weighted(words, idf), target, np.ones(len(target)))


def _chrome_sentences(d: Prepared) -> NDArray[np.int8]:
    """Return for each sentence 1 where it is chrome, 0 where it is not, -1 where nobody knows."""
    known = np.full(len(d.passages), -1, np.int8)
    if d.document.blocks.landmarks is not None:
        landmarks = np.array(d.document.blocks.landmarks)[d.passages.blocks]
        lengths = (np.array(d.document.blocks.ends) - np.array(d.document.blocks.starts))[d.passages.blocks]
        known[np.isin(landmarks, (Landmark.NAV, Landmark.FOOTER, Landmark.HEADER)) & (lengths < BODY_LENGTH)] = 1
        known[np.isin(landmarks, (Landmark.MAIN, Landmark.ARTICLE)) & (lengths >= BODY_LENGTH)] = 0
    elif d.example.is_page:
        known[:] = 1
        for start, end, _ in d.example.articles:
            known[(d.passages.starts >= start) & (d.passages.ends <= end)] = 0
    return known


@dataclass(frozen=True, slots=True)
class OutlineRows:
    """Features and truth of the blocks of some pages."""

    titles: Array
    opens: NDArray[np.bool_]  # (titles, 1)
    title_folds: Rows
    blocks: Array
    chrome: NDArray[np.bool_]  # (blocks, 1)
    block_folds: Rows


def outline_rows(documents: Sequence[Prepared], level: Level) -> OutlineRows:
    """Return what is known of the blocks of outlined pages."""
    titles, opens, title_folds, blocks, chrome, block_folds = [], [], [], [], [], []
    for d in outlined(documents):
        outline = sketch(d.document, d.passages, level.first(d), level.words)
        candidates, rows = title_rows(d.document, outline)
        starts, ends = np.array(d.document.blocks.starts), np.array(d.document.blocks.ends)
        inside = np.any([(starts >= s) & (ends <= e) for s, e, _ in d.example.articles] or [np.zeros(len(starts), bool)], 0)
        titles.append(rows)
        opens.append(np.isin(starts[candidates], [s for s, _, _ in d.example.articles]))
        title_folds.append(np.full(len(candidates), d.fold))
        blocks.append(block_rows(d.document, outline))
        chrome.append(~inside)
        block_folds.append(np.full(len(starts), d.fold))
    return OutlineRows(
        np.concatenate(titles),
        np.concatenate(opens)[:, None],
        np.concatenate(title_folds),
        np.concatenate(blocks),
        np.concatenate(chrome)[:, None],
        np.concatenate(block_folds),
    )


def fit_titles(parts: Sequence[OutlineRows]) -> Network:
    """Fit what opens an article, on the rows of several kinds of pages but for the largest fold, on which it is calibrated."""
    rows, opens, folds = (np.concatenate([getattr(p, name) for p in parts]) for name in ("titles", "opens", "title_folds"))
    seen = folds != np.argmax(np.bincount(folds))
    weights = np.ones(len(rows))
    network = fit_network(rows[seen], opens[seen], weights[seen], penalty=0.01, epochs=TITLE_EPOCHS)
    return calibrated(network, network.raw(rows[~seen]), opens[~seen], weights[~seen])


def fit_calibrated(rows: Array, targets: NDArray[np.bool_], folds: Rows, **how: Any) -> Network:
    """Fit a network on all rows, `how` as `fit_network` does, and calibrate it on those of the folds' twins."""
    weights = np.ones(len(rows))
    _, raw = fold_twins(rows, targets, weights, folds, **how)
    return calibrated(fit_network(rows, targets, weights, **how), raw, targets, weights)


@dataclass(frozen=True, slots=True)
class TypeRows:
    """Features and truth of whole articles."""

    rows: Array
    targets: NDArray[np.bool_]  # (articles, content types)
    weights: NDArray[np.float64]


def type_rows(documents: Sequence[Prepared], levels: Sequence[Level], prose: Sequence[Prose]) -> TypeRows:
    """Return the articles of known type, each scored by the levels and the fit of its words that did not see its site."""
    kept = typed(documents)
    rows = []
    for d in kept:
        first, candidates, probabilities = levels[d.fold].scored(d)
        span = [(0, len(d.document.blocks))]
        rows.append(article_rows(d.document, d.passages, span, first.tokens, (candidates, probabilities), prose[d.fold])[0])
    return TypeRows(np.stack(rows), type_targets(kept), site_weights(kept))

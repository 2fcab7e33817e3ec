"""Fit the article layer: what opens an article, what is page chrome, and how each kind of article is worded."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from detector.classifier import Network, Prose
from detector.corpus import Example
from detector.document import CONTENT_TYPES, Landmark
from detector.features.article import word_shares
from detector.features.outline import BODY_LENGTH, block_rows, title_rows
from detector.features.quotation import quoted
from detector.features.text import WORD_BITS, Ids, Tokens, chunks, tokens_of, voiced_rows, word_rows
from detector.overlap import remainder
from detector.scoring import article_rows, sketch
from detector.training import tables
from detector.training.networks import calibrated, fit_network, fold_twins
from detector.training.prepare import FOLDS, Prepared, prepare
from detector.training.sentences import Level

CHROME_SENTENCES = 60  # a page
COPY_WEIGHT = 0.5  # of an article without its disclosures; dev, recall of undisclosed paid ones: none .63, 0.5 .69
MIN_COPY = 200  # code points
PROSE_COST = 1.0  # folds over train sites, average precision of paid: 0.3 .933, 1 .938, 3 .937

Array = NDArray[np.float32]
Rows = NDArray[np.intp]


def typed(documents: Sequence[Prepared]) -> list[Prepared]:
    """Return the documents that are one article of known type."""
    return [d for d in documents if d.example.is_single]


def outlined(documents: Sequence[Prepared]) -> list[Prepared]:
    """Return the pages whose articles are all known."""
    return [d for d in documents if d.example.is_page]


def fit_prose(documents: Sequence[Prepared]) -> tuple[list[Prose], Prose]:
    """Fit how articles of known type are worded; return the fit of each fold that has not seen the fold's sites, and one of all.

    Besides the articles it is fitted on what is left of them without their disclosures.
    """
    kept = typed(documents)
    copies = prepare([copy for d in kept if (copy := _undisclosed(d.example))])
    every = [*kept, *copies]
    words, voiced = worded(every)
    targets, folds = _type_targets(every), np.array([d.fold for d in every])
    weights = np.concatenate([site_weights(kept), COPY_WEIGHT * site_weights(copies)])
    *blind, whole = (_fit_prose(words, voiced, targets, np.where(folds == fold, 0, weights)) for fold in (*range(FOLDS), -1))
    return blind, whole


def _undisclosed(example: Example) -> Example | None:
    """Return an article without the sentences that carry a label, None where it has none or little else."""
    text = remainder(example.text, [(start, end) for start, end, _ in example.findings])
    if not MIN_COPY < len(text) < len(example.text):
        return None
    return replace(example, text=text, findings=(), read=(), articles=((0, len(text), example.articles[0][2]),))


def worded(documents: Sequence[Prepared]) -> tuple[tables.Matrix, tables.Matrix]:
    """Return the words of whole documents as `Prose` weighs them: all alike, and those quoted told apart.

    Each has shape (documents, rows of the word table).
    """
    words, voiced = [], []
    for d in documents:
        pieces = chunks(d.document.text, d.passages)
        tokens = Tokens.joined([tokens_of(text, piece)[0].moved(at, int(d.passages.starts[at])) for at, text, piece in pieces])
        words.append(word_shares(word_rows(tokens.hashes)))
        voiced.append(word_shares(voiced_rows(tokens.hashes, quoted(d.document, tokens.starts))))
    return _share_matrix(words), _share_matrix(voiced)


def _share_matrix(rows: Sequence[tuple[Ids, Array]]) -> tables.Matrix:
    ends = np.cumsum([0, *(len(ids) for ids, _ in rows)])
    ids, shares = (np.concatenate(parts) for parts in zip(*rows, strict=True))
    return sparse.csr_matrix((shares, ids.astype(np.int32), ends), shape=(len(rows), 1 << WORD_BITS))


def _fit_prose(words: tables.Matrix, voiced: tables.Matrix, targets: NDArray[np.bool_], weights: NDArray[np.float64]) -> Prose:
    """Fit what is paid on all articles that count, and what is a release on those that are not paid; as the file's float16 keeps it."""
    _, paid, release = targets.T
    fits = []
    for rows, counted, target in ((words, weights > 0, paid), (voiced, (weights > 0) & ~paid, release)):
        fits.append(tables.fit_columns(rows[counted], target[counted, None], weights[counted], PROSE_COST))
    columns = np.hstack([columns for columns, _ in fits])
    return Prose(columns.astype(np.float16).astype(np.float32), np.concatenate([bias for _, bias in fits]))


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


def _type_targets(documents: Sequence[Prepared]) -> NDArray[np.bool_]:
    """Return which content type each document of known type is, shape (documents, content types)."""
    return np.array([[d.example.articles[0][2] == t for t in CONTENT_TYPES] for d in documents])


def site_weights(documents: Sequence[Prepared]) -> NDArray[np.float64]:
    """Return weights, mean 1, by which a site's documents count for the square root of their number and each type as much as the others.

    So no wire is what is learnt, and the rarest type is not what is never said.
    """
    kinds = [d.example.articles[0][2] for d in documents]
    sizes = Counter(zip((d.example.site for d in documents), kinds, strict=True))
    weights = np.array([d.example.type_weight * sizes[d.example.site, kind] ** -0.5 for d, kind in zip(documents, kinds, strict=True)])
    for kind in set(kinds):
        same = np.array([k == kind for k in kinds])
        weights[same] *= len(kinds) / len(set(kinds)) / weights[same].sum()
    return weights


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
    """Fit what opens an article, on the rows of several kinds of pages."""
    rows, opens, folds = (np.concatenate([getattr(p, name) for p in parts]) for name in ("titles", "opens", "title_folds"))
    return fit_calibrated(rows, opens, folds, penalty=0.01, epochs=15)


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
    return TypeRows(np.stack(rows), _type_targets(kept), site_weights(kept))

"""Fit how articles of known type are worded: what is paid, and what of the rest is a release."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from detector.classifier import Model, Prose
from detector.corpus import Example
from detector.document import CONTENT_TYPES, ContentType
from detector.features.article import word_shares
from detector.features.quotation import quoted
from detector.features.text import WORD_BITS, Ids, Tokens, chunks, tokens_of, voiced_rows, word_rows
from detector.overlap import remainder
from detector.scoring import score
from detector.training import tables
from detector.training.prepare import FOLDS, Prepared, prepare

COPY_WEIGHT = 0.5  # of an article without its disclosures; dev, recall of undisclosed paid ones: none .63, 0.5 .69
MIN_COPY = 200  # code points
PROSE_COST = 1.0  # folds over train sites, average precision of paid: 0.3 .933, 1 .938, 3 .937
ORDINARY = 0.75  # how editorial the article of an ordinary page must be to be taken for one
MAIN = 0.6  # of an ordinary page, its article at least
ORDINARY_WEIGHT = 1.0  # of all such articles, in those of known type; dev, undisclosed: none .60, 0.3 .74, 1 .73, 2 .73

Array = NDArray[np.float32]


def typed(documents: Sequence[Prepared]) -> list[Prepared]:
    """Return the documents that are one article of known type."""
    return [d for d in documents if d.example.is_single]


def fit_prose(documents: Sequence[Prepared], ordinary: Sequence[Prepared] = ()) -> tuple[list[Prose], Prose]:
    """Fit how articles of known type are worded; return the fit of each fold that has not seen the fold's sites, and one of all.

    Besides the articles it is fitted on what is left of them without their disclosures, and on articles of ordinary pages.
    """
    kept = typed(documents)
    copies = prepare([copy for d in kept if (copy := _undisclosed(d.example))])
    every = [*kept, *copies, *ordinary]
    words, voiced = worded(every)
    targets, folds = type_targets(every), np.array([d.fold for d in every])
    share = ORDINARY_WEIGHT * len(kept) / max(len(ordinary), 1)
    weights = np.concatenate([site_weights(kept), COPY_WEIGHT * site_weights(copies), share * site_weights(ordinary)])
    *blind, whole = (_fit_prose(words, voiced, targets, np.where(folds == fold, 0, weights)) for fold in (*range(FOLDS), -1))
    return blind, whole


def ordinary_articles(documents: Sequence[Prepared], model: Model) -> list[Prepared]:
    """Return the articles of pages that nobody labelled which a model is sure are editorial, where they are most of their page.

    They are far more various than those of known type.
    """
    found = []
    for d in documents:
        if d.example.layer != "unlabelled" or d.example.articles:
            continue
        scores = score(d.document, d.passages, model)
        starts, ends = d.document.blocks.starts, d.document.blocks.ends
        spans = [(starts[first], ends[last - 1]) for first, last in scores.articles]
        start, end = max(spans, key=lambda span: span[1] - span[0], default=(0, 0))
        if end - start >= MAIN * len(d.document.text) and scores.types[spans.index((start, end)), 0] >= ORDINARY:
            text = d.document.text[start:end]
            span = 0, len(text), ContentType.EDITORIAL
            found.append(Example(d.example.id, d.example.site, d.example.lang, text, articles=(span,)))
    return prepare(found)


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


def type_targets(documents: Sequence[Prepared]) -> NDArray[np.bool_]:
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

"""Fit the first level: linear models on hashed n-grams, stored as tables."""

import warnings
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import LinearSVC

from detector.classifier import Table
from detector.features.asides import tags
from detector.features.text import RICH_BITS, WORD_BITS, Ngrams, chunks, rich_ngrams, tagged_ngrams, tokens_of
from detector.training.prepare import Prepared

MIN_SITES = 2  # an n-gram of one site only is that site's name or house style
COST = 0.3  # LinearSVC's C; dev: 0.1 .673, 0.3 .682, 1 .650

TOLERANCE = 1e-2  # as good on dev as 1e-4, in a third of the time

Matrix: TypeAlias = sparse.csr_matrix
Rows = NDArray[np.intp]


def counts(documents: Sequence[Prepared], chosen: Sequence[Rows], *, rich: bool = True) -> tuple[Matrix, Matrix]:
    """Return the n-gram counts of the chosen passages of each document: words and rich, one row a passage, in order."""
    words: list[tuple[NDArray[np.uint32], Rows]] = []
    others: list[tuple[NDArray[np.uint32], Rows]] = []
    base = 0
    for prepared, rows in zip(documents, chosen, strict=True):
        place = np.full(len(prepared.passages), -1)
        place[rows] = np.arange(len(rows)) + base
        for first, text, piece in chunks(prepared.document.text, prepared.passages):
            tokens, characters = tokens_of(text, piece)
            _collect(words, tagged_ngrams(tokens, tags(text, piece)), place[first:])
            if rich:
                _collect(others, rich_ngrams(tokens, characters, piece), place[first:])
        base += len(rows)
    return _matrix(words, base, WORD_BITS), _matrix(others, base, RICH_BITS)


def _collect(into: list[tuple[NDArray[np.uint32], Rows]], ngrams: Iterable[Ngrams], place: Rows) -> None:
    for grams in ngrams:
        rows = place[grams.owners]
        kept = rows >= 0
        into.append((grams.ids[kept], rows[kept]))


def _matrix(parts: list[tuple[NDArray[np.uint32], Rows]], rows: int, bits: int) -> Matrix:
    if not parts:
        return sparse.csr_matrix((rows, 1 << bits), dtype=np.float32)
    ids = np.concatenate([i for i, _ in parts]).astype(np.int32)
    owners = np.concatenate([o for _, o in parts]).astype(np.int32)
    return sparse.csr_matrix((np.ones(len(ids), np.float32), (owners, ids)), shape=(rows, 1 << bits))


def inverse_frequencies(matrix: Matrix, sites: NDArray[np.intp]) -> NDArray[np.float32]:
    """Return the smoothed IDF of each n-gram, 0 for those of fewer than MIN_SITES sites."""
    documents = np.bincount(matrix.indices, minlength=matrix.shape[1])
    pairs = sparse.coo_matrix((np.ones(matrix.nnz), (np.repeat(sites, np.diff(matrix.indptr)), matrix.indices))).tocsr()
    spread = np.bincount(pairs.indices, minlength=matrix.shape[1])
    idf = np.log((1 + matrix.shape[0]) / (1 + documents)) + 1
    return np.where(spread >= MIN_SITES, idf, 0).astype(np.float32)


def weighted(matrix: Matrix, idf: NDArray[np.float32]) -> Matrix:
    """Return L2-normalised TF-IDF rows, repeated n-grams counting one by one as in `Table.margins`."""
    norms = np.sqrt(matrix @ (idf**2))
    return sparse.csr_matrix(sparse.diags(1 / np.maximum(norms, 1e-3)) @ matrix @ sparse.diags(idf), dtype=np.float32)


def fit_columns(
    matrix: Matrix, targets: NDArray[np.bool_], weights: NDArray[np.float64], cost: float = COST
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Fit one linear SVM a target column; return (features, columns) weights and (columns,) biases."""
    fits = Parallel(n_jobs=2)(delayed(_fit)(matrix, targets[:, k], weights, cost) for k in range(targets.shape[1]))
    return np.stack([w for w, _ in fits], 1).astype(np.float32), np.array([b for _, b in fits], np.float32)


def _fit(matrix: Matrix, target: NDArray[np.bool_], weights: NDArray[np.float64], cost: float) -> tuple[NDArray[np.float64], float]:
    if not target.any() or target.all():
        return np.zeros(matrix.shape[1]), 1.0 if target.any() else -1.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = LinearSVC(C=cost, tol=TOLERANCE, random_state=0).fit(matrix, target, sample_weight=weights)
    return fitted.coef_[0], float(fitted.intercept_[0])


def table(columns: NDArray[np.float32], bias: NDArray[np.float32], idf: NDArray[np.float32]) -> Table:
    """Return the served table: the IDF folded into the weights, its square as the last column, as the file's float16 keeps them."""
    weights = np.hstack([columns * idf[:, None], (idf**2)[:, None]])
    return Table(weights.astype(np.float16).astype(np.float32), bias)

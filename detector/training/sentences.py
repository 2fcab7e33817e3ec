"""Fit the sentence layer: word and rich tables, and the network that reads their margins in context; each fold blind to its own sites."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from detector.classifier import Network, Reading, Table
from detector.features.context import context_rows
from detector.scoring import FirstLevel, first_level, reread
from detector.training import tables
from detector.training.networks import calibrated, fit_network, fold_twins
from detector.training.prepare import FOLDS, Prepared

WEAK_SENTENCES = 15  # a page; taken from unlabelled pages as negatives
WEAK_WEIGHT = 0.5
WEAK_MARGIN = -0.2  # an unlabelled sentence above this may well be a disclosure and is left out
GATE_SHARE = 0.25  # of ordinary sentences that the second level looks at for their own words; dev: 0.2 lost 41 labelled, 0.25 33, 0.5 15
PENALTY = 1.0  # dev, whole pages: 0.03 .69, 0.3 .72, 1 .78; the hard sentences hardly tell them apart
GATE_PAGES = 2_000

Array = NDArray[np.float32]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Level:
    """Both levels of the sentence layer as fitted on some folds."""

    words: Table
    rich: Table
    gate: float = -np.inf
    sentences: Network | None = None

    def first(self, prepared: Prepared) -> FirstLevel:
        """Return the first level's margins of a document."""
        return first_level(prepared.document, prepared.passages, self.words, self.rich)

    def scored(self, prepared: Prepared, readings: Sequence[Reading] = ()) -> tuple[FirstLevel, Rows, Array]:
        """Return the first level's margins, the candidates, and the second level's probabilities of those, (candidates, labels).

        Readers, where there are any, have read those in doubt again.
        """
        assert self.sentences is not None
        first = self.first(prepared)
        candidates = first.candidates(self.gate)
        rows = context_rows(prepared.document, prepared.passages, first.labels, candidates)
        probabilities = self.sentences.probabilities(rows)
        return first, candidates, reread(prepared.document, prepared.passages, readings, candidates, probabilities)


@dataclass(frozen=True, slots=True)
class Sample:
    """The sentences that the first level is fitted on, one row each."""

    words: tables.Matrix
    rich: tables.Matrix
    targets: NDArray[np.bool_]
    weights: NDArray[np.float64]
    folds: Rows
    sites: Rows


def sample_sentences(documents: Sequence[Prepared]) -> Sample:
    """Choose every read sentence, and weak negatives."""
    random = np.random.default_rng(0)
    weights = [_weights(d, np.arange(len(d.passages)), random) for d in documents]
    chosen = [np.flatnonzero(w) for w in weights]
    words, rich = tables.counts(documents, chosen)
    sizes = [len(rows) for rows in chosen]
    names = np.unique([d.example.site for d in documents], return_inverse=True)[1]
    return Sample(
        words,
        rich,
        np.concatenate([d.targets[rows] for d, rows in zip(documents, chosen, strict=True)]),
        np.concatenate([w[rows] for w, rows in zip(weights, chosen, strict=True)]),
        np.repeat([d.fold for d in documents], sizes),
        np.repeat(names, sizes),
    )


def _weights(d: Prepared, among: Rows, random: np.random.Generator) -> NDArray[np.float64]:
    """Return how much each passage of a document counts: the read ones as their example does, most others 0.

    On an ordinary page some of those `among` which nobody has read are weak negatives.
    """
    weights = np.where(d.read, d.example.weight, 0.0)
    if d.example.layer == "unlabelled" or not d.read.any():
        unread = among[~(d.read | d.targets.any(1))[among]]
        weights[random.choice(unread, min(len(unread), WEAK_SENTENCES), replace=False)] = WEAK_WEIGHT
    return weights


def fit_tables(sample: Sample, chrome: tuple[Array, Array], word_idf: Array, fold: int | None) -> Level:
    """Fit the tables on all folds but one (on all where `fold` is None); `chrome` is the ready word column of that name."""
    mask = np.ones(len(sample.folds), np.bool_) if fold is None else sample.folds != fold
    rich_idf = tables.inverse_frequencies(sample.rich[mask], sample.sites[mask])
    words = tables.weighted(sample.words[mask], word_idf)
    rich = tables.weighted(sample.rich[mask], rich_idf)
    targets = np.column_stack([sample.targets[mask], sample.targets[mask].any(1)])
    both, bias = tables.fit_columns(sparse.csr_matrix(sparse.hstack([words, rich])), targets, sample.weights[mask])
    split = words.shape[1]
    return Level(
        tables.table(np.hstack([chrome[0], both[:split]]), np.concatenate([chrome[1], bias]), word_idf),
        tables.table(both[split:], np.zeros_like(bias), rich_idf),
    )


def gate_of(documents: Sequence[Prepared], levels: Sequence[Level]) -> float:
    """Return the margin that GATE_SHARE of the sentences of pages taken as they come (of all, where there are none) reach unseen."""
    ordinary = [d for d in documents if d.example.layer in ("unlabelled", "natural")] or list(documents)
    some = ordinary[:: -(-len(ordinary) // GATE_PAGES)]
    return float(np.quantile(np.concatenate([levels[d.fold].first(d).labels[:, -1] for d in some]), 1 - GATE_SHARE))


@dataclass(frozen=True, slots=True)
class ContextRows:
    """The rows that the second level is fitted on."""

    rows: Array
    targets: NDArray[np.bool_]
    weights: NDArray[np.float64]
    folds: Rows


def context_sample(documents: Sequence[Prepared], levels: Sequence[Level]) -> ContextRows:
    """Return the read candidates of every document, scored by the tables that did not see its site, and weak negatives."""
    random = np.random.default_rng(1)
    rows, targets, weights, folds = [], [], [], []
    for d in documents:
        level = levels[d.fold].first(d)
        candidates = level.candidates(levels[d.fold].gate)
        counted = _weights(d, candidates[level.labels[candidates, -1] < WEAK_MARGIN], random)
        chosen = candidates[counted[candidates] > 0]
        if len(chosen) == 0:
            continue
        rows.append(context_rows(d.document, d.passages, level.labels, chosen))
        targets.append(d.targets[chosen])
        weights.append(counted[chosen])
        folds.append(np.full(len(chosen), d.fold))
    return ContextRows(np.concatenate(rows), np.concatenate(targets), np.concatenate(weights), np.concatenate(folds))


def fit_context(sample: ContextRows) -> tuple[list[Network], Network]:
    """Return a calibrated network for each fold, and one fitted on all."""
    twins, raw = fold_twins(sample.rows, sample.targets, sample.weights, sample.folds, penalty=PENALTY)
    whole = fit_network(sample.rows, sample.targets, sample.weights, penalty=PENALTY)
    fitted = [calibrated(n, raw, sample.targets, sample.weights) for n in (*twins, whole)]
    return fitted[:FOLDS], fitted[FOLDS]

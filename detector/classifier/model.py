"""Score passages and articles with numpy arrays.

Levels on ever fewer sentences. The first sums the rows that a passage's n-grams have in a hashed table, one column a label (a linear model
on L2-normalised TF-IDF, the IDF folded into the weights and its square kept as the last column). The second, a network with one hidden
layer, reads the first level's margins around the passage (`features.context`) and gives probabilities, which an isotonic curve per label
calibrates. A reader each (`reader`) makes the levels above, as many as a model has that read the page's language: it reads the
sentences that are still in doubt, and its logits are joined with what was said before. Release markers are then weighed against their
article (`Markers`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.document import LABELS, Label
from detector.features.article import word_shares
from detector.features.text import Ids, Ngrams
from detector.reader import Reader

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Table:
    """A linear model on hashed n-grams: weights (rows, columns + 1), the last column the squared IDF; bias (columns,)."""

    weights: Array
    bias: Array

    def rarity(self, ids: NDArray[np.uint32]) -> Array:
        """Return the squared IDF of some rows."""
        return np.asarray(self.weights[ids, -1], np.float32)

    def margins(self, ngrams: Iterable[Ngrams], passages: int) -> Array:
        """Return the margins of some passages, shape (passages, columns)."""
        sums = np.zeros((passages, self.weights.shape[1]), np.float32)
        for grams in ngrams:
            if len(grams.ids) == 0:
                continue
            opens = np.flatnonzero(np.concatenate(([True], grams.owners[1:] != grams.owners[:-1])))
            sums[grams.owners[opens]] += np.add.reduceat(self.weights[grams.ids], opens, axis=0)
        norms = np.sqrt(sums[:, -1:])
        return np.asarray(sums[:, :-1] / np.maximum(norms, np.float32(1e-3)) + self.bias, np.float32)


@dataclass(frozen=True, slots=True)
class Network:
    """One hidden layer of rectified units and logistic outputs, as scikit-learn's MLPClassifier fits it, inputs standardised."""

    mean: Array  # (inputs,)
    scale: Array  # (inputs,)
    hidden: Array  # (inputs, units)
    hidden_bias: Array
    output: Array  # (units, outputs)
    output_bias: Array
    curves: Array  # (2, knots, outputs): probability as the network says it, and as it was observed

    def raw(self, rows: Array) -> Array:
        """Return uncalibrated probabilities, shape (rows, outputs)."""
        hidden = np.maximum((rows - self.mean) / self.scale @ self.hidden + self.hidden_bias, 0)
        return logistic(hidden @ self.output + self.output_bias)

    def probabilities(self, rows: Array) -> Array:
        """Return calibrated probabilities, shape (rows, outputs)."""
        raw = self.raw(rows)
        columns = [np.interp(raw[:, k], self.curves[0, :, k], self.curves[1, :, k]) for k in range(raw.shape[1])]
        return np.stack(columns, 1).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Prose:
    """How articles of each kind are worded: a linear model on the square roots of their words' shares (`word_shares`)."""

    weights: Array  # (2**WORD_BITS, 2): of paid articles, and of releases among those that are not paid
    bias: Array  # (2,)

    def margins(self, words: Ids, voiced: Ids) -> Array:
        """Return both margins of an article, given the table row of each of its words, and that which tells quoted ones apart.

        A release speaks in its issuer's own voice, so quotations are told apart for the second margin; for the first they are no help.
        """
        rows = [word_shares(words), word_shares(voiced)]
        return np.array([shares @ self.weights[ids, column] for column, (ids, shares) in enumerate(rows)], np.float32) + self.bias


@dataclass(frozen=True, slots=True)
class Cascade:
    """Two logistic regressions on standardised inputs, one after the other: whether an article is paid, and if not, whether a release.

    Each reads its own inputs alone: a single softmax lets a wire that writes like a release pass for one.
    """

    mean: Array  # (inputs,)
    scale: Array  # (inputs,)
    weights: Array  # (inputs, 2)
    bias: Array  # (2,)

    def probabilities(self, rows: Array) -> Array:
        """Return probabilities, shape (rows, content types) in the order of CONTENT_TYPES, each row's sum 1."""
        logits = (rows - self.mean) / self.scale @ self.weights + self.bias
        paid, release = logistic(logits.T)
        return np.stack([(1 - paid) * (1 - release), paid, (1 - paid) * release], 1).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Reading:
    """A level above the second: a reader, and a logistic regression a label on the log-odds so far and the reader's logit."""

    reader: Reader
    weights: Array  # (2, labels)
    bias: Array  # (labels,)

    def joint(self, said: Array, logits: Array) -> Array:
        """Return the joint probabilities of sentences; both inputs, and what is returned, have shape (sentences, labels)."""
        return logistic(self.weights[0] * log_odds(said) + self.weights[1] * logits + self.bias)


@dataclass(frozen=True, slots=True)
class Markers:
    """How a release marker is weighed against its article: a logistic regression on its log-odds and on how editorial the article is.

    An "About" line or a contact is boilerplate in a release, and a site's own elsewhere.
    """

    weights: Array  # (2,)
    bias: Array  # (1,)

    def weighed(self, probabilities: Array, editorial: Array) -> Array:
        """Return the probabilities (sentences, labels), those of release markers weighed; `editorial` is that of their articles."""
        weighed = probabilities.copy()
        odds = log_odds(probabilities[:, MARKER])
        weighed[:, MARKER] = logistic(self.weights[0] * odds + self.weights[1] * editorial + self.bias)
        return weighed


def logistic(odds: NDArray[np.floating]) -> Array:
    """Return the probabilities that log-odds stand for."""
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))), np.float32)


def log_odds(probabilities: Array) -> Array:
    """Return the log-odds, bounded as if nothing were surer than one in ten thousand."""
    kept = np.clip(probabilities, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(kept / (1 - kept)), np.float32)


@dataclass(frozen=True, slots=True)
class Model:
    """All that scoring needs, and the card that says where it came from."""

    name: str
    words: Table  # columns: CHROME, LABELLED
    rich: Table  # columns: the labels, then any label
    sentences: Network  # context rows -> labels
    titles: Network  # title rows -> opens an article
    chrome: Network  # block rows -> page chrome
    prose: Prose  # words of an article -> how paid, how much like a release
    types: Cascade  # article rows -> content types
    gate: float  # lowest first-level margin with which a sentence is looked at twice
    thresholds: Mapping[str, float]  # by label and content type, and "title", "chrome"
    card: Mapping[str, Any]
    markers: Markers | None = None
    readings: tuple[Reading, ...] = ()  # in the order in which they are asked

    def fast(self) -> "Model":
        """Return the model without its readings."""
        return replace(self, readings=())


MARKER = LABELS.index(Label.PRESS_RELEASE_MARKER)

# Columns of the word table: page chrome, then the words' part of the first level's labels and of any label.
CHROME, LABELLED = 0, slice(1, 11)

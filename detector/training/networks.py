"""Fit the second level and the article layer: small networks, averaged over seeds, calibrated on folds they did not see."""

import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from detector.classifier import Cascade, Network
from detector.training.prepare import FOLDS

UNITS = 48
SEEDS = 3
KNOTS = 33

Array = NDArray[np.float32]


def fit_network(rows: Array, targets: NDArray[np.bool_], weights: NDArray[np.float64], *, penalty: float, epochs: int = 10) -> Network:
    """Fit some networks and join them into one whose logits are their mean; the curves are the identity."""
    mean, scale = rows.mean(0), np.maximum(rows.std(0), 1e-3)
    inputs = ((rows - mean) / scale).astype(np.float32)
    fits = Parallel(n_jobs=2)(delayed(_fit)(inputs, targets, weights, penalty, epochs, seed) for seed in range(SEEDS))
    knots = np.linspace(0, 1, KNOTS, dtype=np.float32)
    return Network(
        mean.astype(np.float32),
        scale.astype(np.float32),
        np.hstack([f.coefs_[0] for f in fits]).astype(np.float32),
        np.hstack([f.intercepts_[0] for f in fits]).astype(np.float32),
        (np.vstack([f.coefs_[1] for f in fits]) / SEEDS).astype(np.float32),
        np.mean([f.intercepts_[1] for f in fits], 0).astype(np.float32),
        np.broadcast_to(knots[None, :, None], (2, KNOTS, targets.shape[1])).copy(),
    )


def _fit(inputs: Array, targets: NDArray[np.bool_], weights: NDArray[np.float64], penalty: float, epochs: int, seed: int) -> MLPClassifier:
    network = MLPClassifier(
        (UNITS,), alpha=penalty, learning_rate_init=2e-3, batch_size=min(512, len(inputs)), max_iter=epochs, random_state=seed
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return network.fit(inputs, targets.ravel() if targets.shape[1] == 1 else targets, sample_weight=weights)


def calibrated(network: Network, raw: Array, targets: NDArray[np.bool_], weights: NDArray[np.float64]) -> Network:
    """Return the network with an isotonic curve an output, fitted on raw probabilities of rows that it (or its fold twin) did not see."""
    curves = np.empty((2, KNOTS, targets.shape[1]), np.float32)
    for k in range(targets.shape[1]):
        fitted = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(raw[:, k], targets[:, k], sample_weight=weights)
        knots = np.unique(
            np.concatenate(
                ([0, 1], np.quantile(raw[raw[:, k] > 0.01, k], np.linspace(0, 1, KNOTS - 2)) if (raw[:, k] > 0.01).any() else [0.5])
            )
        )
        knots = np.interp(np.linspace(0, len(knots) - 1, KNOTS), np.arange(len(knots)), knots)
        curves[0, :, k] = knots
        curves[1, :, k] = np.maximum.accumulate(0.98 * fitted.predict(knots) + 0.02 * knots)
    return replace(network, curves=curves)


def fold_twins(
    rows: Array, targets: NDArray[np.bool_], weights: NDArray[np.float64], folds: NDArray[np.intp], **how: Any
) -> tuple[list[Network], Array]:
    """Fit one network a fold on the other folds, `how` as `fit_network` does.

    Return them, and the raw probabilities of each row from the one that did not see it.
    """
    twins = [fit_network(rows[folds != k], targets[folds != k], weights[folds != k], **how) for k in range(FOLDS)]
    raw = np.zeros(targets.shape, np.float32)
    for k, twin in enumerate(twins):
        if (folds == k).any():
            raw[folds == k] = twin.raw(rows[folds == k])
    return twins, raw


def fit_cascade(rows: Array, targets: NDArray[np.bool_], weights: NDArray[np.float64], inputs: Sequence[Sequence[int]]) -> Cascade:
    """Fit both regressions, the second on what is not paid; `inputs` are the columns that each reads.

    `targets` (rows, content types) has one true column a row, in the order of CONTENT_TYPES.
    """
    mean, scale = rows.mean(0), np.maximum(rows.std(0), 1e-3)
    standard = (rows - mean) / scale
    coefficients, bias = np.zeros((rows.shape[1], 2), np.float32), np.zeros(2, np.float32)
    paid = targets[:, 1]
    for k, (kept, target) in enumerate(((np.ones(len(rows), np.bool_), paid), (~paid, targets[:, 2]))):
        columns = list(inputs[k])
        fitted = LogisticRegression(C=0.1, max_iter=500).fit(standard[kept][:, columns], target[kept], sample_weight=weights[kept])
        coefficients[columns, k], bias[k] = fitted.coef_[0], fitted.intercept_[0]
    return Cascade(mean.astype(np.float32), scale.astype(np.float32), coefficients, bias)

"""Say how far a figure could be off: percentile intervals from drawing sites with replacement."""

import random
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

DRAWS = 500
SEED = 0
_LOW, _HIGH = round(0.025 * DRAWS), DRAWS - 1 - round(0.025 * DRAWS)  # 95 %

Tally = NDArray[np.int64]  # (…, columns, 3): true positives, false positives, false negatives
Interval = tuple[float, float]


def tally_by_site(gold: NDArray[np.bool_], predicted: NDArray[np.bool_], sites: Sequence[str]) -> Tally:
    """Return counts of each column of decisions for each site, sites in alphabetical order."""
    names, rows = np.unique(np.array(sites), return_inverse=True)
    tally = np.zeros((len(names), gold.shape[1], 3), np.int64)
    for k, cases in enumerate((gold & predicted, ~gold & predicted, gold & ~predicted)):
        np.add.at(tally[:, :, k], rows, cases)
    return tally


def f1_of(tally: Tally) -> NDArray[np.float64]:
    """Return the F1 of each column; 0 where nothing was hit."""
    hits = 2.0 * tally[..., 0]
    return np.asarray(hits / np.maximum(hits + tally[..., 1] + tally[..., 2], 1.0))


def draws_of(tally: Tally) -> Tally:
    """Return the counts of DRAWS samples of sites, shape (draws, columns, 3)."""
    rng, sites = random.Random(SEED), len(tally)
    weights = np.stack([np.bincount(rng.choices(range(sites), k=sites), minlength=sites) for _ in range(DRAWS)])
    return np.asarray(np.tensordot(weights, tally, 1))


def interval(draws: Tally, statistic: Callable[[Tally], NDArray[np.float64]]) -> Interval:
    """Return the 95 % interval of a statistic over draws."""
    values = np.sort(statistic(draws))
    return float(values[_LOW]), float(values[_HIGH])

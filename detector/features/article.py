"""Describe an article for its content type: how its prose reads, and whether a sentence of it says that somebody paid.

Fewer features are more here: the other labels (release markers, advice, conflicts), and copies of the training articles with their
disclosures cut out, cost 0.03 to 0.3 F1 on the dev split, whose paid articles come from a wire that training has not seen.
"""

import numpy as np
from numpy.typing import NDArray

from detector.document import LABELS, Label, Passages

Array = NDArray[np.float32]

_SPONSORSHIP = LABELS.index(Label.SPONSORSHIP_DISCLOSURE)
ARTICLE_COLUMNS = 4  # how editorial, how paid, how much like a release its prose reads; whether it says that somebody paid
TYPE_INPUTS = (1, 3), (0, 2)  # what tells paid articles from the rest, and what tells releases from editorial ones

MAX_LENGTH = 400  # code points; a longer sentence counts for no more


def sentence_weights(passages: Passages) -> NDArray[np.float64]:
    """Return how much each sentence counts for how its article reads: its length, so that short lines do not outvote the prose."""
    return np.asarray(np.minimum(passages.ends - passages.starts, MAX_LENGTH), np.float64)


def article_row(probabilities: Array, prose: Array, weights: NDArray[np.float64]) -> Array:
    """Return the features of one article, shape (ARTICLE_COLUMNS,).

    `probabilities` (sentences, labels) are those of a scan, though training knows those of the second level only: on dev that pays.
    `prose` (sentences, 3) are the first level's margins of the content types, `weights` (sentences,) those of `sentence_weights`.
    """
    return np.append(10 * np.average(prose, 0, weights), probabilities[:, _SPONSORSHIP].max()).astype(np.float32)

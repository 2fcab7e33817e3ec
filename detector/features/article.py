"""Describe an article for its content type: its words, and whether a sentence of it says who pays, or marks a release.

Fewer features are more here: pairs of words, the first sentences' words on their own, IDF and the other labels bring nothing on unseen
sites, or cost.
"""

import numpy as np
from numpy.typing import NDArray

from detector.document import LABELS, Label
from detector.features.text import Ids

Array = NDArray[np.float32]

# Sponsorship and conflicts speak for a paid article, a denial or a donor's support against it.
_WHO_PAYS = Label.SPONSORSHIP_DISCLOSURE, Label.CONFLICT_OF_INTEREST, Label.NO_CONFLICT, Label.FUNDING_ACKNOWLEDGEMENT
_TELLING = [LABELS.index(label) for label in (*_WHO_PAYS, Label.PRESS_RELEASE_MARKER)]
ARTICLE_COLUMNS = 2 + len(_TELLING)  # how paid, how much like a release its words are; how surely some sentence has each of those labels
TYPE_INPUTS = (0, 2, 3, 4, 5), (1, 6)  # what tells paid articles from the rest, and what tells releases from editorial ones


def word_shares(words: Ids) -> tuple[Ids, Array]:
    """Return the words of an article, each once, and the square root of each one's share of them: the row's length is 1."""
    ids, counts = np.unique(words, return_counts=True)
    return ids, np.sqrt(counts / max(len(words), 1)).astype(np.float32)


def article_row(probabilities: Array, prose: Array) -> Array:
    """Return the features of one article, shape (ARTICLE_COLUMNS,).

    `probabilities` (sentences, labels) are those of a scan, though training knows those of the second level only: on dev that pays.
    `prose` (2,) are the margins of its words.
    """
    return np.append(prose, probabilities[:, _TELLING].max(0)).astype(np.float32)

"""Describe an article for its content type: what its sentences disclose, how its prose reads, what its markup says."""

import numpy as np
from numpy.typing import NDArray

from detector.document import LABELS, Cue, Document

Array = NDArray[np.float32]

_OPENING, _CLOSING = 0.2, 0.6  # shares of the article's sentences that count as its opening, and after which its close begins
ARTICLE_COLUMNS = 4 * len(LABELS) + 3 + 3 + 1


def article_row(probabilities: Array, prose: Array) -> Array:
    """Return the features of one article, shape (ARTICLE_COLUMNS,).

    `probabilities` (sentences, labels) are the second level's; `prose` (sentences, 3) the first level's margins of the content types.
    """
    count = len(probabilities)
    opening, closing = max(1, int(_OPENING * count)), min(count - 1, int(_CLOSING * count))
    ranked = np.sort(prose, 0)
    return np.concatenate(
        (
            probabilities.max(0),
            np.log1p(probabilities.sum(0)),
            probabilities[:opening].max(0),
            probabilities[closing:].max(0),
            10 * prose.mean(0),
            10 * ranked[-max(1, count // 4) :].mean(0),
            [np.log1p(count) / 4],
        )
    ).astype(np.float32)


def page_says_paid(document: Document) -> bool:
    """Return whether the page's own metadata declares it paid content."""
    return bool(document.cues & (Cue.ADVERTISER_TYPE | Cue.URL_WORD))

"""Describe an article for its content type: how its prose reads, and whether a sentence of it says that somebody paid.

Fewer features are more here: the other labels (release markers, advice, conflicts), and copies of the training articles with their
disclosures cut out, cost 0.03 to 0.3 F1 on the dev split, whose paid articles come from a wire that training has not seen.
"""

import numpy as np
from numpy.typing import NDArray

from detector.document import LABELS, Label

Array = NDArray[np.float32]

_SPONSORSHIP = LABELS.index(Label.SPONSORSHIP_DISCLOSURE)
ARTICLE_COLUMNS = 4


def article_row(probabilities: Array, prose: Array) -> Array:
    """Return the features of one article, shape (ARTICLE_COLUMNS,).

    `probabilities` (sentences, labels) are the second level's; `prose` (sentences, 3) the first level's margins of the content types.
    """
    return np.append(10 * prose.mean(0), probabilities[:, _SPONSORSHIP].max()).astype(np.float32)

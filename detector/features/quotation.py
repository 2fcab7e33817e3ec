"""Tell what stands inside quotation marks: there somebody else speaks than who wrote the page."""

import re

import numpy as np
from numpy.typing import NDArray

from detector.document import Document

# Pairs of marks, at most a thousand code points apart; one that is not closed lasts to the end of its paragraph, as where the next goes on.
# A straight mark opens where no word ends (5" is a measure).
_SPAN = re.compile(
    r"“[^“”]{0,1000}+(?:”|\Z)|„[^„“”\"]{0,1000}+(?:[“”\"]|\Z)|«[^«»]{0,1000}+(?:»|\Z)|»[^«»]{0,1000}+(?:«|\Z)"
    r"|(?<!\w)\"[^\"]{0,1000}+(?:\"|\Z)"
)
_MARK = re.compile('[“„«»"]')


def quoted(document: Document, places: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return whether each place in the text of a document stands inside a quotation, shape (places,)."""
    text, blocks = document.text, document.blocks
    if not _MARK.search(text):
        return np.zeros(len(places), np.bool_)
    spans = [found.span() for start, end in zip(blocks.starts, blocks.ends, strict=True) for found in _SPAN.finditer(text, start, end)]
    starts, ends = np.array([(-1, -1), *spans]).T
    return np.asarray(places < ends[np.searchsorted(starts, places, "right") - 1], np.bool_)

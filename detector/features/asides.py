"""Find what sentences say in brackets: an aside that discloses something drowns among the other words of a long sentence."""

import re

import numpy as np

from detector.document import Passages

REST = 25  # code points that a sentence has beside its aside, or it is no more than that

_ASIDE = re.compile(r"\([^()\n]{12,400}\)|（[^（）\n]{6,400}）")


def asides(text: str, passages: Passages) -> Passages:
    """Return what stands in brackets inside the passages of a text; the blocks of these are the passages, by number."""
    bounds = np.array([m.span() for m in _ASIDE.finditer(text)], np.int32).reshape(-1, 2)
    starts, ends = bounds.T
    owners = np.searchsorted(passages.starts, starts, "right") - 1
    inside = (owners >= 0) & (passages.ends[owners] >= ends)
    inside &= passages.ends[owners] - passages.starts[owners] >= ends - starts + REST
    return Passages(starts[inside], ends[inside], owners[inside].astype(np.int32))

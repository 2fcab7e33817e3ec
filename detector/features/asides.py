"""Find what sentences say apart from the rest: asides in brackets, and tags such as `Sponsored:` or `(ad)` on a title.

What is said there drowns among the other words of a long sentence or a title.
"""

import re

import numpy as np

from detector.document import Passages

REST = 25  # code points that a sentence has beside its aside, or it is no more than that
LONGEST = 200  # code points of a tagged title

_ASIDE = re.compile(r"\([^()\n]{12,400}\)|（[^（）\n]{6,400}）")
_WORDS = r"([^\W\d_][\w'’.-]{0,30}(?: [\w'’&.-]{1,30}){0,2})"
_OPENS, _CLOSES, _EDGE = r"[\[({⌈【]", r"[\])}⌉】]", r"[^\w\n]{0,3}"
# Before a tag: a key of JSON or YAML, a time, a number in a list.
_LEAD = rf"[ \t]{{0,40}}{_EDGE}(?:\w{{1,20}}[\"']?: ?[\"']|(?:\d{{1,2}}(?::\d\d){{1,2}}|\d{{1,3}}[.)])[^\w\n]{{1,3}})?"
_TAG = re.compile(
    rf"^{_LEAD}{_WORDS}(?= ?:\s| [–—|•·]\s)|^{_LEAD}{_OPENS}{_WORDS}{_CLOSES}"
    rf"|{_OPENS}{_WORDS}{_CLOSES}{_EDGE}$|\s[–—|•·:-]\s?{_WORDS}{_EDGE}$",
    re.MULTILINE,
)


def asides(text: str, passages: Passages) -> Passages:
    """Return what stands in brackets inside the passages of a text; the blocks of these are the passages, by number."""
    return _inside(passages, [m.span() for m in _ASIDE.finditer(text)], REST, len(text))


def tags(text: str, passages: Passages) -> Passages:
    """Return the tags of titles: up to three words before a colon, after a dash or in brackets at the start or end of a line."""
    return _inside(passages, [m.span(m.lastindex or 0) for m in _TAG.finditer(text)], 1, LONGEST)


def _inside(passages: Passages, spans: list[tuple[int, int]], rest: int, longest: int) -> Passages:
    bounds = np.array(spans, np.int32).reshape(-1, 2)
    starts, ends = bounds.T
    owners = np.searchsorted(passages.starts, starts, "right") - 1
    lengths = passages.ends[owners] - passages.starts[owners]
    kept = (owners >= 0) & (passages.ends[owners] >= ends) & (lengths >= ends - starts + rest) & (lengths <= longest)
    return Passages(starts[kept], ends[kept], owners[kept].astype(np.int32))

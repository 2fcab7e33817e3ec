"""Look around a sentence: the first level's scores of its neighbours and section heading, and where and how it stands.

One row a candidate sentence; the second level (`classifier.Network`) reads it. Nothing here looks further than the sections around
the sentence, so that what stands elsewhere on the page does not change the answer.
"""

import math
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.document import Cue, Document, Landmark, Passages

REACH = 3  # neighbours on each side whose scores are read one by one
FADE = 0.1  # how much a section's score loses a sentence of distance; chosen on dev (0.05-0.2 differ by less than 0.003)
ABSENT = -1.0  # the score of a neighbour that is not there: that of an ordinary sentence

HEADING_LENGTH = 70  # code points; longer lines are no section headings
EDGE = 20  # sentences; how near the page's start or end still counts

GEOMETRY = (
    "log_length",
    "closed",  # ends like a sentence
    "headlike",  # short and not closed
    "colon",
    "quoted",
    "bracketed",
    "lower_start",
    "numbered",
    "joined_before",  # same block as the sentence before
    "joined_after",
    "heading_distance",
    "from_start",
    "from_end",
    "link_density",
    "in_header",
    "in_margin",
    "sponsor_markup",
    "disclaimer_markup",
)
_SHAPES = GEOMETRY.index("joined_before")
_CLOSERS = ".!?…。！？"
_SPONSOR_CUES, _DISCLAIMER_CUES = (Cue.SPONSORED_LINK | Cue.SPONSOR_WORD).value, Cue.DISCLAIMER_WORD.value  # plain ints: fast
_QUOTE = re.compile('["“”„«»]')
_NUMBER = re.compile(r"\d")


def width(labels: int) -> int:
    """Return the number of columns for a first level of so many scores."""
    return labels * (1 + 2 * REACH + 2 + 1) + len(GEOMETRY)


def context_rows(document: Document, passages: Passages, margins: NDArray[np.float32], rows: NDArray[np.intp]) -> NDArray[np.float32]:
    """Return the features of the chosen passages, shape (len(rows), width); `margins` has shape (passages, labels)."""
    padded = np.full((len(margins) + 2 * REACH, margins.shape[1]), ABSENT, np.float32)
    padded[REACH : REACH + len(margins)] = margins
    columns = [padded[rows + REACH]]
    for distance in range(1, REACH + 1):
        columns += [padded[rows + REACH - distance], padded[rows + REACH + distance]]
    before, after = _faded(margins)
    headings = headings_of(document, passages)
    heading_margins = np.where(headings[rows, None] >= 0, margins[headings[rows]], np.float32(ABSENT))
    columns += [before[rows], after[rows], heading_margins, _geometry(document, passages, rows, headings)]
    return np.hstack(columns)


def _faded(margins: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the best score before and after each sentence, less FADE a sentence of distance."""
    slope = (FADE * np.arange(len(margins), dtype=np.float32))[:, None]
    before = np.full_like(margins, ABSENT)
    before[1:] = np.maximum.accumulate(margins + slope, 0)[:-1] - slope[1:]
    after = np.full_like(margins, ABSENT)
    after[:-1] = np.maximum.accumulate((margins - slope)[::-1], 0)[::-1][1:] + slope[:-1]
    return np.maximum(before, ABSENT), np.maximum(after, ABSENT)


def headings_of(document: Document, passages: Passages) -> NDArray[np.intp]:
    """Return for each passage the index of the nearest heading-like one before it, -1 where there is none."""
    headlike = ~closed(document.text, passages.ends) & (passages.ends - passages.starts < HEADING_LENGTH)
    latest = np.maximum.accumulate(np.where(headlike, np.arange(len(passages)), -1))
    return np.concatenate(([-1], latest[:-1])).astype(np.intp)


def closed(text: str, ends: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
    """Return whether what ends at each of these places ends like a sentence, shape (places,)."""
    return np.fromiter((text[end - 1] in _CLOSERS for end in ends.tolist()), np.bool_, len(ends))


def _geometry(document: Document, passages: Passages, rows: NDArray[np.intp], headings: NDArray[np.intp]) -> NDArray[np.float32]:
    count = len(passages)
    blocks = passages.blocks
    before, after = np.maximum(rows - 1, 0), np.minimum(rows + 1, count - 1)
    columns = np.empty((len(rows), len(GEOMETRY)), np.float32)
    columns[:, :_SHAPES] = np.reshape([_shape(document.text[passages.starts[i] : passages.ends[i]]) for i in rows], (-1, _SHAPES))
    columns[:, _SHAPES] = (rows > 0) & (blocks[before] == blocks[rows])
    columns[:, _SHAPES + 1] = (rows < count - 1) & (blocks[after] == blocks[rows])
    columns[:, _SHAPES + 2] = np.log1p(np.where(headings[rows] >= 0, rows - headings[rows], 30)) / 4
    columns[:, _SHAPES + 3] = np.log1p(np.minimum(rows, EDGE)) / 4
    columns[:, _SHAPES + 4] = np.log1p(np.minimum(count - 1 - rows, EDGE)) / 4
    columns[:, _SHAPES + 5 :] = _markup(document, blocks[rows])
    return columns


def _shape(sentence: str) -> tuple[float, ...]:
    length = len(sentence)
    ended = sentence[-1] in _CLOSERS
    return (
        math.log1p(length) / 5,
        ended,
        not ended and length < HEADING_LENGTH,
        sentence[-1] == ":",
        _QUOTE.search(sentence) is not None,
        sentence[0] in "([*#",
        sentence[0].islower(),
        _NUMBER.search(sentence) is not None,
    )


def _markup(document: Document, blocks: NDArray[np.int32]) -> NDArray[np.float32]:
    """Return what the markup says of some blocks; zeros for plain text, so that a page means the same without its markup."""
    table = document.blocks
    rows = np.zeros((len(blocks), len(GEOMETRY) - _SHAPES - 5), np.float32)
    if table.landmarks is None or table.link_chars is None or table.cues is None:
        return rows
    for row, i in enumerate(blocks.tolist()):
        landmark, cues = table.landmarks[i], table.cues[i]
        rows[row] = (
            min(1.0, table.link_chars[i] / (table.ends[i] - table.starts[i])),
            landmark in (Landmark.HEADER, Landmark.NAV),
            landmark in (Landmark.ASIDE, Landmark.FOOTER),
            bool(cues & _SPONSOR_CUES),
            bool(cues & _DISCLAIMER_CUES),
        )
    return rows

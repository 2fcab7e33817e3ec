"""Look for articles in a page: which blocks could open one, and which are page chrome.

Titles are told by what a reader sees: a short line, often doubled, after a gap or the end of a story, whose words recur in the text below
but not in the text above; and by the lexical cohesion across the line (TextTiling, Hearst 1997), here the weight of word repetitions
that span it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.document import Document, Landmark, Passages
from detector.features.context import closed
from detector.features.text import Tokens

WINDOW = 3_000  # code points; word repetitions further apart do not count
TITLE_LENGTH = 300  # code points; a longer block opens no article
BODY_LENGTH = 150  # code points; a block this long is running text
NEAR = 8  # blocks within which a doubled title stands
REACH = 14  # blocks below a title in which running text must begin

TITLE_COLUMNS = 26
BLOCK_COLUMNS = 16

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Outline:
    """What is known of each block of a document before it is cut into articles; arrays of shape (blocks,)."""

    starts: NDArray[np.intp]
    lengths: NDArray[np.intp]
    gaps: Array  # blank lines before, at most 3
    doubled: Array  # whether its text stands again shortly after it, as titles do
    doubling: Array  # whether its text stood shortly before it
    closed: Array  # ends like a sentence
    chrome: Array  # first-level margin of page chrome
    echo_after: Array  # share of its word weight that recurs below
    echo_before: Array
    cohesion: Array  # weight of the repetitions across its start, over that of the words around it


def outline_of(document: Document, passages: Passages, tokens: Tokens, weights: Array, chrome: Array) -> Outline:
    """Gather what is known of the blocks.

    `weights` gives each token's squared IDF; `chrome` the first-level margin of page chrome, shape (passages,).
    """
    starts = np.array(document.blocks.starts, np.intp)
    ends = np.array(document.blocks.ends, np.intp)
    first = np.searchsorted(passages.blocks, np.arange(len(starts)))
    gaps = np.concatenate(([3], starts[1:] - ends[:-1] - 1))
    echo_after, echo_before, cohesion = _echoes(starts, ends, tokens, weights)
    return Outline(
        starts,
        ends - starts,
        np.minimum(gaps, 3).astype(np.float32),
        *_repeats(document.text, starts, ends - starts),
        closed(document.text, ends).astype(np.float32),
        (np.add.reduceat(chrome, first) / np.diff(np.append(first, len(passages)))).astype(np.float32),
        echo_after,
        echo_before,
        cohesion,
    )


def title_rows(document: Document, outline: Outline) -> tuple[NDArray[np.intp], Array]:
    """Return the blocks that could open an article, and their features, shape (candidates, TITLE_COLUMNS)."""
    lengths = outline.lengths
    candidates = np.flatnonzero((lengths < TITLE_LENGTH) & (_until_body(lengths) <= REACH))
    if len(candidates) == 0:
        return candidates, np.zeros((0, TITLE_COLUMNS), np.float32)
    columns = (
        *(_log(_shifted(lengths, k, 0)) for k in (2, 1, 0, -1, -2)),
        *(_shifted(outline.gaps, k, 3) for k in (0, -1)),
        *(_shifted(outline.closed, k, 0) for k in (1, 0, -1)),
        *(_shifted(outline.chrome, k, 0) for k in (1, 0, -1)),
        _log(np.max([_shifted(lengths, k, 0) for k in range(1, 5)], 0)),
        _log(np.max([_shifted(lengths, -k, 0) for k in range(1, 5)], 0)),
        np.log1p(_until_body(lengths)),
        np.log1p(_until_body(lengths[::-1])[::-1]),
        outline.echo_after,
        outline.echo_before,
        outline.cohesion,
        outline.doubled,
        outline.doubling,
        _followed_by_digits(document, outline),
        *_markup(document, len(lengths)),
    )
    rows = np.stack([np.asarray(c, np.float32)[candidates] for c in columns], 1)
    return candidates, rows


def block_rows(document: Document, outline: Outline) -> Array:
    """Return the features that tell page chrome from articles, shape (blocks, BLOCK_COLUMNS)."""
    lengths = outline.lengths
    columns = (
        *(_log(_shifted(lengths, k, 0)) for k in (2, 1, 0, -1, -2)),
        *(_shifted(outline.closed, k, 0) for k in (1, 0, -1)),
        *(_shifted(outline.chrome, k, 0.5) for k in (2, 1, 0, -1, -2)),
        outline.gaps,
        np.log1p(_until_body(lengths)),
        np.log1p(_until_body(lengths[::-1])[::-1]),
    )
    return np.stack([np.asarray(c, np.float32) for c in columns], 1)


def _echoes(starts: NDArray[np.intp], ends: NDArray[np.intp], tokens: Tokens, weights: Array) -> tuple[Array, Array, Array]:
    """Return the echo after, the echo before, and the cohesion of each block, from the nearest repetitions of every word."""
    places = tokens.starts
    order = np.argsort(tokens.hashes, kind="stable")
    same = tokens.hashes[order[1:]] == tokens.hashes[order[:-1]]
    earlier, later = order[:-1][same], order[1:][same]
    near = places[later] - places[earlier] < WINDOW
    earlier, later = earlier[near], later[near]
    recurs, occurred, links = np.zeros(len(places)), np.zeros(len(places)), np.zeros(len(places) + 1)
    recurs[earlier] = weights[earlier]
    occurred[later] = weights[later]
    np.add.at(links, earlier + 1, weights[later])
    np.subtract.at(links, later + 1, weights[later])
    spanning = np.cumsum(links)
    first, last = np.searchsorted(places, starts), np.searchsorted(places, ends)
    mass = np.concatenate(([0.0], np.cumsum(weights)))
    own = np.maximum(mass[last] - mass[first], 1e-6)
    around = mass[np.searchsorted(places, starts + WINDOW // 2)] - mass[np.searchsorted(places, starts - WINDOW // 2)] + 1e-6
    after = _range_sums(recurs, first, last) / own
    before = _range_sums(occurred, first, last) / own
    return after.astype(np.float32), before.astype(np.float32), (spanning[first] / around).astype(np.float32)


def _range_sums(values: NDArray[np.float64], first: NDArray[np.intp], last: NDArray[np.intp]) -> NDArray[np.float64]:
    sums = np.concatenate(([0.0], np.cumsum(values)))
    return sums[last] - sums[first]


def _repeats(text: str, starts: NDArray[np.intp], lengths: NDArray[np.intp]) -> tuple[Array, Array]:
    """Return whether each block's text stands again shortly after it, and whether it stood shortly before."""
    again, before = np.zeros(len(starts), np.float32), np.zeros(len(starts), np.float32)
    seen: dict[str, int] = {}
    for i in np.flatnonzero((lengths < TITLE_LENGTH) & (lengths >= 15)).tolist():
        line = text[starts[i] : starts[i] + lengths[i]].casefold()
        previous = seen.get(line)
        if previous is not None and i - previous <= NEAR:
            again[previous], before[i] = 1, 1
        seen[line] = i
    return again, before


def _followed_by_digits(document: Document, outline: Outline) -> Array:
    """Return whether a short line with a number (date, time, "5 minutes ago") comes soon after."""
    short = np.zeros(len(outline.starts), np.bool_)
    for i in np.flatnonzero(outline.lengths < 60).tolist():
        start = outline.starts[i]
        short[i] = any(map(str.isdigit, document.text[start : start + outline.lengths[i]]))
    soon = np.any([_shifted(short, -k, False) for k in range(1, 5)], 0)
    return np.asarray(soon, np.float32)


def _markup(document: Document, blocks: int) -> tuple[Array, Array, Array]:
    """Return whether each block is a main heading, in a margin landmark, and whether there is markup at all."""
    landmarks, headings = document.blocks.landmarks, document.blocks.headings
    if landmarks is None or headings is None:
        return np.zeros(blocks, np.float32), np.zeros(blocks, np.float32), np.zeros(blocks, np.float32)
    heading, landmark = np.array(headings), np.array(landmarks)
    margin = np.isin(landmark, (Landmark.NAV, Landmark.HEADER, Landmark.FOOTER, Landmark.ASIDE))
    return ((heading > 0) & (heading < 3)).astype(np.float32), margin.astype(np.float32), np.ones(blocks, np.float32)


def _until_body(lengths: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return how many blocks on the next running text stands, 0 for running text itself, at most 20."""
    index = np.arange(len(lengths))
    coming = np.minimum.accumulate(np.where(lengths >= BODY_LENGTH, index, len(lengths) + 20)[::-1])[::-1]
    return np.minimum(coming - index, 20)


def _shifted(values: NDArray[np.generic], by: int, fill: float) -> NDArray[np.float32]:
    """Return the values moved `by` places towards the end (towards the start where negative)."""
    moved = np.full(len(values), fill, np.float32)
    if by == 0:
        moved[:] = values
    elif by > 0:
        moved[by:] = values[:-by]
    else:
        moved[:by] = values[-by:]
    return moved


def _log(lengths: NDArray[np.generic]) -> Array:
    return np.asarray(np.log1p(np.asarray(lengths, np.float32)) / 5, np.float32)

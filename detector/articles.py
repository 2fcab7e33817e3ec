"""Cut a document into its articles, from the probability of each block to open one and to be page chrome."""

from collections.abc import Container, Sequence

import numpy as np
from numpy.typing import NDArray

from detector.document import Document, Passages

MIN_LENGTH = 300  # code points; what is shorter is no article of its own

BOILERPLATE = 0.3  # probability of any label from which a sentence counts as boilerplate
BOILERPLATE_SHARE = 0.6  # of the characters at a piece's start
OPENING = 600  # code points at a piece's start; dev: the share there tells tails from articles, that of the whole piece does not
OPENER = 0.02  # probability from which a line may be no title

Span = tuple[int, int]  # first and last block, half open


def split_articles(
    document: Document,
    titles: NDArray[np.intp],
    opening: NDArray[np.float32],
    chrome: NDArray[np.float32],
    thresholds: tuple[float, float],
) -> list[Span]:
    """Return the runs of blocks that are articles, in order; chrome around them belongs to none.

    `titles` are the blocks that could open an article and `opening` (titles,) how likely each does; `chrome` (blocks,) how likely each
    block is page chrome; `thresholds` are those of the two. A page without any title is one article; what is too short for one is part of
    the article before.
    """
    open_at, chrome_at = thresholds
    starts, ends = document.blocks.starts, document.blocks.ends
    likely = opening >= open_at
    cuts = _apart(starts, titles[likely].tolist(), opening[likely].tolist())
    is_chrome = chrome >= chrome_at
    spans: list[Span] = []
    for first, last in zip([0, *cuts], [*cuts, len(starts)], strict=True):
        span = _trimmed(first, last, is_chrome, at_start=first not in cuts)
        if span is None:
            continue
        length = ends[span[1] - 1] - starts[span[0]]
        if length >= MIN_LENGTH:
            spans.append(span)
        elif spans and first in cuts and spans[-1][1] == first:
            spans[-1] = (spans[-1][0], span[1])
    return spans or [(0, len(starts))]


def join_boilerplate(passages: Passages, spans: list[Span], disclosing: NDArray[np.float32], titled: Container[int]) -> list[Span]:
    """Return the articles, pieces that open with boilerplate joined to the one before: a disclaimer is no article.

    `disclosing` (passages,) is how likely each sentence carries a label; `titled` are the blocks that are titles whatever they say.
    """
    lengths = passages.ends - passages.starts
    boilerplate = disclosing >= BOILERPLATE
    joined: list[Span] = []
    for first, last in spans:
        piece = slice(*np.searchsorted(passages.blocks, (first, last)).tolist())
        opening = np.minimum(lengths[piece], np.maximum(OPENING - np.cumsum(lengths[piece]) + lengths[piece], 0))
        share = opening @ boilerplate[piece] / opening.sum()
        if joined and first not in titled and disclosing[piece.start] >= OPENER and share >= BOILERPLATE_SHARE:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined


def _apart(starts: Sequence[int], titles: list[int], opening: list[float]) -> list[int]:
    """Return the titles without those that stand too soon after a likelier one: what that one opens would be too short."""
    kept: list[int] = []
    surest = 0.0
    for title, p in zip(titles, opening, strict=True):
        if kept and starts[title] - starts[kept[-1]] < MIN_LENGTH and p < surest:
            continue
        kept.append(title)
        surest = p
    return kept


def _trimmed(first: int, last: int, chrome: NDArray[np.bool_], *, at_start: bool) -> Span | None:
    """Return a run without the chrome at its end, and at its start where that is no title; None where nothing is left."""
    while last > first and chrome[last - 1]:
        last -= 1
    while at_start and first < last and chrome[first]:
        first += 1
    return (first, last) if last > first else None

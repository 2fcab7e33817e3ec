"""Leave out of a text what a reader passes over: the targets of Markdown links, and the numbers of footnotes.

Pages come as Markdown from many crawlers. The words of an address are no words of its sentence, and would make it read like a notice.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.document import Document, Passages

_TARGET = r"\((?:https?:|mailto:|www\.|[/#.]|[\w-]+[./])(?:[^\s()]|\([^\s()]*\))*(?:\s+\"[^\"\n]*\")?\)"
_BRACKET = re.compile(rf"(?P<open>!?\[)|(?P<close>\](?:{_TARGET})?)|(?P<line>\n)")
_FOOTNOTES = re.compile(r"\[\d{1,3}\](?:\[\d{1,3}\])*")

Gaps = list[tuple[int, int]]  # (start, end) of what is left out, in order
Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Copy:
    """A document without what is passed over, block for block, and the way back."""

    document: Document
    kept: NDArray[np.intp]  # the place in the original of each code point of the copy
    before: dict[int, int]  # where what is left out right before a sentence starts, by its end: the bracket that opens a link
    after: dict[int, int]  # where what is left out right after a sentence ends, by its start

    def back(self, passages: Passages) -> Passages:
        """Return passages of the copy as passages of the original, with the link or footnote that begins or ends one."""
        starts = [self.before.get(start, start) for start in self.kept[passages.starts].tolist()]
        ends = [self.after.get(end, end) for end in (self.kept[passages.ends - 1] + 1).tolist()]
        return Passages(np.array(starts, np.int32), np.array(ends, np.int32), passages.blocks)


def plain_copy(document: Document) -> Copy | None:
    """Return a copy of a document, None where there is nothing to leave out."""
    opening, closing = _gaps(document.text)
    if not closing:
        return None
    codes = np.frombuffer(document.text.encode("utf-32-le", "surrogatepass"), np.uint32)
    left = np.zeros(len(codes), np.bool_)
    for start, end in opening + closing:
        left[start:end] = True
    starts, ends = np.array(document.blocks.starts), np.array(document.blocks.ends)
    first, last = _inked(codes, left, starts, ends)
    for k in np.flatnonzero(first > last):  # nothing but a picture without words: no block is empty
        left[starts[k] : ends[k]] = False
    first, last = _inked(codes, left, starts, ends)
    places: Array = np.cumsum(~left) - ~left
    blocks = replace(document.blocks, starts=places[first].tolist(), ends=(places[last] + 1).tolist())
    text = codes[~left].tobytes().decode("utf-32-le", "surrogatepass")
    return Copy(
        replace(document, text=text, blocks=blocks),
        np.flatnonzero(~left),
        _merged(opening, backwards=True),
        _merged(closing, backwards=False),
    )


def _inked(codes: Array, left: Array, starts: Array, ends: Array) -> tuple[Array, Array]:
    """Return the first and the last code point of each block that is kept and no blank; if there is none the last is before the first."""
    inked = np.flatnonzero((codes > ord(" ")) & (codes != ord("\u00a0")) & ~left)
    padded = np.append(inked, len(codes))
    return padded[np.searchsorted(inked, starts)], np.append(-1, inked)[np.searchsorted(inked, ends)]


def plain(text: str) -> str:
    """Return a text without what is passed over."""
    parts, at = [], 0
    for start, end in sorted(sum(_gaps(text), [])):
        parts.append(text[at:start])
        at = end
    return "".join((*parts, text[at:]))


def _gaps(text: str) -> tuple[Gaps, Gaps]:
    """Return what is left out before words, and what behind them."""
    opening, closing = _links(text) if "](" in text else (Gaps(), Gaps())
    notes = [match.span() for match in _FOOTNOTES.finditer(text)]
    return opening, sorted(closing + [note for note in notes if text[max(0, note[0] - 1) : note[0]].strip("[]( \t\r\n\xa0")])


def _links(text: str) -> tuple[Gaps, Gaps]:
    """Return the brackets that open links with a target, and what closes them; a link ends on the line where it begins."""
    opening, closing, unclosed = Gaps(), Gaps(), list[tuple[int, int]]()
    for match in _BRACKET.finditer(text):
        if match["open"]:
            unclosed.append(match.span())
        elif match["line"]:
            unclosed.clear()
        elif unclosed:
            bracket = unclosed.pop()
            if len(match["close"]) > 1:
                opening.append(bracket)
                closing.append(match.span())
    return sorted(opening), closing


def _merged(gaps: Gaps, *, backwards: bool) -> dict[int, int]:
    """Return where runs of gaps start by their end, or where they end by their start."""
    runs = Gaps()
    for start, end in gaps:
        if runs and runs[-1][1] == start:
            runs[-1] = runs[-1][0], end
        else:
            runs.append((start, end))
    return {end: start for start, end in runs} if backwards else dict(runs)

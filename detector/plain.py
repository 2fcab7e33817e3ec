"""Leave out of a text what a reader passes over: tags, the targets of Markdown links, and the numbers of footnotes.

Pages come as Markdown from many crawlers. The words of an address are no words of its sentence, and would make it read like a notice.
"""

import html
import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.document import Document, Passages
from detector.tags import untagged

_TARGET = (
    r"(?:\((?:<[^<>\n]*>|(?:https?:|mailto:|tel:|data:|javascript:|www\.|[/#.]|[\w-]+[./])(?:[^\s()]|\([^\s()]*\))*)"
    r"(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'))?\)|:[ \t]+(?:https?:|mailto:|www\.|/)[^\s\]]+(?!\S))"  # the latter where it stands apart
)
_NOTE = r"\[(?:\d{1,3}|\^[\w-]{1,40})\]"  # of a footnote, right behind a word
_FOOTNOTE = re.compile(_NOTE)
# "!" opens a picture; in "Great![3]", where a footnote without a target follows, it ends a sentence.
_BRACKET = re.compile(
    rf"(?P<notes>(?<=[^][( \t\r\n\xa0])(?:{_NOTE}(?:{_TARGET})?)+)|(?P<open>!(?!{_NOTE}(?!\())\[|\[)"
    rf"|(?P<close>\](?:{_TARGET})?)|(?P<end>\n[ \t\r]*\n)"
)
_EMPHASIS = re.compile(r"\*\*|__|`")
_BLANKS = re.compile(r"[^\S\r\n]+")
_UNSEEN = dict.fromkeys((0xAD, *range(0x200B, 0x2010), 0x2060, 0xFEFF))  # soft hyphens, and marks without width

Gaps = list[tuple[int, int]]  # (start, end) of what is left out, in order
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Copy:
    """A document without what is passed over, block for block, and the way back."""

    document: Document
    gaps: Places  # (gaps,), where in the copy something was left out
    lost: Places  # (gaps + 1,), how many code points were, before the first gap, the second and so on
    before: dict[int, int]  # where what is left out right before a sentence starts, by its end: the bracket that opens a link
    after: dict[int, int]  # where what is left out right after a sentence ends, by its start

    def original(self, places: NDArray[np.integer[Any]]) -> Places:
        """Return the places in the original of some code points of the copy."""
        return np.asarray(places + self.lost[np.searchsorted(self.gaps, places, "right")], np.intp)

    def back(self, passages: Passages) -> Passages:
        """Return passages of the copy as passages of the original, with the link or footnote that begins or ends one."""
        starts = [self.before.get(start, start) for start in self.original(passages.starts).tolist()]
        ends = [self.after.get(end, end) for end in (self.original(passages.ends - 1) + 1).tolist()]
        return Passages(np.array(starts, np.int32), np.array(ends, np.int32), passages.blocks)


def plain_copy(document: Document) -> Copy | None:
    """Return a copy of a document, None where there is nothing to leave out; tags that an HTML page shows are its text."""
    bare = document if document.from_html else replace(document, text=untagged(document.text))
    opening, closing = _gaps(bare.text)
    if closing:
        opening, closing = _worded(bare, opening, closing)
    if not closing and bare.text == document.text:
        return None
    left_out = sorted(opening + closing)
    gaps = np.array(left_out, np.intp).reshape(-1, 2)
    lost: Places = np.concatenate(([0], np.cumsum(gaps[:, 1] - gaps[:, 0])))
    text = _without(bare.text, left_out, 0, len(bare.text))
    bounds = np.array([document.blocks.starts, document.blocks.ends])
    starts, ends = (bounds - lost[np.searchsorted(gaps[:, 0], bounds, "left")]).tolist()
    for k in np.unique(np.searchsorted(document.blocks.starts, gaps[:, 0], "right") - 1):  # those whose ends may be blank now
        line = text[starts[k] : ends[k]]
        starts[k], ends[k] = ends[k] - len(line.lstrip()), starts[k] + len(line.rstrip())
    copy = replace(document, text=text, blocks=replace(document.blocks, starts=starts, ends=ends))
    return Copy(copy, gaps[:, 0] - lost[:-1], lost, _merged(opening, backwards=True), _merged(closing, backwards=False))


def spoken(text: str, *, entities: bool) -> str:
    """Return a text as names and amounts are looked for in it: without what is passed over, emphasis, soft hyphens and wide blanks.

    Accents are one with their letters then; `entities` of HTML are what they stand for.
    """
    bare = _EMPHASIS.sub("", plain(text))
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", html.unescape(bare) if entities else bare).translate(_UNSEEN))


def plain(text: str) -> str:
    """Return a text without what is passed over."""
    bare = untagged(text)
    opening, closing = _gaps(bare)
    return _without(bare, sorted(opening + closing), 0, len(bare))


def _worded(document: Document, opening: Gaps, closing: Gaps) -> tuple[Gaps, Gaps]:
    """Return the gaps but those of blocks that would be left without a word, as that of a picture."""
    homes: dict[int, Gaps] = {}
    starts, ends = document.blocks.starts, document.blocks.ends
    for gap in sorted(opening + closing):
        homes.setdefault(bisect_right(starts, gap[0]) - 1, []).append(gap)
    wordless = {gap for k, gaps in homes.items() if not _without(document.text, gaps, starts[k], ends[k]).strip() for gap in gaps}
    return [gap for gap in opening if gap not in wordless], [gap for gap in closing if gap not in wordless]


def _without(text: str, gaps: Gaps, at: int, end: int) -> str:
    """Return a part of a text without the gaps, which lie in it."""
    parts = []
    for first, last in gaps:
        parts.append(text[at:first])
        at = last
    return "".join((*parts, text[at:end]))


def _gaps(text: str) -> tuple[Gaps, Gaps]:
    """Return what is left out before words, and what behind them: brackets of links with a target, which end before the next blank line.

    No two of them overlap: what a footnote and its link take up is one.
    """
    opening, closing, unclosed = Gaps(), Gaps(), list[tuple[int, int]]()
    if "](" not in text and _FOOTNOTE.search(text) is None:  # most texts: a quick look instead of a slow one
        return opening, closing
    for match in _BRACKET.finditer(text):
        if match["notes"]:
            closing.append(match.span())
        elif match["open"]:
            unclosed.append(match.span())
        elif match["end"]:
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

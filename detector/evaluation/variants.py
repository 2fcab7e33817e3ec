"""Write the same page differently: variants of a text whose answer must stay the same, each with a map of offsets.

A variant is a page and, for each offset of the original text, the offset in the variant's document text. All are deterministic.
"""

import html
import random
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.document import Document, Page, Report

NOISE = 0.01  # share of characters that a bad scan gets wrong
WRAP = 72  # characters of a line in a mail
SEED = 0

_Edit = tuple[int, int, str]  # start and end in the original, replacement
_LINES = re.compile(r"\n+")
_JOIN = re.compile(r"^[^\n]{2,79}\w(?P<gap>[^\S\n]*\n\s*)(?=\S[^\n]{79})", re.MULTILINE)  # a heading before a paragraph
_LONG_WORD = re.compile(r"\b[^\W\d_]{4}(?P<gap>)[^\W\d_]{4,}\b")
_LINKED = re.compile(r"\b[^\W\d_]{3,} [^\W\d_]{3,} [^\W\d_]{3,}\b")
_OPENING = re.compile(r"(?:^|(?<=[\s(\[{—–]))[\"']")
_SPACES = re.compile(r"\s+")
_STRAIGHT = str.maketrans("“”„‟‘’‚‛", "\"\"\"\"''''")
_CURLY = {'"': "”", "'": "’"}
_CURLY_OPENING = {'"': "“", "'": "‘"}
_LOOKALIKE = dict(zip("lIiOo0eaSs5BbghntumcrfqZzT1", ["1", "l", "l", "0", "c", "O", "c", "o", "5", "5", "S", "8", "h", "q", "b"]
                      + ["h", "f", "n", "rn", "e", "i", "t", "g", "2", "2", "7", "l"], strict=True))  # fmt: skip
_NEIGHBOUR = """Harbour bridge to close for eleven weeks
The old swing bridge over the Tarn estuary will close to all traffic on Monday while its bearings are replaced, the county said.
Buses will run by way of Millgate, which adds about twenty minutes to the journey. "We would have liked to wait for summer," said \
Ruth Abbercorn, who heads the roads department, "but the last inspection left us no choice."
Shopkeepers on the quay expect a quiet spring. Some of them have cut their orders by a third, and the ferry company is to decide \
on Thursday whether it puts on a second boat. The bridge was built in 1931 and last repaired in 1987.
The work is to be finished before the regatta in June."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A page that says the same; `moved` has one entry an offset of the original text, its end included."""

    page: Page
    moved: NDArray[np.int64]


def variants_of(document: Document, report: Report) -> Mapping[str, Variant | None]:
    """Return the variants of a text document by name; None where a transformation does not apply to it."""
    return {name: transform(document, report) for name, transform in _TRANSFORMS.items()}


def edited(text: str, edits: Iterable[_Edit]) -> tuple[str, NDArray[np.int64]]:
    """Apply edits, which must be in order and disjoint; an offset inside one goes as far into the replacement, or to its end."""
    parts: list[str] = []
    shifts = np.zeros(len(text) + 1, np.int64)
    shrunk: list[_Edit] = []
    at = 0
    for edit in edits:
        start, end, replacement = edit
        parts += (text[at:start], replacement)
        shifts[end] += len(replacement) - (end - start)
        if len(replacement) < end - start:
            shrunk.append(edit)
        at = end
    moved = np.arange(len(text) + 1) + np.cumsum(shifts)
    for start, end, replacement in shrunk:
        moved[start:end] = np.minimum(moved[start:end], moved[start] + len(replacement))
    return "".join((*parts, text[at:])), moved


def _edit(document: Document, edits: Iterable[_Edit]) -> Variant | None:
    text, moved = edited(document.text, edits)
    return Variant(Page(document.id, text, url=document.url), moved) if text != document.text else None


def _replace(pattern: re.Pattern[str], replacement: str, group: str | int = 0) -> Callable[[Document, Report], Variant | None]:
    return lambda document, _: _edit(document, ((*m.span(group), replacement) for m in pattern.finditer(document.text)))


def _characters(rewrite: Callable[[str], str]) -> Callable[[Document, Report], Variant | None]:
    """Return a transformation that rewrites each character by itself."""

    def transform(document: Document, report: Report) -> Variant | None:
        text = document.text
        if len(new := rewrite(text)) != len(text):
            return _edit(document, ((i, i + 1, rewrite(c)) for i, c in enumerate(text)))
        return Variant(Page(document.id, new, url=document.url), np.arange(len(text) + 1)) if new != text else None

    return transform


def _curly(document: Document, _: Report) -> Variant | None:
    openings = {m.start() for m in _OPENING.finditer(document.text)}
    quotes = [(i, c) for i, c in enumerate(document.text) if c in _CURLY]
    return _edit(document, ((i, i + 1, (_CURLY_OPENING if i in openings else _CURLY)[c]) for i, c in quotes))


def _entities(document: Document, _: Report) -> Variant | None:
    """Write the text as an HTML page, a paragraph a line, with every quote, ampersand and space as an entity."""
    text, blocks = document.text, document.blocks
    edits: list[_Edit] = []
    at = 0
    for start, end in zip(blocks.starts, blocks.ends, strict=True):
        edits.append((at, start, "\n" if at else ""))
        edits += [(*m.span(), " ") for m in _SPACES.finditer(text, start, end)]
        at = end
    folded, moved = edited(text, [*edits, (at, len(text), "")])
    lines = (html.escape(line).replace(" ", "&nbsp;") for line in folded.split("\n"))
    body = "\n".join(f"<p>{line}</p>" for line in lines)
    return Variant(Page(document.id, f"<!doctype html><html><body>{body}</body></html>", html=True, url=document.url), moved)


def _markdown(document: Document, _: Report) -> Variant | None:
    """Make words that stand by threes links to an address that is made of them."""
    edits: list[_Edit] = []
    for match in _LINKED.finditer(document.text):
        edits += [(match.start(), match.start(), "["), (match.end(), match.end(), f"]({_address(match)})")]
    return _edit(document, edits)


def _tagged(document: Document, _: Report) -> Variant | None:
    """Put lines into paragraphs, and words that stand by threes into links, as a feed's field holds them."""
    edits: list[_Edit] = []
    for start, end in zip(document.blocks.starts, document.blocks.ends, strict=True):
        edits.append((start, start, "<p>"))
        for match in _LINKED.finditer(document.text, start, end):
            edits += [(match.start(), match.start(), f'<a href="{_address(match)}">'), (match.end(), match.end(), "</a>")]
        edits.append((end, end, "</p>"))
    return _edit(document, edits)


def _address(words: re.Match[str]) -> str:
    return f"https://www.tarn.example/{words.group().lower().replace(' ', '-')}"


def _wrapped(document: Document, _: Report) -> Variant | None:
    """Break long lines between words, as mail programs do."""
    text, edits = document.text, list[_Edit]()
    for start, end in zip(document.blocks.starts, document.blocks.ends, strict=True):
        while end - start > WRAP and (space := text.rfind(" ", start, start + WRAP + 1)) > start:
            edits.append((space, space + 1, "\n"))
            start = space + 1
    return _edit(document, edits)


def _noise(document: Document, _: Report) -> Variant | None:
    """Replace characters by ones that look alike, as character recognition does."""
    places = [i for i, c in enumerate(document.text) if c in _LOOKALIKE]
    wanted = min(round(NOISE * len(document.text)), len(places))
    chosen = sorted(random.Random(f"{SEED} {document.id}").sample(places, wanted))
    return _edit(document, ((i, i + 1, _LOOKALIKE[document.text[i]]) for i in chosen))


def _truncated(document: Document, report: Report) -> Variant | None:
    """Cut the page off behind its last finding."""
    end = max((finding.end for finding in report.findings), default=len(document.text))
    return _edit(document, [(end, len(document.text), "")])


def _after(document: Document, _: Report) -> Variant | None:
    """Append an article; not an edit, which would take the end of the last sentence along."""
    text = document.text
    return Variant(Page(document.id, f"{text}\n\n{_NEIGHBOUR}\n", url=document.url), np.arange(len(text) + 1))


_TRANSFORMS: dict[str, Callable[[Document, Report], Variant | None]] = {
    "joined heading and paragraph": _replace(_JOIN, "", "gap"),
    "lost newlines": _replace(_LINES, " "),
    "doubled newlines": _replace(re.compile("\n"), "\n\n"),
    "wrapped lines": _wrapped,
    "Markdown links": _markdown,
    "HTML tags": _tagged,
    "upper case": _characters(str.upper),
    "straight quotes": _characters(lambda text: text.translate(_STRAIGHT)),
    "curly quotes": _curly,
    "soft hyphens": _replace(_LONG_WORD, "\u00ad", "gap"),
    "accents apart": _characters(lambda text: unicodedata.normalize("NFD", text)),
    "non-breaking spaces": _characters(lambda text: text.replace(" ", "\u00a0")),
    "HTML entities": _entities,
    "OCR noise": _noise,
    "article before": _replace(re.compile(r"\A"), f"{_NEIGHBOUR}\n\n"),
    "article after": _after,
    "truncated after disclosure": _truncated,
}

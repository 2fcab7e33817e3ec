"""Cut a document into sentences with offsets; a passage never crosses a block."""

import re
from itertools import pairwise
from unicodedata import normalize

import numpy as np
from sentencex import get_sentence_boundaries

from detector.document import Document, Passages

WINDOW = 20_000  # code points shown to sentencex at once: its time grows with the square where sentences end in "。"
SHORT = 12  # code points; what is shorter is one sentence
MAX_PASSAGE = 2_000  # code points; longer "sentences" (tables, code, lost punctuation) are cut at a space

_WIDE = (*range(0x09, 0x0E), *range(0x1C, 0x20), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)
_BULLETS = "•⁃⁌⁍■□▪▫▶▸►◆◇○●◦★☆➢➣➤"  # sentencex takes all that follows one for a single sentence
# What sentencex is shown instead; it takes no halves of surrogate pairs, and panics on some wide blanks.
_SHOWN = dict.fromkeys(_WIDE, " ") | dict.fromkeys(range(0xD800, 0xE000), "?") | dict.fromkeys(map(ord, _BULLETS), "-")
_INNER_END = re.compile(r"[.!?…。！？։؟।]['\"”’»)\]]*\s+\S|[。！？]\S")
# Abbreviations at which sentencex ends a sentence in some language: `d.w.z.` and the like where the next word is no capital (before a digit
# `t.ex.`, but not `U.S.` or `p.m.`), those of law and firms also before a number or its sign, titles and a few others before a capital.
_DOTTED = re.compile(r"(?<![^\W\d_.])(?:[^\W\d_]{1,3}\.){2,}$")
_HOUR = re.compile(r"[ap]\.m\.")
_SHORT = re.compile(
    r"(?<!\w)(?:abs|approx|art|ca|cf|corp|dvs|exkl|fig|inc|inkl|jf|kap|llc|ltd|ltda|n|nos?|nr|n[uú]m|p|pag|pkt|pp|sp|tj|ust|vgl|zzgl|"
    r"ziff)\.$",
    re.IGNORECASE,
)
_TITLE = re.compile(r"(?<!\w)(?:Dhr|Dña|Dr|exkl|Fa|inkl|M|MM|Mevr|mevr|Mlle|Mme|Prof|zzgl)\.$")
_SIGNS = frozenset("$€£¥§")  # that stand before a number
# Where sentencex parts nothing: after a sentence in brackets, before the word "I" after some marks, and in what opens with a bracket.
_PARTED = re.compile(r"[.!?…]['\"”’»\]]*\)['\"”’»\]]*\s+(?=[^\W\d_]|[(\[“„«\"'])|(?:[!?]{2}|…|\.\.|\bme\.)['\"”’»)\]]*\s+(?=I\b)")
_CLOSING = ")]'\"”’» \t"
_OPENING = re.compile(r"\((?:[^\W_]{1,4}\)\s)?")
_TAIL = 16  # code points in which such an abbreviation stands


def split_passages(document: Document) -> Passages:
    """Return the sentences of a document in text order, without surrounding white space."""
    starts: list[int] = []
    ends: list[int] = []
    counts: list[int] = []
    text = document.text
    language = document.lang if len(document.lang) == 2 else "en"
    for start, end in zip(document.blocks.starts, document.blocks.ends, strict=True):
        before = len(starts)
        line = text[start:end]
        if end - start <= MAX_PASSAGE and (_is_short(line) or not _INNER_END.search(line)):
            starts.append(start)
            ends.append(end)
        else:
            for first, last in _whole(_parted(language, _sentences(language, line), line), line):
                _append(starts, ends, start + first, line[first:last])
        counts.append(len(starts) - before)
    blocks = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    return Passages(np.array(starts, np.int32), np.array(ends, np.int32), blocks)


def _is_short(line: str) -> bool:
    """Whether a line is too short to hold two sentences; accents that are characters of their own do not count."""
    return len(line) < SHORT or (len(line) < 2 * SHORT and len(normalize("NFC", line)) < SHORT)


def _sentences(language: str, line: str) -> list[tuple[int, int]]:
    """Return the sentence bounds of a line; wide blanks are shown to sentencex as plain ones, and bullets as dashes."""
    line, at, bounds = line.translate(_SHOWN), 0, []
    while at < len(line):
        found = _window_sentences(language, line[at : at + WINDOW])
        if at + WINDOW < len(line) and len(found) > 1 and found[-1][0] >= WINDOW // 2:
            found.pop()  # it may go on beyond the window
        bounds += [(at + first, at + last) for first, last in found]
        at = bounds[-1][1]
    return bounds


def _parted(language: str, bounds: list[tuple[int, int]], line: str) -> list[tuple[int, int]]:
    """Return the sentences of a line with those parted that sentencex takes for one because of their brackets, or a lone I."""
    parted: list[tuple[int, int]] = []
    for first, last in bounds:
        cuts = [at for m in _PARTED.finditer(line, first, last) if not line[at := m.end()].islower()]
        for start, end in pairwise([first, *cuts, last]):
            opening = _OPENING.match(line, start, end)
            if opening and _INNER_END.search(line, opening.end(), end):
                inside = line[opening.end() : end].rstrip(_CLOSING)
                inner = [opening.end() + at for at, _ in _sentences(language, inside)]
                parted += pairwise([start, *inner[1:], end])
            else:
                parted.append((start, end))
    return parted


def _whole(bounds: list[tuple[int, int]], line: str) -> list[tuple[int, int]]:
    """Return the sentences of a line with those joined that were cut apart after an abbreviation."""
    joined: list[tuple[int, int]] = []
    for first, last in bounds:
        if joined and _goes_on(line[max(joined[-1][0], first - _TAIL) : first].rstrip(), line[first:last].lstrip()[:1]):
            joined[-1] = joined[-1][0], last
        else:
            joined.append((first, last))
    return joined


def _goes_on(before: str, after: str) -> bool:
    """Whether what ends so goes on with such a character."""
    if not before.endswith("."):
        return False
    if after.isupper():
        return _TITLE.search(before) is not None
    dotted = _DOTTED.search(before)
    if dotted and (after.islower() or (after.isdecimal() and dotted[0].islower() and not _HOUR.fullmatch(dotted[0]))):
        return True
    return (after.isalnum() or after in _SIGNS) and _SHORT.search(before) is not None


def _window_sentences(language: str, text: str) -> list[tuple[int, int]]:
    try:
        found = get_sentence_boundaries(language, text)
    except BaseException as error:  # a Rust panic is no Exception
        if type(error).__name__ != "PanicException":
            raise
        return [(0, len(text))]
    return [(sentence["start_index"], sentence["end_index"]) for sentence in found]


def _append(starts: list[int], ends: list[int], at: int, sentence: str) -> None:
    while len(sentence) > MAX_PASSAGE:
        cut = sentence.rfind(" ", MAX_PASSAGE // 2, MAX_PASSAGE)
        cut = cut if cut > 0 else MAX_PASSAGE
        _append(starts, ends, at, sentence[:cut])
        at, sentence = at + cut, sentence[cut:]
    content = sentence.strip()
    if content:
        at += len(sentence) - len(sentence.lstrip())
        starts.append(at)
        ends.append(at + len(content))

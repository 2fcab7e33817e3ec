"""Cut a document into sentences with offsets; a passage never crosses a block."""

import re

import numpy as np
from sentencex import get_sentence_boundaries

from detector.document import Document, Passages

MAX_PASSAGE = 2_000  # code points; longer "sentences" (tables, code, lost punctuation) are cut at a space

_SPACES = {
    ord(c): " "
    for c in "\t\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
}
_INNER_END = re.compile(r"[.!?…。！？։؟।]['\"”’»)\]]*\s+\S|[。！？]\S")


def split_passages(document: Document) -> Passages:
    """Return the sentences of a document in text order, without surrounding white space."""
    starts: list[int] = []
    ends: list[int] = []
    blocks: list[int] = []
    text = document.text
    language = document.lang if len(document.lang) == 2 else "en"
    for block, (start, end) in enumerate(zip(document.blocks.starts, document.blocks.ends, strict=True)):
        line = text[start:end]
        if end - start < 12 or not _INNER_END.search(line):
            _append(starts, ends, start, start, line)
        else:
            for first, last in _sentences(language, line):
                _append(starts, ends, start, start + first, line[first:last])
        blocks.extend([block] * (len(starts) - len(blocks)))
    return Passages(np.array(starts, np.int32), np.array(ends, np.int32), np.array(blocks, np.int32))


def _sentences(language: str, line: str) -> list[tuple[int, int]]:
    """Return the sentence bounds of a line; wide blanks are shown to sentencex as plain ones, since it panics on some of them."""
    try:
        found = get_sentence_boundaries(language, line.translate(_SPACES))
    except BaseException as error:  # a Rust panic is no Exception
        if type(error).__name__ != "PanicException":
            raise
        return [(0, len(line))]
    return [(sentence["start_index"], sentence["end_index"]) for sentence in found]


def _append(starts: list[int], ends: list[int], block_start: int, at: int, sentence: str) -> None:
    while len(sentence) > MAX_PASSAGE:
        cut = sentence.rfind(" ", MAX_PASSAGE // 2, MAX_PASSAGE)
        cut = cut if cut > 0 else MAX_PASSAGE
        _append(starts, ends, block_start, at, sentence[:cut])
        at, sentence = at + cut, sentence[cut:]
    content = sentence.strip()
    if content:
        at += len(sentence) - len(sentence.lstrip())
        starts.append(at)
        ends.append(at + len(content))

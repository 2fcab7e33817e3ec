"""Cut words into pieces of a fixed vocabulary, the longest first (WordPiece: Schuster & Nakajima 2012); case and accents do not count."""

import re
import unicodedata
from collections.abc import Mapping

CONTINUES = "##"  # before a piece that does not begin its word
UNKNOWN = "[UNK]"
LONGEST = 40  # code points; a longer word is unknown

_WORDS = re.compile(r"[^\W_]+|[^\w\s]|_")
_UNSEEN = re.compile("[\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufeff]+")  # accents, soft hyphens, marks without width
_QUOTES = str.maketrans("‘’‚“”„«»", '\'\'\'"""""')


def pieces(text: str, vocabulary: Mapping[str, int]) -> list[int]:
    """Return the ids of a text's pieces."""
    plain = text.lower()
    if not plain.isascii():
        plain = _UNSEEN.sub("", unicodedata.normalize("NFD", plain)).translate(_QUOTES)
    ids: list[int] = []
    for word in _WORDS.findall(plain):
        whole = vocabulary.get(word)
        if whole is not None:
            ids.append(whole)
        else:
            ids += _cut(word, vocabulary)
    return ids


def _cut(word: str, vocabulary: Mapping[str, int]) -> list[int]:
    ids: list[int] = []
    start = 0
    while start < len(word) <= LONGEST:
        for end in range(len(word), start, -1):
            piece = vocabulary.get((CONTINUES if start else "") + word[start:end])
            if piece is not None:
                ids.append(piece)
                start = end
                break
        else:
            break
    return ids if start == len(word) else [vocabulary[UNKNOWN]]

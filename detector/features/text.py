"""Hash the n-grams of passages with numpy, no Python loop a token.

A token's hash is a slice of one polynomial prefix sum over the text (mod 2**64), multiplied by the inverse power of its place, so that
it does not depend on where the token stands. Case, digits, soft hyphens and the kinds of quotation mark do not count, nor whether an accent
is a character of its own; a joined heading ("InterestThe author") falls into its words at the change of case.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Self

import numpy as np
from numpy.typing import NDArray

from detector.document import Passages
from detector.features.spelling import SOFT_HYPHEN, composed

CHUNK = 1 << 17  # code points hashed at a time; bounds memory on long pages
WORD_BITS = 16  # size of the word table, 2**bits rows; 18 bits bring nothing on dev
RICH_BITS = 17

_BASE = 0x9E3779B97F4A7C15  # odd, so it has an inverse mod 2**64
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_PAIR = np.uint64(0xD6E8FEB86659FD93)
_SKIP = np.uint64(0xA0761D6478BD642F)
_FIRST, _FIRST_PAIR, _LAST, _QUOTED, _TAG = (np.uint64(salt) for salt in (0x5D, 0x6B, 0x7F, 0x9D, 0xB3))
_GRAM = np.uint64(0x100000001B3)
_CHARACTER_ORDERS = (5,)  # dev: 4, 5 and 6 together bring 0.004 and cost three times as much
_SPACE = np.uint32(32)

Ids = NDArray[np.uint32]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Ngrams:
    """Hashed n-grams of one kind: table row `ids[i]` occurs in passage `owners[i]`; owners never fall."""

    ids: Ids
    owners: Rows


@dataclass(frozen=True, slots=True)
class Characters:
    """A text as folded code points, and what is a letter or digit; shape (n,) each, one entry a code point of the text."""

    codes: NDArray[np.uint32]
    word: NDArray[np.bool_]
    spelt: NDArray[np.bool_]  # word characters, and the marks that character n-grams keep
    raised: NDArray[np.bool_]  # upper case in the text

    @classmethod
    def of(cls, text: str) -> "Characters":
        """Fold a text; U+0130 is the one character whose lower case is longer than itself."""
        text = composed(text)
        folded = text.replace("\u0130", "i").lower()
        codes = np.frombuffer(folded.encode("utf-32-le", "surrogatepass"), np.uint32)
        raised = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32) != codes
        kinds = _kinds()[np.minimum(codes, _TABLE_SIZE - 1)]
        codes = np.where(kinds == _DIGIT, np.uint32(ord("0")), codes)
        return cls(codes, kinds > _MARK, kinds > _OTHER, raised)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of some passages: hash and owning passage of each, shape (n,)."""

    hashes: NDArray[np.uint64]
    owners: Rows
    starts: Rows

    def moved(self, passages: int, characters: int) -> Self:
        """Return the same words with other origins of owners and starts."""
        return type(self)(self.hashes, self.owners + passages, self.starts + characters)

    def within(self, parts: Passages) -> Self:
        """Return the words that stand in some parts of the passages, which are then their owners."""
        owners = np.searchsorted(parts.starts, self.starts, "right") - 1
        inside = owners >= 0
        inside[inside] = self.starts[inside] < parts.ends[owners[inside]]
        return type(self)(self.hashes[inside], owners[inside], self.starts[inside])

    @classmethod
    def joined(cls, parts: "Sequence[Tokens]") -> Self:
        """Return the words of consecutive pieces of a text as one."""
        return cls(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("hashes", "owners", "starts")))


def tokens_of(text: str, passages: Passages) -> tuple[Tokens, Characters]:
    """Return the words of the passages of a text, and its characters; use `chunks` for texts longer than CHUNK."""
    characters = Characters.of(text)
    starts, ends = _word_bounds(characters)
    owners = np.searchsorted(passages.starts, starts, "right") - 1
    inside = (owners >= 0) & (starts < passages.ends[np.maximum(owners, 0)])
    starts, ends, owners = starts[inside], ends[inside], owners[inside]
    powers, inverses = _powers(len(text))
    sums = np.zeros(len(text) + 1, np.uint64)
    live = characters.codes != _SOFT_HYPHEN
    np.cumsum((characters.codes.astype(np.uint64) + np.uint64(1)) * powers[: len(text)], out=sums[1:])
    if not live.all():
        sums, places = _without_soft_hyphens(characters, live)
        hashes = _mixed((sums[ends] - sums[starts]) * inverses[places[starts]])
    else:
        hashes = _mixed((sums[ends] - sums[starts]) * inverses[starts])
    return Tokens(hashes, owners, starts), characters


def word_rows(hashes: NDArray[np.uint64]) -> Ids:
    """Return the table row of each single word."""
    return (hashes >> np.uint64(64 - WORD_BITS)).astype(np.uint32)


def voiced_rows(hashes: NDArray[np.uint64], quoted: NDArray[np.bool_]) -> Ids:
    """Return the table row of each single word, another one where it is quoted."""
    return word_rows(np.where(quoted, _mixed(hashes * _SKIP + _QUOTED), hashes))


def tagged_ngrams(tokens: Tokens, tags: Passages) -> Iterator[Ngrams]:
    """Yield the n-grams of passages, those of their tags among them; the blocks of the tags are the passages."""
    yield from word_ngrams(tokens)
    tagged = tokens.within(tags)
    yield from tag_ngrams(replace(tagged, owners=tags.blocks[tagged.owners].astype(np.intp)))


def word_ngrams(tokens: Tokens) -> Iterator[Ngrams]:
    """Yield words, pairs of neighbours, and the words that open and close a passage."""
    hashes, owners = tokens.hashes, tokens.owners
    yield _ngrams(hashes, owners, WORD_BITS)
    if len(owners) == 0:
        return
    same = owners[1:] == owners[:-1]
    pairs = hashes[:-1] * _PAIR + hashes[1:]
    yield _ngrams(_mixed(pairs[same]), owners[:-1][same], WORD_BITS)
    opens = np.concatenate(([True], ~same))
    closes = np.concatenate((~same, [True]))
    yield _ngrams(_mixed(hashes[opens] * _SKIP + _FIRST), owners[opens], WORD_BITS)
    yield _ngrams(_mixed(hashes[closes] * _SKIP + _LAST), owners[closes], WORD_BITS)
    opening = opens[:-1] & same
    yield _ngrams(_mixed(pairs[opening] * _SKIP + _FIRST_PAIR), owners[:-1][opening], WORD_BITS)


def tag_ngrams(tagged: Tokens) -> Iterator[Ngrams]:
    """Yield the words of tags as n-grams of their own: as a line of its own the word for advertisement marks an empty slot."""
    yield _ngrams(_mixed(tagged.hashes * _SKIP + _TAG), tagged.owners, WORD_BITS)


def rich_ngrams(tokens: Tokens, characters: Characters, passages: Passages) -> Iterator[Ngrams]:
    """Yield word triples, pairs that skip a word, and the characters inside words, a blank before and after each counting as one."""
    hashes, owners = tokens.hashes, tokens.owners
    if len(owners) > 2:
        same = owners[2:] == owners[:-2]
        triples = (hashes[:-2] * _PAIR + hashes[1:-1]) * _PAIR + hashes[2:]
        yield _ngrams(_mixed(triples[same]), owners[:-2][same], RICH_BITS)
        yield _ngrams(_mixed(hashes[:-2] * _SKIP + hashes[2:])[same], owners[:-2][same], RICH_BITS)
    codes, owners = _spaced(characters, passages)
    for order in _CHARACTER_ORDERS:
        count = len(codes) - order + 1
        if count <= 0:
            return
        spellings = np.zeros(count, np.uint64)
        inner = np.zeros(count, np.bool_)
        for k in range(order):
            window = codes[k : k + count]
            spellings = spellings * _GRAM + window
            if 0 < k < order - 1:
                inner |= window == _SPACE
        whole = (owners[:count] == owners[order - 1 :]) & ~inner
        yield _ngrams(_mixed(spellings[whole] + np.uint64(order)), owners[:count][whole], RICH_BITS)


def chunks(text: str, passages: Passages) -> Iterator[tuple[int, str, Passages]]:
    """Yield runs of passages as (first, their text, the passages with offsets into it), each text at most CHUNK long."""
    first, total = 0, len(passages)
    while first < total:
        origin = int(passages.starts[first])
        last = max(first + 1, int(np.searchsorted(passages.ends, origin + CHUNK, "right")))
        end = int(passages.ends[last - 1])
        yield first, text[origin:end], _rebased(passages, first, last, origin)
        first = last


def _rebased(passages: Passages, first: int, last: int, origin: int) -> Passages:
    window = slice(first, last)
    return Passages(passages.starts[window] - origin, passages.ends[window] - origin, passages.blocks[window])


def _ngrams(hashes: NDArray[np.uint64], owners: Rows, bits: int) -> Ngrams:
    return Ngrams((hashes >> np.uint64(64 - bits)).astype(np.uint32), owners)


def _mixed(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread a hash over all its bits, so that the top ones can serve as a table row."""
    hashes = (hashes ^ (hashes >> np.uint64(29))) * _MIX
    return hashes ^ (hashes >> np.uint64(32))


def _word_bounds(characters: Characters) -> tuple[Rows, Rows]:
    word, raised, codes = characters.word, characters.raised, characters.codes
    ideograph = (codes >= 0x3040) & (codes < 0xA000)
    opens = word.copy()
    opens[1:] &= ~word[:-1] | (raised[1:] & ~raised[:-1] & (codes[:-1] != _SOFT_HYPHEN)) | ideograph[1:] | ideograph[:-1]
    starts = np.flatnonzero(opens)
    breaks = np.append(np.flatnonzero(opens | ~word), len(codes))
    return starts, breaks[np.searchsorted(breaks, starts, "right")]


def _without_soft_hyphens(characters: Characters, live: NDArray[np.bool_]) -> tuple[NDArray[np.uint64], Rows]:
    """Return prefix sums in which soft hyphens do not count, and each character's place among the others."""
    places: Rows = np.cumsum(live) - live
    powers, _ = _powers(len(live))
    terms = (characters.codes.astype(np.uint64) + np.uint64(1)) * powers[places]
    sums = np.zeros(len(live) + 1, np.uint64)
    np.cumsum(np.where(live, terms, np.uint64(0)), out=sums[1:])
    return sums, np.append(places, len(live))


def _spaced(characters: Characters, passages: Passages) -> tuple[NDArray[np.uint64], Rows]:
    """Return the passages' characters, runs of others folded to one blank, a blank around each passage; and their owners."""
    starts, lengths = passages.starts.astype(np.intp), (passages.ends - passages.starts).astype(np.intp)
    owners = np.repeat(np.arange(len(passages)), lengths + 2)
    opens = np.cumsum(lengths + 2) - (lengths + 2)
    offsets = np.arange(len(owners)) - opens[owners] - 1
    inside = (offsets >= 0) & (offsets < lengths[owners])
    places = np.where(inside, starts[owners] + offsets, 0)
    codes = characters.codes[places]
    kept = inside & characters.spelt[places]
    spaced = np.where(kept, codes, _SPACE).astype(np.uint64)
    solid = np.ones(len(spaced), np.bool_)
    solid[1:] = (spaced[1:] != _SPACE) | (spaced[:-1] != _SPACE) | (owners[1:] != owners[:-1])
    solid &= ~(inside & (codes == _SOFT_HYPHEN))
    return spaced[solid], owners[solid]


_TABLE_SIZE = 0x3100
_OTHER, _MARK, _DIGIT, _LETTER = range(4)
_SOFT_HYPHEN = np.uint32(ord(SOFT_HYPHEN))
_MARKS = "(%$§#*@"


@cache
def _kinds() -> NDArray[np.uint8]:
    """Return the kind of each code point below _TABLE_SIZE; the last entry serves all above."""
    kinds = np.zeros(_TABLE_SIZE, np.uint8)
    kinds[0xAA:] = _LETTER
    kinds[ord("a") : ord("z") + 1] = _LETTER
    kinds[ord("A") : ord("Z") + 1] = _LETTER
    kinds[ord("0") : ord("9") + 1] = _DIGIT
    others = ((0xAB, 0xB5), (0xB6, 0xBA), (0xBB, 0xC0), (0xD7, 0xD8), (0xF7, 0xF8), (0x2000, 0x2C00), (0x2E00, 0x2E80))
    for start, end in (*others, (0x3000, 0x3005), (0x3008, 0x3021)):
        kinds[start:end] = _OTHER
    for mark in _MARKS:
        kinds[ord(mark)] = _MARK
    kinds[0xAD] = _LETTER  # a soft hyphen does not end a word
    return kinds


_tables: list[tuple[NDArray[np.uint64], NDArray[np.uint64]]] = []


def _powers(length: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return the powers of the base and of its inverse mod 2**64, at least `length` + 1 of each, kept between calls.

    Another thread may put other tables in their place meanwhile, so the pair is read once.
    """
    kept = _tables[-1] if _tables else None
    if kept is not None and len(kept[0]) > length:
        return kept
    size = 1 << max(13, length.bit_length())
    made = _power_table(_BASE, size), _power_table(pow(_BASE, -1, 1 << 64), size)
    _tables[:] = [made]
    return made


def _power_table(base: int, size: int) -> NDArray[np.uint64]:
    return np.cumprod(np.concatenate((np.ones(1, np.uint64), np.full(size, base, np.uint64))), dtype=np.uint64)

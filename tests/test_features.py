"""Hashed n-grams: what a sentence says, and nothing of where or how it is set. All texts are invented."""

import unicodedata
from collections.abc import Collection, Iterator

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from detector.blocks import extract_document
from detector.document import Document, Page, Passages
from detector.features import text as hashing
from detector.features.context import context_rows, width
from detector.features.text import RICH_BITS, WORD_BITS, Ngrams, Tokens, chunks, rich_ngrams, tokens_of, word_ngrams, word_rows
from detector.passages import split_passages

SENTENCE = "The author's fund (QLF) may hold 10,000 shares of \"Quillfen\" and doesn't say so"
Grams = list[list[int]]

_WORDS = st.sampled_from(
    "the author's fund holds 250 shares (QLF) of Münz-Ölmühle naïve 50% #ad @tarn “so” … – 提供 記事です Эта реклама İzmir ß ſ 😀".split()
    + [".", "!", "\n", "3.5", "co.uk", "InterestThe"]
)
_TEXTS = st.lists(_WORDS, min_size=1, max_size=80).map(" ".join).filter(str.strip)
_PARAGRAPHS = _TEXTS.map(lambda text: text.replace("\n", "\n\n"))  # single line breaks may be those of wrapped lines


def _cut(text: str) -> tuple[Document, Passages]:
    document = extract_document(Page("p", text, lang="en"))
    return document, split_passages(document)


def _kinds(text: str, passages: Passages) -> Iterator[Ngrams]:
    tokens, characters = tokens_of(text, passages)
    yield from word_ngrams(tokens)
    yield from rich_ngrams(tokens, characters, passages)


def _grams(text: str) -> Grams:
    """Return the ids of each passage of a text, kind by kind."""
    _, passages = _cut(text)
    kinds = list(_kinds(text, passages))
    return [[int(i) for kind in kinds for i in kind.ids[kind.owners == owner]] for owner in range(len(passages))]


def _of(text: str) -> list[int]:
    (ids,) = _grams(text)
    return ids


def _hyphenated(text: str, places: Collection[int]) -> str:
    """Return a text with a soft hyphen before the places inside its words."""
    inside = {i for i in places if text[i - 1 : i + 1].isalnum()}
    return "".join(("\xad" if i in inside else "") + c for i, c in enumerate(text))


@given(_TEXTS.filter(lambda text: "で" not in text))  # voicing marks stay what they are
@example("naïve . the")  # so short that an accent more made two sentences of one
def test_accents_that_are_characters_of_their_own_count_as_usual(text: str) -> None:
    assert _grams(unicodedata.normalize("NFD", text)) == _grams(unicodedata.normalize("NFC", text))


def test_an_accent_that_fits_no_letter_does_not_count() -> None:
    assert _of("the n\u0325u\u0325ote") == _of("the nuote")


@given(_TEXTS)
def test_ids_are_table_rows_and_owners_never_fall(text: str) -> None:
    _, passages = _cut(text)
    tokens, characters = tokens_of(text, passages)
    for bits, kinds in ((WORD_BITS, word_ngrams(tokens)), (RICH_BITS, rich_ngrams(tokens, characters, passages))):
        for kind in kinds:
            assert len(kind.ids) == len(kind.owners)
            assert (np.diff(kind.owners) >= 0).all()
            assert (kind.ids < 1 << bits).all()
            assert len(kind.owners) == 0 or 0 <= kind.owners[0] <= kind.owners[-1] < len(passages)


@given(_PARAGRAPHS, _PARAGRAPHS)
def test_ids_do_not_depend_on_where_a_sentence_stands(before: str, after: str) -> None:
    grams = _grams(f"{before}\n\n{SENTENCE}\n\n{after}")
    assert _of(SENTENCE) in grams
    assert grams[: len(_grams(before))] == _grams(before)
    assert grams[len(grams) - len(_grams(after)) :] == _grams(after)


@pytest.mark.parametrize(
    "other",
    [
        SENTENCE.upper(),
        SENTENCE.lower(),
        SENTENCE.replace('"', "“", 1).replace('"', "”"),
        SENTENCE.replace('"', "«", 1).replace('"', "»"),
        SENTENCE.replace("'", "’"),
        SENTENCE.replace(" ", "\xa0"),
        SENTENCE.replace(" ", "  \u202f"),
        SENTENCE.replace("10,000", "25,500"),
        _hyphenated(SENTENCE, range(len(SENTENCE))),
        "  " + SENTENCE + "\t",
    ],
    ids=["upper", "lower", "curly", "guillemets", "apostrophe", "nbsp", "wide", "digits", "soft hyphens", "spaces"],
)
def test_ids_do_not_depend_on_how_a_sentence_is_set(other: str) -> None:
    assert _of(other) == _of(SENTENCE)


@given(st.sets(st.integers(1, len(SENTENCE) - 1)), st.booleans())
def test_soft_hyphens_may_stand_anywhere_in_a_word(places: set[int], upper: bool) -> None:
    assert _of(_hyphenated(SENTENCE.upper() if upper else SENTENCE, places)) == _of(SENTENCE)


@pytest.mark.parametrize(
    "other",
    [
        SENTENCE.replace("doesn't", "does"),
        SENTENCE.replace("hold", "sell"),
        SENTENCE + " now",
        "Fund author's the " + SENTENCE[18:],
        SENTENCE.replace("author's", "authors"),
    ],
)
def test_other_words_have_other_ids(other: str) -> None:
    assert _of(other) != _of(SENTENCE)


def test_a_joined_heading_falls_into_its_words() -> None:
    joined, apart = _words("Conflict of interestThe author holds shares"), _words("Conflict of interest The author holds shares")
    assert joined == apart
    assert len(joined) == 7


def test_ideographs_are_words_of_their_own() -> None:
    assert len(_words("提供記事")) == 4


def _words(text: str) -> list[int]:
    _, passages = _cut(text)
    return [int(h) for h in tokens_of(text, passages)[0].hashes]


def test_a_word_has_the_same_hash_in_every_sentence_and_its_start_in_the_text() -> None:
    text = "Anzeige. Mehr Anzeige!\nanzeige"
    _, passages = _cut(text)
    tokens, _ = tokens_of(text, passages)
    assert tokens.starts.tolist() == [0, 9, 14, 23]
    assert tokens.owners.tolist() == [0, 1, 1, 2]
    rows = word_rows(tokens.hashes).tolist()
    assert rows[0] == rows[2] == rows[3] != rows[1]


@pytest.mark.parametrize("text", ["...", "—", "“”", "😀", "\xad", "%"])
def test_a_sentence_without_words_is_no_trouble(text: str) -> None:
    assert len(_grams(text)) == 1


@given(_TEXTS, st.integers(1, 60))
def test_pieces_of_a_text_have_the_ids_of_the_whole(text: str, size: int) -> None:
    document, passages = _cut(text)
    whole, pieces = list(_kinds(text, passages)), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashing, "CHUNK", size)
        for first, part, rows in chunks(document.text, passages):
            pieces += [(k, Ngrams(grams.ids, grams.owners + first)) for k, grams in enumerate(_kinds(part, rows))]
    for owner in range(len(passages)):
        expected = [int(i) for grams in whole for i in grams.ids[grams.owners == owner]]
        assert [int(i) for _, grams in pieces for i in grams.ids[grams.owners == owner]] == expected


@given(_TEXTS, st.integers(1, 60))
def test_words_of_pieces_join_to_the_words_of_the_whole(text: str, size: int) -> None:
    document, passages = _cut(text)
    whole, _ = tokens_of(text, passages)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashing, "CHUNK", size)
        moved = [
            tokens_of(part, rows)[0].moved(first, int(passages.starts[first])) for first, part, rows in chunks(document.text, passages)
        ]
    joined = Tokens.joined(moved)
    for name in ("hashes", "owners", "starts"):
        assert np.array_equal(getattr(joined, name), getattr(whole, name))


def test_a_long_text_comes_in_bounded_pieces_that_miss_nothing() -> None:
    text = "The gull sat on the mast. " * 20_000
    document, passages = _cut(text)
    parts = list(chunks(document.text, passages))
    assert len(parts) > 1
    assert all(len(part) <= hashing.CHUNK for _, part, _ in parts)
    assert [first for first, _, _ in parts] == [0, *np.cumsum([len(rows) for _, _, rows in parts])[:-1]]
    assert sum(len(rows) for _, _, rows in parts) == len(passages)


@given(_TEXTS, st.data())
def test_context_rows_have_their_width_and_look_only_around_the_sentence(text: str, data: st.DataObject) -> None:
    document, passages = _cut(text)
    margins = np.linspace(-1, 1, len(passages) * 3, dtype=np.float32).reshape(-1, 3)
    rows = np.array(sorted(data.draw(st.sets(st.integers(0, len(passages) - 1)))), np.intp)
    every = context_rows(document, passages, margins, np.arange(len(passages)))
    found = context_rows(document, passages, margins, rows)
    assert found.shape == (len(rows), width(3))
    assert np.isfinite(found).all()
    assert np.array_equal(found, every[rows])

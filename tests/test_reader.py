"""The reader: its arithmetic against a plain one, piece by piece; its excerpts and its pieces."""

import math
import pickle

import numpy as np
import pytest
from numpy.typing import NDArray
from random_reader import random_reader

from detector.blocks import extract_document
from detector.document import LABELS, Page
from detector.features.excerpt import Excerpt, excerpts
from detector.features.wordpiece import pieces
from detector.passages import split_passages
from detector.quantised import Quantised
from detector.reader import AFTER, BEFORE, HEADING, LENGTH, SENTENCE, Reader, encode

EXCERPTS: list[Excerpt] = [
    ("Paid post", "We may.", "We earn shares.", "Share."),
    ("", "", "Shareholders may post.", ""),
    ("", "we " * 40, "paid " * 90, "post " * 40),
    ("", "", "\u0301", ""),
]

Array = NDArray[np.float64]


def _normal(row: Array, norm: NDArray[np.float16]) -> Array:
    scale, shift = norm.astype(np.float64)
    return (row - row.mean()) / np.sqrt(row.var() + 1e-12) * scale + shift


def _plain_logits(reader: Reader, excerpt: Excerpt) -> Array:
    """Return the logits of one excerpt, every piece and every head on its own, in double precision."""
    ids, start, end = encode(excerpt, reader.vocabulary)
    rows = []
    for place, piece in enumerate(ids):
        row = Quantised(reader.embeddings, reader.scales, int(reader.levels[0])).full()[piece] + reader.positions[place]
        rows.append(_normal(row + reader.target * (start <= place < end), reader.norm))
    for layer in map(reader.layer, range(reader.depth)):
        attend, mix, widen, narrow = (m.astype(np.float64) for m in (layer.attend, layer.mix, layer.widen, layer.narrow))
        joined = [row @ attend + layer.attend_bias for row in rows]
        width, count = len(rows[0]), len(reader.relative)
        head_width = width // count
        after = []
        for place, row in enumerate(rows):
            heads = []
            for n, head in enumerate(range(0, width, head_width)):
                query = joined[place][head : head + head_width]
                scores = np.array([query @ other[width + head : width + head + head_width] for other in joined]) / head_width**0.5
                scores += [reader.relative[n, other - place + LENGTH - 1] for other in range(len(rows))]
                shares = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
                heads.append(
                    sum(s * other[2 * width + head : 2 * width + head + head_width] for s, other in zip(shares, joined, strict=True))
                )
            mixed = _normal(row + np.concatenate(heads) @ mix + layer.mix_bias, layer.mix_norm)
            wide = mixed @ widen + layer.widen_bias
            wide = wide * [0.5 * (1 + math.erf(x / 2**0.5)) for x in wide] if reader.gelu[0] else np.maximum(wide, 0)
            after.append(_normal(mixed + wide @ narrow + layer.narrow_bias, layer.narrow_norm))
        rows = after
    read = np.concatenate([np.mean(rows[start:end], 0), rows[0]])
    return np.asarray(read @ reader.output.astype(np.float64) + reader.output_bias)


@pytest.mark.parametrize("excerpt", EXCERPTS)
@pytest.mark.parametrize(("gelu", "levels", "near"), [(False, (16, 255), 1e-3), (True, (16, 255), 1e-2), (False, (4, 3), 1e-3)])
def test_it_computes_what_a_plain_encoder_computes(excerpt: Excerpt, gelu: bool, levels: tuple[int, int], near: float) -> None:
    reader = random_reader(gelu=gelu, levels=levels)
    assert np.abs(reader.logits([excerpt])[0] - _plain_logits(reader, excerpt)).max() < near


def test_what_is_read_beside_or_before_a_sentence_does_not_matter() -> None:
    reader = random_reader()
    together = reader.logits([*EXCERPTS, *EXCERPTS[::-1]])
    alone = np.concatenate([random_reader().logits([excerpt]) for excerpt in EXCERPTS])
    assert np.array_equal(together, np.concatenate([alone, alone[::-1]]))
    assert np.array_equal(reader.logits(EXCERPTS[1:]), alone[1:])


def test_many_are_read_like_few(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = random_reader().logits(EXCERPTS)
    monkeypatch.setattr("detector.reader.TOGETHER", 1)
    assert np.array_equal(random_reader().logits(EXCERPTS), expected)


def test_a_heavy_reader_reads_like_a_light_one(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = random_reader(layers=3).logits(EXCERPTS)
    monkeypatch.setattr("detector.reader.LIGHT", 0)
    reader = random_reader(layers=3)
    assert np.array_equal(reader.logits(EXCERPTS), expected)
    assert not reader.kept


def test_it_keeps_no_more_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detector.reader.KNOWN", 3)
    monkeypatch.setattr("detector.reader.TOGETHER", 2)
    reader = random_reader()
    first = reader.logits(EXCERPTS)
    assert np.array_equal(reader.logits(EXCERPTS), first)
    assert len(reader.known) <= 3
    for i in range(9):
        reader.logits([("", "", "post " * i, "")])
    assert len(reader.known) <= 3


@pytest.mark.parametrize(
    ("languages", "language", "expected"), [("", None, True), ("", "de", True), ("en\nde", "de", True), ("en", "EN-gb", True)]
)
def test_it_reads_the_languages_that_it_names_or_any(languages: str, language: str | None, expected: bool) -> None:
    assert random_reader(languages=languages).reads(language) is expected
    assert not random_reader(languages="fr").reads(language)


def test_nothing_to_read_gives_no_rows() -> None:
    assert random_reader().logits([]).shape == (0, len(LABELS))


def test_it_is_the_same_from_its_arrays() -> None:
    reader = random_reader()
    assert np.array_equal(Reader.of(reader.arrays()).logits(EXCERPTS), reader.logits(EXCERPTS))


def test_it_travels_light() -> None:
    reader = random_reader()
    before = len(pickle.dumps(reader))
    expected = reader.logits(EXCERPTS)
    sent = pickle.dumps(reader)
    assert len(sent) <= before + 10
    assert np.array_equal(pickle.loads(sent).logits(EXCERPTS), expected)


@pytest.mark.parametrize("change", [{"positions": 5}, {"output": 3}, {"words": 8}])
def test_a_reader_that_does_not_fit_is_an_error(change: dict[str, int]) -> None:
    arrays = random_reader().arrays()
    for name, kept in change.items():
        arrays[name] = arrays[name][:kept]
    with pytest.raises(ValueError, match="reader"):
        Reader.of(arrays)


def test_a_missing_array_is_an_error() -> None:
    arrays = random_reader().arrays()
    del arrays["layers.0.mix"]
    with pytest.raises(KeyError, match=r"layers\.0\.mix"):
        Reader.of(arrays)


def test_long_parts_are_cut_where_they_are_furthest_from_the_sentence() -> None:
    reader = random_reader()
    name = {i: word for word, i in reader.vocabulary.items()}
    ids, start, end = encode(("paid " * 20, "we " * 30 + "may " * 4, "share " * 80 + "earn", "post " * 20), reader.vocabulary)
    said = [name[i] for i in ids]
    assert said[: start - 1] == ["[CLS]", *["paid"] * HEADING, "[SEP]", *["we"] * (BEFORE - 4), *["may"] * 4]
    assert (said[start:end].count("share"), said[end - 1], end - start) == (SENTENCE - 1, "earn", SENTENCE)
    assert said[end:] == ["[SEP]", *["post"] * AFTER, "[SEP]"]
    assert len(ids) == LENGTH <= len(reader.positions)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Shareholders.", ["share", "##holder", "##s", "."]),
        ("ÜBER", ["uber"]),
        ("paid§post", ["paid", "§", "post"]),
        ("pay", ["p", "##a", "##y"]),
        ("支付", ["[UNK]"]),
        ("", []),
        ("a" * 41, ["[UNK]"]),
        ("sha\u00adre\u200bholder", ["share", "##holder"]),
        ("\u2018\u201c\u00bb", ["[UNK]"] * 3),
    ],
)
def test_pieces(text: str, expected: list[str]) -> None:
    vocabulary = random_reader().vocabulary
    assert pieces(text, vocabulary) == [vocabulary[piece] for piece in expected]


def test_an_excerpt_shows_the_heading_of_its_section_and_the_neighbours() -> None:
    lines = ["Disclosure", "The author owns a boat.", "He owns a jetty.", "He owns shares in a shipyard.", "The tide is out."]
    document = extract_document(Page("p", "\n".join(lines)))
    passages = split_passages(document)
    shown = excerpts(document, passages, range(len(passages)))
    assert shown[0] == ("", "", "Disclosure", "The author owns a boat.")
    assert shown[1] == ("", "Disclosure", "The author owns a boat.", "He owns a jetty.")
    assert shown[3] == ("Disclosure", "The author owns a boat.\nHe owns a jetty.", "He owns shares in a shipyard.", "The tide is out.")
    assert shown[4][3] == ""

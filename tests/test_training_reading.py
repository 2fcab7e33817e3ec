"""Fitting the reader: what is served computes what was fitted. Needs the extra `reader`, which only this fitting does."""

from pathlib import Path

import numpy as np
import pytest
from random_reader import WORDS

from detector.features.excerpt import Excerpt
from detector.reader import Reader

torch = pytest.importorskip("torch", reason="torch is not installed; it comes with the extra `reader`")
transformers = pytest.importorskip("transformers", reason="transformers is not installed; it comes with the extra `reader`")

from detector.training import reading  # noqa: E402 - imports torch

EXCERPTS: list[Excerpt] = [("paid", "we may earn.", "we may earn shares.", "post"), ("", "", "paid post", ""), ("", "", "share.", "we")]
TARGETS = np.array([[1, 0, 0, 0, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0, 0, 0], [0] * 9], np.float32)


@pytest.fixture(params=["bert", "mpnet"])
def encoder(request: pytest.FixtureRequest, tmp_path: Path) -> "reading.Encoder":
    """An encoder that nobody trained, of as many layers as are needed to leave some out."""
    torch.manual_seed(1)
    kinds = {
        "bert": (transformers.BertConfig, transformers.BertModel, 5),
        "mpnet": (transformers.MPNetConfig, transformers.MPNetModel, 12),
    }
    make_config, make, layers = kinds[request.param]
    config = make_config(
        vocab_size=len(WORDS),
        hidden_size=64,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=96,
        max_position_embeddings=128,
        initializer_range=0.3,
    )
    make(config).save_pretrained(tmp_path)
    return reading.Encoder(tmp_path, range(len(WORDS)))


def _rows() -> reading.Rows:
    many = 40
    weights = np.ones(many * len(EXCERPTS), np.float32)
    return reading.Rows(EXCERPTS * many, np.tile(TARGETS, (many, 1)), weights, np.zeros_like(np.tile(TARGETS, (many, 1))))


def test_the_reader_computes_what_was_fitted(encoder: "reading.Encoder") -> None:
    vocabulary = {word: i for i, word in enumerate(WORDS)}
    encoder.cut(EXCERPTS, vocabulary)
    reader = Reader.of(reading.arrays_of(encoder, WORDS))
    assert reader.depth == len(encoder.part.layers)
    assert {reader.layer(n).widen.shape[1] for n in range(reader.depth)} == {48}
    assert (
        np.abs(reader.logits(EXCERPTS) - reading.logits_of(encoder, EXCERPTS, vocabulary)).max() < 0.5
    )  # bfloat16 against four and eight bits


@pytest.mark.parametrize("encoder", ["bert"], indirect=True)
def test_fitting_learns(encoder: "reading.Encoder", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ROWS", 80)
    vocabulary = {word: i for i, word in enumerate(WORDS)}
    reading.fit(encoder, _rows(), vocabulary, 1e-3)
    logits = reading.logits_of(encoder, EXCERPTS, vocabulary)
    assert logits[0, 0] > logits[1:, 0].max()
    assert logits[1, 1] > logits[[0, 2], 1].max()

"""Fitting the reader: what is served computes what was fitted. Needs the extra `reader`, which only this fitting does."""

from pathlib import Path

import numpy as np
import pytest
from random_reader import WORDS

from detector.features.excerpt import Excerpt
from detector.reader import HEAD, Reader

torch = pytest.importorskip("torch", reason="torch is not installed; it comes with the extra `reader`")
transformers = pytest.importorskip("transformers", reason="transformers is not installed; it comes with the extra `reader`")

from detector.training import reading  # noqa: E402 - imports torch

EXCERPTS: list[Excerpt] = [("paid", "we may earn.", "we may earn shares.", "post"), ("", "", "paid post", ""), ("", "", "share.", "we")]
TARGETS = np.array([[1, 0, 0, 0, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0, 0, 0], [0] * 9], np.float32)


@pytest.fixture
def encoder(tmp_path: Path) -> "reading.Encoder":
    """An encoder of five layers that nobody trained."""
    torch.manual_seed(1)
    config = transformers.BertConfig(
        vocab_size=len(WORDS),
        hidden_size=2 * HEAD,
        num_hidden_layers=5,
        num_attention_heads=2,
        intermediate_size=96,
        max_position_embeddings=128,
        initializer_range=0.3,
    )
    transformers.BertModel(config).save_pretrained(tmp_path)
    return reading.Encoder(tmp_path, range(len(WORDS)))


def _rows() -> reading.Rows:
    many = 40
    weights = np.ones(many * len(EXCERPTS), np.float32)
    return reading.Rows(EXCERPTS * many, np.tile(TARGETS, (many, 1)), weights, np.zeros_like(np.tile(TARGETS, (many, 1))))


def test_the_reader_computes_what_was_fitted(encoder: "reading.Encoder", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "UNITS", 64)
    vocabulary = {word: i for i, word in enumerate(WORDS)}
    encoder.cut(EXCERPTS, vocabulary)
    reader = Reader.of(reading.arrays_of(encoder, WORDS))
    assert len(reader.working) == len(reading.KEPT)
    assert {layer.widen.shape[1] for layer in reader.working} == {64}
    assert (
        np.abs(reader.logits(EXCERPTS) - reading.logits_of(encoder, EXCERPTS, vocabulary)).max() < 0.5
    )  # bfloat16 against four and eight bits


def test_fitting_learns(encoder: "reading.Encoder", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ROWS", 80)
    vocabulary = {word: i for i, word in enumerate(WORDS)}
    reading.fit(encoder, _rows(), vocabulary, 1e-3)
    logits = reading.logits_of(encoder, EXCERPTS, vocabulary)
    assert logits[0, 0] > logits[1:, 0].max()
    assert logits[1, 1] > logits[[0, 2], 1].max()

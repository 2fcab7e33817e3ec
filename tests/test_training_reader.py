"""Fitting the reader: what is served computes what was fitted. Needs the extra `reader`, which only this fitting does."""

import copy
from pathlib import Path

import numpy as np
import pytest
from random_reader import WORDS

from detector.features.excerpt import Excerpt
from detector.reader import Reader

torch = pytest.importorskip("torch", reason="torch is not installed; it comes with the extra `reader`")
transformers = pytest.importorskip("transformers", reason="transformers is not installed; it comes with the extra `reader`")

from detector.training import encoder as encoders  # noqa: E402 - imports torch
from detector.training import reader as fitting  # noqa: E402
from detector.training import ternary  # noqa: E402

EXCERPTS: list[Excerpt] = [("paid", "we may earn.", "we may earn shares.", "post"), ("", "", "paid post", ""), ("", "", "share.", "we")]
TARGETS = np.array([[1, 0, 0, 0, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0, 0, 0], [0] * 9], np.float32)


@pytest.fixture(params=["bert", "mpnet"])
def encoder(request: pytest.FixtureRequest, tmp_path: Path) -> "encoders.Encoder":
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
    return encoders.Encoder(tmp_path, range(len(WORDS)))


def _rows() -> fitting.Rows:
    many = 40
    weights = np.ones(many * len(EXCERPTS), np.float32)
    return fitting.Rows(EXCERPTS * many, np.tile(TARGETS, (many, 1)), weights, np.zeros_like(np.tile(TARGETS, (many, 1))))


def test_the_reader_computes_what_was_fitted(encoder: "encoders.Encoder") -> None:
    vocabulary = {word: i for i, word in enumerate(WORDS)}
    encoder.cut(EXCERPTS, vocabulary)
    if encoder.part.levels[1] == ternary.LEVELS:
        encoder.make_ternary()
    reader = Reader.of(encoders.arrays_of(encoder, WORDS))
    assert reader.depth == len(encoder.part.layers)
    assert {reader.layer(n).widen.shape[1] for n in range(reader.depth)} == {96 // encoder.part.share}
    assert reader.reads("en")
    assert reader.reads("de") is (encoder.part.languages == ())
    far = np.abs(reader.logits(EXCERPTS) - encoders.logits_of(encoder, EXCERPTS, vocabulary)).max()
    assert far < 0.5  # bfloat16; with BERT's layout against four and eight bits


def test_a_ternary_layer_has_three_weights_a_group_and_learns_them() -> None:
    torch.manual_seed(3)
    dense = torch.nn.Linear(256, 8)
    layer = ternary.TernaryLinear(dense)
    inputs = torch.randn(500, 16) @ torch.randn(16, 256) / 4  # of few dimensions: what one weight lacks another can make good
    expected = dense(inputs).detach()
    matrix = ternary.quantised(layer.weight.detach().numpy(), layer.scales.detach().numpy())
    assert matrix.scales.shape == (2, 8)
    assert np.abs(inputs.numpy() @ matrix.full() + dense.bias.detach().numpy() - layer(inputs).detach().numpy()).max() < 0.05

    def loss() -> "torch.Tensor":
        return ((layer(inputs) - expected) ** 2).mean()

    before = loss().item()
    optimiser = torch.optim.Adam(layer.parameters(), 3e-4)
    for _ in range(100):
        optimiser.zero_grad()
        loss().backward()
        optimiser.step()
    assert loss().item() < 0.7 * before
    assert len(np.unique((layer.weight / layer.scales.repeat(1, 1, 128).view(8, 256)).round().clamp(-1, 1).detach().numpy())) == 3


@pytest.mark.parametrize("encoder", ["mpnet"], indirect=True)
def test_made_ternary_it_comes_near_what_it_was(encoder: "encoders.Encoder", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoders, "ROWS", 80)
    vocabulary = {word: i for i, word in enumerate(WORDS)}
    encoder.cut(EXCERPTS, vocabulary)
    whole = copy.deepcopy(encoder).eval()
    encoder.make_ternary()
    expected = encoders.logits_of(whole, EXCERPTS, vocabulary)
    rows = _rows()
    rows.targets = np.tile(1 / (1 + np.exp(-expected)), (len(rows.excerpts) // len(EXCERPTS), 1))
    before = np.abs(encoders.logits_of(encoder, EXCERPTS, vocabulary) - expected).mean()
    fitting.fit(encoder, rows, vocabulary, 1e-3, whole)
    assert np.abs(encoders.logits_of(encoder, EXCERPTS, vocabulary) - expected).mean() < 0.5 * before


@pytest.mark.parametrize("encoder", ["bert"], indirect=True)
def test_fitting_learns(encoder: "encoders.Encoder", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoders, "ROWS", 80)
    vocabulary = {word: i for i, word in enumerate(WORDS)}
    fitting.fit(encoder, _rows(), vocabulary, 1e-3)
    logits = encoders.logits_of(encoder, EXCERPTS, vocabulary)
    assert logits[0, 0] > logits[1:, 0].max()
    assert logits[1, 1] > logits[[0, 2], 1].max()

"""An encoder that becomes a reader: a pretrained one with an output a label, cut to a part of its layers and units; and its arrays."""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModel

from detector.document import LABELS
from detector.features.excerpt import Excerpt
from detector.quantised import Quantised
from detector.reader import LENGTH, NOTHING, encode
from detector.training import ternary

ROWS = 3_000  # pieces in a batch

Array = NDArray[np.float32]
Coded = tuple[list[int], int, int]  # an excerpt's pieces, and where those of its sentence start and end


@dataclass(frozen=True, slots=True)
class Part:
    """What is kept of a pretrained encoder, and the names of what is in its layers."""

    layers: tuple[int, ...]
    share: int  # one of so many units is kept
    rectified: bool  # whether its units are made rectified ones, which cost less
    levels: tuple[int, int]  # of the embeddings' numbers and of the layers'
    group: int  # columns of the embeddings that share a scale, or the most that divide their number
    pieces: int  # of the vocabulary, at most, beside letters
    languages: tuple[str, ...]  # that it reads; none stands for any
    first_position: int  # where its positions begin
    heads: tuple[str, str, str]
    mix: str
    mix_norm: str


PARTS = {
    "bert": Part(
        layers=(0, 2, 4),
        share=2,
        rectified=True,
        levels=(16, 255),
        group=64,
        pieces=30_000,
        languages=(),
        first_position=0,
        heads=("attention.self.query", "attention.self.key", "attention.self.value"),
        mix="attention.output.dense",
        mix_norm="attention.output.LayerNorm",
    ),
    "mpnet": Part(
        layers=(0, 1, 4, 6, 7, 9, 11),
        share=3,
        rectified=False,
        levels=(4, ternary.LEVELS),
        group=128,
        pieces=12_000,
        languages=("en",),
        first_position=2,
        heads=("attention.attn.q", "attention.attn.k", "attention.attn.v"),
        mix="attention.attn.o",
        mix_norm="attention.LayerNorm",
    ),
}


def part_of(home: Path) -> Part:
    """Return what is kept of the encoder in a folder."""
    kind = json.loads((home / "config.json").read_text("utf-8"))["model_type"]
    if kind not in PARTS:
        raise SystemExit(f"{home}: it is of the kind {kind!r}; name the folder of one of {', '.join(PARTS)}")
    return PARTS[kind]


class Encoder(torch.nn.Module):  # type: ignore[misc] # untyped where torch is not installed
    """The encoder with one logit a label, read off the mean of the sentence's pieces and the first piece."""

    def __init__(self, home: Path, kept_pieces: Sequence[int]) -> None:
        super().__init__()
        self.body = AutoModel.from_pretrained(home, add_pooling_layer=False)
        self.part = part_of(home)
        table = self.body.embeddings.word_embeddings.weight.data[list(kept_pieces)].clone()
        self.body.embeddings.word_embeddings = torch.nn.Embedding.from_pretrained(table, freeze=False)
        segments = self.body.embeddings.token_type_embeddings.weight.data if self.body.config.model_type == "bert" else None
        self.target = torch.nn.Parameter(torch.zeros(table.shape[1]) if segments is None else segments[1] - segments[0])
        self.dropout = torch.nn.Dropout(0.1)
        self.output = torch.nn.Linear(2 * table.shape[1], len(LABELS))
        torch.nn.init.normal_(self.output.weight, std=0.02)
        torch.nn.init.constant_(self.output.bias, -3)  # most sentences carry no label

    def forward(self, ids: torch.Tensor, real: torch.Tensor, own: torch.Tensor) -> tuple[torch.Tensor, tuple[torch.Tensor, ...]]:
        """Return logits, shape (rows, labels), and the states after each layer, each of shape (rows, pieces, width)."""
        mask = own.unsqueeze(-1).float()
        shown = self.body.embeddings.word_embeddings(ids) + mask * self.target
        passed = self.body(inputs_embeds=shown, attention_mask=real, output_hidden_states=True)
        states = passed.last_hidden_state.float()
        logits = self.output(self.dropout(torch.cat([(states * mask).sum(1) / mask.sum(1), states[:, 0]], 1)))
        return logits, passed.hidden_states[1:]

    def cut(self, shown: Sequence[Excerpt], vocabulary: dict[str, int]) -> None:
        """Leave a part of the layers, and of each the units whose ups and downs move its output most on some excerpts.

        What the others add on average is added still.
        """
        layers = self.body.encoder.layer
        self.body.encoder.layer = torch.nn.ModuleList([layers[i] for i in self.part.layers])
        counts = []
        for layer in self.body.encoder.layer:
            if self.part.rectified:
                layer.intermediate.intermediate_act_fn = torch.nn.ReLU()
            sums = torch.zeros(3, layer.intermediate.dense.out_features)
            counts.append((sums, layer.intermediate.register_forward_hook(partial(_count, sums))))
        logits_of(self, shown, vocabulary)
        for layer, (sums, hook) in zip(self.body.encoder.layer, counts, strict=True):
            hook.remove()
            wide, narrow = layer.intermediate.dense, layer.output.dense
            mean = sums[1] / sums[0]
            deviation = (sums[2] / sums[0] - mean**2).clamp(min=0).sqrt()
            order = torch.argsort(deviation * narrow.weight.data.norm(dim=0), descending=True)
            kept, lost = order.split([len(order) // self.part.share, len(order) - len(order) // self.part.share])
            layer.intermediate.dense = _dense(wide.weight.data[kept], wide.bias.data[kept])
            layer.output.dense = _dense(narrow.weight.data[:, kept], narrow.bias.data + narrow.weight.data[:, lost] @ mean[lost])

    def make_ternary(self) -> None:
        """Make the layers ternary, without dropout, which they do not need; the embeddings are rounded, once and for all."""
        ternary.ternarise(self.body.encoder)
        table = self.body.embeddings.word_embeddings.weight
        table.data = torch.tensor(_rounded(table.data.numpy(), self.part).full())
        table.requires_grad_(False)
        for module in self.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0


def _count(sums: torch.Tensor, _module: torch.nn.Module, _inputs: Any, output: torch.Tensor) -> None:
    """Add up how often the units of a layer were asked, what they said, and its square."""
    said = output.float().flatten(0, -2)
    sums += torch.stack([torch.full((said.shape[1],), float(len(said))), said.sum(0), (said * said).sum(0)])


def _dense(weight: torch.Tensor, bias: torch.Tensor) -> torch.nn.Linear:
    dense = torch.nn.Linear(weight.shape[1], weight.shape[0])
    dense.weight.data, dense.bias.data = weight.clone(), bias.clone()
    return dense


def logits_of(model: Encoder, shown: Sequence[Excerpt], vocabulary: dict[str, int]) -> Array:
    """Return the encoder's logits, shape (rows, labels)."""
    model.eval()
    coded = [encode(excerpt, vocabulary) for excerpt in shown]
    logits = np.zeros((len(coded), len(LABELS)), np.float32)
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        for batch in batches(coded, np.arange(len(coded)), np.random.default_rng(0)):
            logits[batch] = model(*tensors([coded[i] for i in batch], vocabulary[NOTHING]))[0].float().numpy()
    return logits


def arrays_of(model: Encoder, words: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Return the arrays of the `Reader` that computes what the model does."""
    state = {name: tensor.float().numpy() for name, tensor in model.state_dict().items()}
    part = model.part
    places = state["body.embeddings.position_embeddings.weight"][part.first_position : part.first_position + LENGTH]
    context = state.get("body.embeddings.token_type_embeddings.weight")
    halves = {
        "positions": places if context is None else places + context[0],
        "target": state["target"],
        "norm": _norm(state, "body.embeddings.LayerNorm"),
        "relative": _relative(model, state),
        "output": np.ascontiguousarray(state["output.weight"].T),
        "output_bias": state["output.bias"],
    }
    arrays: dict[str, NDArray[Any]] = {name: array.astype(np.float16) for name, array in halves.items()}
    arrays |= {"languages": _lines(part.languages), "words": _lines(words)}
    arrays |= {"gelu": np.array([not part.rectified], np.uint8), "levels": np.array(part.levels, np.uint8)}
    embeddings = _rounded(state["body.embeddings.word_embeddings.weight"], part)
    arrays |= {"embeddings": embeddings.numbers, "scales": embeddings.scales}
    for i in range(len(model.body.encoder.layer)):
        home = f"body.encoder.layer.{i}."
        dense = {
            "attend": [home + head for head in part.heads],
            "mix": [home + part.mix],
            "widen": [f"{home}intermediate.dense"],
            "narrow": [f"{home}output.dense"],
        }
        for name, names in dense.items():
            matrix = _matrix(state, names, part.levels[1])
            arrays |= {f"layers.{i}.{name}": matrix.numbers, f"layers.{i}.{name}.scales": matrix.scales}
            arrays[f"layers.{i}.{name}_bias"] = np.concatenate([state[f"{n}.bias"] for n in names]).astype(np.float16)
        for name, normed in (("mix_norm", part.mix_norm), ("narrow_norm", "output.LayerNorm")):
            arrays[f"layers.{i}.{name}"] = _norm(state, home + normed).astype(np.float16)
    return arrays


def _rounded(table: Array, part: Part) -> Quantised:
    """Return embeddings in few bits."""
    return Quantised.of(table, part.levels[0], (1, math.gcd(part.group, table.shape[1])))


def _matrix(state: dict[str, NDArray[Any]], names: Sequence[str], levels: int) -> Quantised:
    """Return the matrix (inputs, outputs) of some dense layers side by side."""
    weights = np.vstack([state[f"{name}.weight"] for name in names])
    if levels == ternary.LEVELS:
        return ternary.quantised(weights, np.vstack([state[f"{name}.scales"] for name in names]))
    return Quantised.of(np.ascontiguousarray(weights.T), levels, (weights.shape[1], 1))


def _lines(texts: Sequence[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(texts).encode(), np.uint8)


def _relative(model: Encoder, state: dict[str, NDArray[Any]]) -> NDArray[Any]:
    """Return what attention gains by distance, as a `Reader` holds it; nothing where the encoder knows positions only."""
    gains = state.get("body.encoder.relative_attention_bias.weight")
    if gains is None:
        return np.zeros((model.body.config.num_attention_heads, 2 * LENGTH - 1), np.float32)
    buckets = model.body.encoder.relative_position_bucket(torch.arange(1 - LENGTH, LENGTH), num_buckets=len(gains))
    return np.ascontiguousarray(gains[buckets.numpy()].T)


def _norm(state: dict[str, NDArray[Any]], name: str) -> NDArray[Any]:
    return np.stack([state[f"{name}.weight"], state[f"{name}.bias"]])


def batches(coded: Sequence[Coded], order: NDArray[np.intp], random: np.random.Generator) -> Iterator[list[int]]:
    """Yield batches of rows of like length, ROWS pieces with the padding, in random order."""
    found: list[list[int]] = []
    for start in range(0, len(order), 6_000):
        batch: list[int] = []
        for i in sorted(order[start : start + 6_000].tolist(), key=lambda i: len(coded[i][0])):
            if batch and len(coded[i][0]) * (len(batch) + 1) > ROWS:
                found.append(batch)
                batch = []
            batch.append(i)
        found.append(batch)
    yield from (found[i] for i in random.permutation(len(found)))


def tensors(coded: Sequence[Coded], nothing: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return ids, which are no padding, and which are the sentence's own, each of shape (rows, most pieces)."""
    shape = len(coded), max(len(ids) for ids, _, _ in coded)
    padded, real, own = np.full(shape, nothing), np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for row, (ids, start, end) in enumerate(coded):
        padded[row, : len(ids)], real[row, : len(ids)], own[row, start:end] = ids, 1, 1
    return torch.tensor(padded), torch.tensor(real), torch.tensor(own)

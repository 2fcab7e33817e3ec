"""Read the sentences in doubt word by word, with a small transformer encoder (Vaswani et al. 2017; BERT's layout, rectified units).

It knows what words mean from pretraining, where the tables know what they have seen; it costs a hundred times as much a sentence, so it
reads only the few on which the second level is in doubt. Its arrays may be mapped from a file, and are small: four bits a number for
the embeddings, eight for the layers, which the first sentence in doubt makes float32, in which numpy multiplies fast.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from detector.document import LABELS
from detector.features.excerpt import Excerpt
from detector.features.wordpiece import UNKNOWN, pieces

HEAD = 32  # width of an attention head
GROUP = 64  # columns of the embeddings that share a scale
ZERO = 8  # the four bits that stand for 0
KNOWN = 4_096  # excerpts whose logits are kept: boilerplate stands on every page of a site
HEADING, BEFORE, SENTENCE, SENTENCE_END, AFTER = 6, 16, 56, 12, 8  # pieces of each part of an excerpt that are read at most
FIRST, STOP, NOTHING = "[CLS]", "[SEP]", "[PAD]"  # pieces that stand for no text
LENGTH = HEADING + BEFORE + SENTENCE + AFTER + 5  # most pieces of an excerpt

Array = NDArray[np.float32]
Half = NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Layer:
    """One encoder layer: self-attention, then two dense layers, each added to its input and normalised. Everything in float32."""

    attend: Array  # (width, 3 * width): queries, keys, values
    attend_bias: Array
    mix: Array  # (width, width)
    mix_bias: Array
    mix_norm: Array  # (2, width): scale and shift
    widen: Array  # (width, units)
    widen_bias: Array
    narrow: Array  # (units, width)
    narrow_bias: Array
    narrow_norm: Array  # (2, width)


@dataclass(frozen=True)
class Reader:
    """The encoder: pieces of an excerpt in, one logit a label out. The arrays are as a file holds them, small."""

    words: NDArray[np.uint8]  # the vocabulary, one piece a line, UTF-8
    embeddings: NDArray[np.uint8]  # (pieces, width / 2): four bits a number, the even column below
    scales: Half  # (pieces, width / GROUP): of the embeddings
    positions: Half  # (most pieces, width), with the embedding of context added
    target: Half  # (width,): what is added to the sentence's own pieces
    norm: Half  # (2, width)
    output: Half  # (2 * width, labels): reads the mean of the sentence's pieces, and the first piece
    output_bias: Half
    layers: Mapping[str, NDArray[Any]]  # "I.ARRAY" of `Layer`: matrices in eight bits, with "I.ARRAY.scale" a column; the rest float16
    known: dict[Excerpt, Array] = field(default_factory=dict, init=False, compare=False, repr=False)

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Put a reader together from what `arrays` returned; raises KeyError where one is missing, ValueError where one does not fit."""
        layers = {name.removeprefix("layers."): array for name, array in arrays.items() if name.startswith("layers.")}
        reader = cls(**{f.name: arrays[f.name] for f in fields(cls) if f.name not in ("layers", "known")}, layers=layers)
        if missing := {f"0.{f.name}" for f in fields(Layer)} - layers.keys():
            raise KeyError(f"layers.{min(missing)}")
        width = 2 * reader.embeddings.shape[1]
        if reader.output.shape != (2 * width, len(LABELS)) or len(reader.positions) < LENGTH or width % HEAD:
            raise ValueError("its reader has other labels, lengths or heads")
        words = reader.words.tobytes()
        if not all(piece.encode() in words for piece in (FIRST, STOP, NOTHING, UNKNOWN)):
            raise ValueError("its reader lacks the pieces that stand for no text")
        return reader

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what can be made again."""
        return {key: value for key, value in self.__dict__.items() if key not in ("vocabulary", "working")} | {"known": {}}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return its arrays by name."""
        named = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("layers", "known")}
        return named | {f"layers.{name}": array for name, array in self.layers.items()}

    def digest(self) -> str:
        """Return a digest of its arrays."""
        digest = hashlib.blake2b(digest_size=8)
        for name, array in sorted(self.arrays().items()):
            digest.update(name.encode() + array.tobytes())
        return digest.hexdigest()

    @cached_property
    def vocabulary(self) -> dict[str, int]:
        """The id of each piece."""
        return {word: i for i, word in enumerate(self.words.tobytes().decode().split("\n"))}

    def logits(self, excerpts: Sequence[Excerpt]) -> Array:
        """Return the logits of the excerpts' sentences, shape (excerpts, labels); what stands on many pages is read once."""
        rows = np.zeros((len(excerpts), self.output.shape[1]), np.float32)
        for i, excerpt in enumerate(excerpts):
            logits = self.known.get(excerpt)
            if logits is None:
                if len(self.known) >= KNOWN:
                    self.known.clear()
                logits = self.known[excerpt] = self._read(excerpt)
            rows[i] = logits
        return rows

    @cached_property
    def working(self) -> tuple[Layer, ...]:
        """The layers in float32."""
        count = 1 + max(int(name.partition(".")[0]) for name in self.layers)
        return tuple(Layer(*(self._full(f"{i}.{f.name}") for f in fields(Layer))) for i in range(count))

    def _full(self, name: str) -> Array:
        array = np.array(self.layers[name], np.float32)
        return array * np.array(self.layers[f"{name}.scale"], np.float32) if array.ndim == 2 and not name.endswith("norm") else array

    def _embedded(self, ids: Sequence[int]) -> Array:
        """Return the embeddings of some pieces."""
        packed = np.array(self.embeddings[ids])
        numbers = np.stack([packed & 15, packed >> 4], 2).reshape(len(ids), -1, GROUP).astype(np.float32) - ZERO
        return np.asarray((numbers * np.array(self.scales[ids], np.float32)[:, :, None]).reshape(len(ids), -1))

    def _read(self, excerpt: Excerpt) -> Array:
        """Read an excerpt on its own, so that its logits do not depend on what else is read."""
        ids, start, end = encode(excerpt, self.vocabulary)
        states = self._embedded(ids) + self.positions[: len(ids)]
        states[start:end] += self.target
        states = _normalised(states, self.norm)
        every, own = np.arange(len(ids)), np.array([0, *range(start, end)])
        layers = self.working
        for layer, rows in zip(layers, [every] * (len(layers) - 1) + [own], strict=True):  # nobody reads the others' last states
            states = _normalised(states[rows] + _attended(states, layer, rows) @ layer.mix + layer.mix_bias, layer.mix_norm)
            wide = np.maximum(states @ layer.widen + layer.widen_bias, 0)
            states = _normalised(states + wide @ layer.narrow + layer.narrow_bias, layer.narrow_norm)
        read = np.concatenate([states[1:].mean(0), states[0]])
        return np.asarray(read @ self.output.astype(np.float32) + self.output_bias, np.float32)


def encode(excerpt: Excerpt, vocabulary: Mapping[str, int]) -> tuple[list[int], int, int]:
    """Return an excerpt's pieces, and where those of its sentence start and end."""
    heading, before, sentence, after = (pieces(part, vocabulary) for part in excerpt)
    if len(sentence) > SENTENCE:
        sentence = sentence[: SENTENCE - SENTENCE_END] + sentence[-SENTENCE_END:]
    first, stop = vocabulary[FIRST], vocabulary[STOP]
    start = [first, *heading[:HEADING], stop, *before[-BEFORE:], stop]
    own = sentence or [vocabulary[NOTHING]]
    return [*start, *own, stop, *after[:AFTER], stop], len(start), len(start) + len(own)


def _attended(states: Array, layer: Layer, rows: NDArray[np.intp]) -> Array:
    """Return what some pieces gather from all pieces."""
    width = states.shape[1]
    joined = states @ layer.attend + layer.attend_bias
    query, key, value = joined.reshape(len(states), 3, width // HEAD, HEAD).transpose(1, 2, 0, 3)
    weights = query[:, rows] @ key.transpose(0, 2, 1) / np.float32(HEAD**0.5)
    weights = np.exp(weights - weights.max(2, keepdims=True))
    mixed = weights / weights.sum(2, keepdims=True) @ value
    return np.asarray(mixed.transpose(1, 0, 2).reshape(len(rows), width))


def _normalised(states: NDArray[np.floating], norm: NDArray[np.floating]) -> Array:
    centred = states - states.mean(1, keepdims=True)
    deviation = np.sqrt((centred * centred).mean(1, keepdims=True) + np.float32(1e-12))
    return np.asarray(centred / deviation * norm[0] + norm[1], np.float32)


def packed(table: Array) -> dict[str, NDArray[Any]]:
    """Return embeddings (pieces, width) as a `Reader` holds them."""
    groups = table.reshape(len(table), -1, GROUP)
    scales = np.maximum(np.abs(groups).max(2), 1e-4) / (ZERO - 1)
    numbers = (np.round(groups / scales[:, :, None]) + ZERO).astype(np.uint8).reshape(len(table), -1)
    return {"embeddings": numbers[:, ::2] | numbers[:, 1::2] << 4, "scales": scales.astype(np.float16)}


def quantised(name: str, array: Array) -> dict[str, NDArray[Any]]:
    """Return an array of a `Layer` as a `Reader` holds it."""
    if array.ndim == 1 or name.endswith("norm"):
        return {name: array.astype(np.float16)}
    scale = (np.maximum(np.abs(array).max(0), 1e-6) / 127).astype(np.float16)
    return {name: np.round(array / scale.astype(np.float32)).clip(-127, 127).astype(np.int8), f"{name}.scale": scale}

"""Read the sentences in doubt word by word, with a transformer encoder (Vaswani et al. 2017; the layouts of BERT and of MPNet).

It knows what words mean from pretraining, where the tables know what they have seen; it costs a hundred times as much a sentence, or a
thousand, so it reads only the few that are still in doubt. Its arrays may be mapped from a file, and are small (`quantised`); a layer is
made float32, in which numpy multiplies fast: for good where that is little, and otherwise for as long as it is needed.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from detector.document import LABELS
from detector.features.excerpt import Excerpt
from detector.features.wordpiece import UNKNOWN, pieces
from detector.quantised import Quantised, digits

KNOWN = 4_096  # excerpts whose logits are kept: boilerplate stands on every page of a site
LIGHT = 8 << 20  # numbers in the layers of a reader that keeps them in float32
TOGETHER = 32  # excerpts that a layer reads before it is made anew
HEADING, BEFORE, SENTENCE, SENTENCE_END, AFTER = 6, 16, 56, 12, 8  # pieces of each part of an excerpt that are read at most
OWN = "layers", "known", "kept"  # fields of a reader that no array of its file makes
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
    languages: NDArray[np.uint8]  # those it reads, ISO 639-1, one a line; none stands for any
    embeddings: NDArray[np.uint8]  # the numbers of a `Quantised` matrix (pieces, width), its tiles one row high
    scales: Half  # of the embeddings
    levels: NDArray[np.uint8]  # (2,): of the embeddings' numbers, and of the layers'
    positions: Half  # (most pieces, width), with the embedding of context added
    target: Half  # (width,): what is added to the sentence's own pieces
    norm: Half  # (2, width)
    relative: Half  # (heads, 2 * LENGTH - 1): what attention gains by distance, from LENGTH - 1 pieces before to as many after
    gelu: NDArray[np.uint8]  # (1,): whether the layers' units are Gaussian error linear, otherwise they are rectified
    output: Half  # (2 * width, labels): reads the mean of the sentence's pieces, and the first piece
    output_bias: Half
    layers: Mapping[str, NDArray[Any]]  # "I.ARRAY" of `Layer`: of the matrices the numbers, with "I.ARRAY.scales"; the rest float16
    known: dict[Excerpt, Array] = field(default_factory=dict, init=False, compare=False, repr=False)
    kept: dict[int, Layer] = field(default_factory=dict, init=False, compare=False, repr=False)

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Put a reader together from what `arrays` returned; raises KeyError where one is missing, ValueError where one does not fit."""
        layers = {name.removeprefix("layers."): array for name, array in arrays.items() if name.startswith("layers.")}
        reader = cls(**{f.name: arrays[f.name] for f in fields(cls) if f.name not in OWN}, layers=layers)
        if missing := {f"0.{f.name}" for f in fields(Layer)} - layers.keys():
            raise KeyError(f"layers.{min(missing)}")
        width, (heads, distances) = len(reader.target), reader.relative.shape
        fitting = reader.output.shape == (2 * width, len(LABELS)) and distances == 2 * LENGTH - 1
        if not fitting or len(reader.positions) < LENGTH or width % heads:
            raise ValueError("its reader has other labels, lengths or heads")
        words = reader.words.tobytes()
        if not all(piece.encode() in words for piece in (FIRST, STOP, NOTHING, UNKNOWN)):
            raise ValueError("its reader lacks the pieces that stand for no text")
        return reader

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what can be made again."""
        return {key: value for key, value in self.__dict__.items() if key not in ("vocabulary", "light")} | {"known": {}, "kept": {}}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return its arrays by name."""
        named = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in OWN}
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

    def reads(self, language: str | None) -> bool:
        """Whether it is of use for sentences of a language."""
        known = self.languages.tobytes().decode().split()
        return not known or (language or "").lower().partition("-")[0] in known

    @property
    def depth(self) -> int:
        """How many layers it has."""
        return 1 + max(int(name.partition(".")[0]) for name in self.layers)

    def logits(self, excerpts: Sequence[Excerpt]) -> Array:
        """Return the logits of the excerpts' sentences, shape (excerpts, labels); what stands on many pages is read once."""
        rows = {excerpt: self.known.get(excerpt) for excerpt in excerpts}
        new = [excerpt for excerpt, row in rows.items() if row is None]
        for first in range(0, len(new), TOGETHER):
            some = new[first : first + TOGETHER]
            read = dict(zip(some, self._read(some), strict=True))
            rows |= read
            if len(self.known) + len(read) > KNOWN:
                self.known.clear()
            self.known.update(read)
        logits = [row for excerpt in excerpts if (row := rows[excerpt]) is not None]
        return np.stack(logits) if logits else np.zeros((0, self.output.shape[1]), np.float32)

    @cached_property
    def light(self) -> bool:
        """Whether it keeps its layers in float32."""
        several = digits(int(self.levels[1]))
        return sum(array.size * (several if f"{name}.scales" in self.layers else 1) for name, array in self.layers.items()) <= LIGHT

    def layer(self, index: int, room: Layer | None = None) -> Layer:
        """Return a layer in float32, made in the room of another one if that is given, which is lost."""
        layer = self.kept.get(index) or Layer(*(self._full(f"{index}.{f.name}", getattr(room, f.name, None)) for f in fields(Layer)))
        if self.light:
            self.kept[index] = layer
        return layer

    def _full(self, name: str, room: Array | None) -> Array:
        array, scales = self.layers[name], self.layers.get(f"{name}.scales")
        return np.array(array, np.float32) if scales is None else Quantised(array, scales, int(self.levels[1])).full(room)

    def _read(self, excerpts: Sequence[Excerpt]) -> list[Array]:
        """Read excerpts layer by layer, each on its own, so that its logits do not depend on what else is read."""
        coded = [encode(excerpt, self.vocabulary) for excerpt in excerpts]
        states = [self._opened(*text) for text in coded]
        gained = [self._gained(len(ids)) for ids, _, _ in coded]
        every = [np.arange(len(ids)) for ids, _, _ in coded]
        own = [np.array([0, *range(start, end)]) for _, start, end in coded]  # nobody reads the others' last states
        units = _gelu if self.gelu[0] else _rectified
        layer = None
        for index in range(self.depth):
            layer = self.layer(index, None if self.light else layer)
            rows = own if index == self.depth - 1 else every
            states = [_passed(*text, layer, units) for text in zip(states, gained, rows, strict=True)]
        output = self.output.astype(np.float32)
        read = [np.concatenate([text[1:].mean(0), text[0]]) for text in states]
        return [np.asarray(row @ output + self.output_bias, np.float32) for row in read]

    def _opened(self, ids: Sequence[int], start: int, end: int) -> Array:
        """Return the states of a text's pieces before the first layer."""
        states = Quantised(self.embeddings, self.scales, int(self.levels[0])).rows(ids) + self.positions[: len(ids)]
        states[start:end] += self.target
        return _normalised(states, self.norm)

    def _gained(self, length: int) -> Array:
        """Return what attention gains by distance, shape (heads, pieces that attend, pieces)."""
        windows = np.lib.stride_tricks.sliding_window_view(self.relative, length, axis=1)
        return windows[:, LENGTH - 1 - np.arange(length)].astype(np.float32)


def encode(excerpt: Excerpt, vocabulary: Mapping[str, int]) -> tuple[list[int], int, int]:
    """Return an excerpt's pieces, and where those of its sentence start and end."""
    heading, before, sentence, after = (pieces(part, vocabulary) for part in excerpt)
    if len(sentence) > SENTENCE:
        sentence = sentence[: SENTENCE - SENTENCE_END] + sentence[-SENTENCE_END:]
    first, stop = vocabulary[FIRST], vocabulary[STOP]
    start = [first, *heading[:HEADING], stop, *before[-BEFORE:], stop]
    own = sentence or [vocabulary[NOTHING]]
    return [*start, *own, stop, *after[:AFTER], stop], len(start), len(start) + len(own)


def _passed(states: Array, gained: Array, rows: NDArray[np.intp], layer: Layer, units: Callable[[Array], Array]) -> Array:
    """Return the states of some of a text's pieces after a layer."""
    states = _normalised(states[rows] + _attended(states, gained, rows, layer) @ layer.mix + layer.mix_bias, layer.mix_norm)
    return _normalised(states + units(states @ layer.widen + layer.widen_bias) @ layer.narrow + layer.narrow_bias, layer.narrow_norm)


def _attended(states: Array, gained: Array, rows: NDArray[np.intp], layer: Layer) -> Array:
    """Return what some pieces gather from all pieces."""
    width, heads = states.shape[1], len(gained)
    joined = states @ layer.attend + layer.attend_bias
    query, key, value = joined.reshape(len(states), 3, heads, width // heads).transpose(1, 2, 0, 3)
    weights = query[:, rows] @ key.transpose(0, 2, 1) / np.float32((width // heads) ** 0.5) + gained[:, rows]
    weights = np.exp(weights - weights.max(2, keepdims=True))
    mixed = weights / weights.sum(2, keepdims=True) @ value
    return np.asarray(mixed.transpose(1, 0, 2).reshape(len(rows), width))


def _rectified(wide: Array) -> Array:
    return np.maximum(wide, 0)


def _gelu(wide: Array) -> Array:
    """Return Gaussian error linear units, by the tanh that stands for the error function (Hendrycks & Gimpel 2016)."""
    inner = np.float32((2 / np.pi) ** 0.5) * (wide + np.float32(0.044715) * wide * wide * wide)
    return np.asarray(np.float32(0.5) * wide * (1 + np.tanh(inner)), np.float32)


def _normalised(states: NDArray[np.floating], norm: NDArray[np.floating]) -> Array:
    centred = states - states.mean(1, keepdims=True)
    deviation = np.sqrt((centred * centred).mean(1, keepdims=True) + np.float32(1e-12))
    return np.asarray(centred / deviation * norm[0] + norm[1], np.float32)

"""Score passages and articles with numpy arrays, and keep those arrays in one file.

Levels on ever fewer sentences. The first sums the rows that a passage's n-grams have in a hashed table, one column a label (a linear model
on L2-normalised TF-IDF, the IDF folded into the weights and its square kept as the last column). The second, a network with one hidden
layer, reads the first level's margins around the passage (`features.context`) and gives probabilities, which an isotonic curve per label
calibrates. A reader each (`reader`) makes the levels above, as many as a model has that read the page's language: it reads the
sentences that are still in doubt, and its logits are joined with what was said before. Release markers are then weighed against their
article (`Markers`).

On disk: safetensors, one file. Metadata `{FORMAT: JSON of name, gate, thresholds, readers, card}`; tensors `words`, `rich` (float16, one
row a hash), `words.bias`, `rich.bias`, for each network its arrays as `NAME.ARRAY` (float32), those of the readings as `readings.N.ARRAY`,
of the markers as `markers.ARRAY`. The readers are in files of their own (`reader.ARRAY`), the shipped ones, or where they are others in
the same file (`readers.N.ARRAY`); their arrays are mapped: they stay there until they are needed. Loading runs no code from a file.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from detector.document import LABELS, ContentType, Label
from detector.errors import ModelError
from detector.features.article import ARTICLE_COLUMNS
from detector.features.context import width as context_width
from detector.features.outline import BLOCK_COLUMNS, TITLE_COLUMNS
from detector.features.text import Ngrams
from detector.reader import Reader

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Table:
    """A linear model on hashed n-grams: weights (rows, columns + 1), the last column the squared IDF; bias (columns,)."""

    weights: Array
    bias: Array

    def rarity(self, ids: NDArray[np.uint32]) -> Array:
        """Return the squared IDF of some rows."""
        return np.asarray(self.weights[ids, -1], np.float32)

    def margins(self, ngrams: Iterable[Ngrams], passages: int) -> Array:
        """Return the margins of some passages, shape (passages, columns)."""
        sums = np.zeros((passages, self.weights.shape[1]), np.float32)
        for grams in ngrams:
            if len(grams.ids) == 0:
                continue
            opens = np.flatnonzero(np.concatenate(([True], grams.owners[1:] != grams.owners[:-1])))
            sums[grams.owners[opens]] += np.add.reduceat(self.weights[grams.ids], opens, axis=0)
        norms = np.sqrt(sums[:, -1:])
        return np.asarray(sums[:, :-1] / np.maximum(norms, np.float32(1e-3)) + self.bias, np.float32)


@dataclass(frozen=True, slots=True)
class Network:
    """One hidden layer of rectified units and logistic outputs, as scikit-learn's MLPClassifier fits it, inputs standardised."""

    mean: Array  # (inputs,)
    scale: Array  # (inputs,)
    hidden: Array  # (inputs, units)
    hidden_bias: Array
    output: Array  # (units, outputs)
    output_bias: Array
    curves: Array  # (2, knots, outputs): probability as the network says it, and as it was observed

    def raw(self, rows: Array) -> Array:
        """Return uncalibrated probabilities, shape (rows, outputs)."""
        hidden = np.maximum((rows - self.mean) / self.scale @ self.hidden + self.hidden_bias, 0)
        return logistic(hidden @ self.output + self.output_bias)

    def probabilities(self, rows: Array) -> Array:
        """Return calibrated probabilities, shape (rows, outputs)."""
        raw = self.raw(rows)
        columns = [np.interp(raw[:, k], self.curves[0, :, k], self.curves[1, :, k]) for k in range(raw.shape[1])]
        return np.stack(columns, 1).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Cascade:
    """Two logistic regressions on standardised inputs, one after the other: whether an article is paid, and if not, whether a release.

    Each reads its own inputs alone: a single softmax lets a wire that writes like a release pass for one.
    """

    mean: Array  # (inputs,)
    scale: Array  # (inputs,)
    weights: Array  # (inputs, 2)
    bias: Array  # (2,)

    def probabilities(self, rows: Array) -> Array:
        """Return probabilities, shape (rows, content types) in the order of CONTENT_TYPES, each row's sum 1."""
        logits = (rows - self.mean) / self.scale @ self.weights + self.bias
        paid, release = logistic(logits.T)
        return np.stack([(1 - paid) * (1 - release), paid, (1 - paid) * release], 1).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Reading:
    """A level above the second: a reader, and a logistic regression a label on the log-odds so far and the reader's logit."""

    reader: Reader
    weights: Array  # (2, labels)
    bias: Array  # (labels,)

    def joint(self, said: Array, logits: Array) -> Array:
        """Return the joint probabilities of sentences; both inputs, and what is returned, have shape (sentences, labels)."""
        return logistic(self.weights[0] * log_odds(said) + self.weights[1] * logits + self.bias)


@dataclass(frozen=True, slots=True)
class Markers:
    """How a release marker is weighed against its article: a logistic regression on its log-odds and on how editorial the article is.

    An "About" line or a contact is boilerplate in a release, and a site's own elsewhere.
    """

    weights: Array  # (2,)
    bias: Array  # (1,)

    def weighed(self, probabilities: Array, editorial: Array) -> Array:
        """Return the probabilities (sentences, labels), those of release markers weighed; `editorial` is that of their articles."""
        weighed = probabilities.copy()
        odds = log_odds(probabilities[:, MARKER])
        weighed[:, MARKER] = logistic(self.weights[0] * odds + self.weights[1] * editorial + self.bias)
        return weighed


def logistic(odds: NDArray[np.floating]) -> Array:
    """Return the probabilities that log-odds stand for."""
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))), np.float32)


def log_odds(probabilities: Array) -> Array:
    """Return the log-odds, bounded as if nothing were surer than one in ten thousand."""
    kept = np.clip(probabilities, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(kept / (1 - kept)), np.float32)


@dataclass(frozen=True, slots=True)
class Model:
    """All that scoring needs, and the card that says where it came from."""

    name: str
    words: Table  # columns: PROSE, CHROME, LABELLED
    rich: Table  # columns: the labels, then any label
    sentences: Network  # context rows -> labels
    titles: Network  # title rows -> opens an article
    chrome: Network  # block rows -> page chrome
    types: Cascade  # article rows -> content types
    gate: float  # lowest first-level margin with which a sentence is looked at twice
    thresholds: Mapping[str, float]  # by label, and "title", "chrome", "editorial", "paid_promotion"
    card: Mapping[str, Any]
    markers: Markers | None = None
    readings: tuple[Reading, ...] = ()  # in the order in which they are asked
    fast_thresholds: Mapping[str, float] | None = None  # those without the readings, where there are any

    def fast(self) -> "Model":
        """Return the model without its readings."""
        return replace(self, readings=(), thresholds=self.fast_thresholds or self.thresholds, fast_thresholds=None)


MARKER = LABELS.index(Label.PRESS_RELEASE_MARKER)

# Columns of the word table: the three content types, page chrome, then the words' part of the first level's labels and of any label.
PROSE, CHROME, LABELLED = slice(0, 3), 3, slice(4, 14)

FORMAT = "detector-model-5"
_PARTS: dict[str, type[Network | Cascade]] = {"sentences": Network, "titles": Network, "chrome": Network, "types": Cascade}
_THRESHOLDS = {*LABELS, "title", "chrome", ContentType.EDITORIAL, ContentType.PAID_PROMOTION}
_INPUTS = {"sentences": context_width(len(LABELS) + 1), "titles": TITLE_COLUMNS, "chrome": BLOCK_COLUMNS, "types": ARTICLE_COLUMNS}
_DIGEST = "digest"
_TYPES = {"F16": "<f2", "U8": "u1"}  # those of a reader
_REMEDY = "retrain it with `detector train` or use the model that came with this version"


def save(model: Model, path: Path) -> None:
    """Write a model to one file, moved into place whole."""
    tensors: dict[str, NDArray[Any]] = {}
    for name in ("words", "rich"):
        table: Table = getattr(model, name)
        tensors[name] = table.weights.astype(np.float16)
        tensors[f"{name}.bias"] = table.bias
    for name, part in _PARTS.items():
        for array in fields(part):
            tensors[f"{name}.{array.name}"] = np.ascontiguousarray(getattr(getattr(model, name), array.name))
    rest = {"name": model.name, "gate": model.gate, "thresholds": dict(model.thresholds), "card": dict(model.card)}
    if model.markers is not None:
        tensors |= {"markers.weights": model.markers.weights, "markers.bias": model.markers.bias}
    if model.readings:
        digests = [reading.reader.digest() for reading in model.readings]
        rest |= {"fast_thresholds": dict(model.fast_thresholds or model.thresholds), "readers": digests}
        shipped = _shipped_readers()
        for n, (reading, digest) in enumerate(zip(model.readings, digests, strict=True)):
            tensors |= {f"readings.{n}.weights": reading.weights, f"readings.{n}.bias": reading.bias}
            if digest not in shipped:
                tensors |= {f"readers.{n}.{key}": np.ascontiguousarray(array) for key, array in reading.reader.arrays().items()}
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    save_file(tensors, temporary, {FORMAT: json.dumps(rest, sort_keys=True)})  # one key: safetensors writes several in any order
    temporary.chmod(0o644)
    temporary.replace(path)


def load(path: Path) -> Model:
    """Read a model file; raises ModelError where it is missing, damaged, or of another format."""
    try:
        with safe_open(path, "numpy") as file:
            metadata = file.metadata() or {}
            if FORMAT not in metadata:
                raise ModelError(f"{path}: its format is {next(iter(metadata), None)!r}, this version reads {FORMAT!r}; {_REMEDY}")
            rest = json.loads(metadata[FORMAT])
            small = [key for key in file.keys() if not key.startswith("readers.")]  # noqa: SIM118 - not a dict
            tensors = {key: file.get_tensor(key).astype(np.float32) for key in small}
        parts: dict[str, Any] = {name: Table(tensors[name], tensors[f"{name}.bias"]) for name in ("words", "rich")}
        for name, part in _PARTS.items():
            parts[name] = part(**{array.name: tensors[f"{name}.{array.name}"] for array in fields(part)})
            if len(parts[name].mean) != _INPUTS[name]:
                raise ModelError(f"{path}: its {name} part reads other features than this version gives; {_REMEDY}")
        if missing := _THRESHOLDS - rest["thresholds"].keys():
            raise ModelError(f"{path}: it has no threshold for {', '.join(sorted(missing))}; {_REMEDY}")
        if "markers.bias" in tensors:
            parts["markers"] = Markers(tensors["markers.weights"], tensors["markers.bias"])
        parts["readings"] = tuple(_reading(path, n, digest, tensors) for n, digest in enumerate(rest.pop("readers", ())))
        return Model(**parts, **rest)
    except FileNotFoundError:
        raise ModelError(f"{path}: there is no such model file; give --model a file that `detector train` wrote") from None
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{path}: it is not a detector model ({error}); {_REMEDY}") from error


def _reading(path: Path, n: int, digest: str, tensors: Mapping[str, Array]) -> Reading:
    """Return a reading of a model file; the reader of this digest is a shipped one, or in the file itself."""
    weights, bias = tensors[f"readings.{n}.weights"], tensors[f"readings.{n}.bias"]
    if weights.shape != (2, len(LABELS)):
        raise ModelError(f"{path}: its readings know other labels; {_REMEDY}")
    shipped, own = _shipped_readers().get(digest), f"readers.{n}."
    if shipped is None and not any(key.startswith(own) for key in _header(path)[1]):
        raise ModelError(f"{path}: it needs reader {digest}, and there is no reader of that digest in it or shipped; {_REMEDY}")
    return Reading(load_reader(shipped) if shipped else load_reader(path, own), weights, bias)


def save_reader(reader: Reader, path: Path) -> None:
    """Write a reader to a file of its own."""
    arrays = {f"reader.{key}": np.ascontiguousarray(array) for key, array in reader.arrays().items()}  # safetensors writes them as they lie
    save_file(arrays, path, {_DIGEST: reader.digest()})
    path.chmod(0o644)


def load_reader(path: Path, prefix: str = "reader.") -> Reader:
    """Return the reader whose arrays' names start so, whatever else is in the file.

    Raises ModelError where there is none, or one that this version cannot use.
    """
    try:
        body, header = _header(path)
        data = np.memmap(path, np.uint8, "r")
        arrays = {}
        for key, entry in header.items():
            if key.startswith(prefix):
                start, end = (body + offset for offset in entry["data_offsets"])
                arrays[key.removeprefix(prefix)] = data[start:end].view(_TYPES[entry["dtype"]]).reshape(entry["shape"])
        return Reader.of(arrays)
    except FileNotFoundError:
        raise ModelError(f"{path}: there is no such file; name what `make reader` wrote") from None
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{path}: it holds no reader for this version ({error}); {_REMEDY}") from error


def _shipped_readers() -> dict[str, Path]:
    """Return the files of the shipped readers by their digests."""
    return {str(_header(path)[1]["__metadata__"][_DIGEST]): path for path in reader_paths() if path.exists()}


def _header(path: Path) -> tuple[int, dict[str, Any]]:
    """Return where the tensors of a safetensors file begin, and its header: 8 bytes of size and that much JSON."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        if size > path.stat().st_size:
            raise ValueError("it is no safetensors file")
        header = json.loads(file.read(size))
    if not isinstance(header, dict):
        raise ValueError("it is no safetensors file")
    return 8 + size, header


def default_path() -> Path:
    """Return the shipped model's file."""
    return _shipped("default.safetensors")


def reader_paths() -> tuple[Path, ...]:
    """Return the files of the shipped readers, which the shipped model and those trained with it share."""
    return tuple(_shipped(f"{name}.safetensors") for name in ("reader", "reader-large", "reader-multilingual"))


def _shipped(name: str) -> Path:
    """Return a file inside the installed package, or beside it in a checkout."""
    home = Path(__file__).parent
    packed = home / "models" / name
    return packed if packed.exists() else home.parent / "models" / name

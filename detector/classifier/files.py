"""Keep a model in one file, and its readers in files of their own.

Safetensors. A model's metadata is `{FORMAT: JSON of name, gate, thresholds, readers, card}`; tensors `words`, `rich`, `prose`
(float16, one row a hash), each with its `.bias`, for each network its arrays as `NAME.ARRAY` (float32), those of the readings as
`readings.N.ARRAY`, of the markers as `markers.ARRAY`. The readers are in files of their own (`reader.ARRAY`), the shipped ones, or where
they are others in the same file (`readers.N.ARRAY`); their arrays are mapped: they stay there until they are needed. Loading runs no code
from a file.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from detector.classifier.model import Array, Cascade, Markers, Model, Network, Prose, Reading, Table
from detector.document import CONTENT_TYPES, LABELS
from detector.errors import ModelError
from detector.features.article import ARTICLE_COLUMNS
from detector.features.context import width as context_width
from detector.features.outline import BLOCK_COLUMNS, TITLE_COLUMNS
from detector.features.text import WORD_BITS
from detector.reader import Reader

FORMAT = "detector-model-8"
_PARTS: dict[str, type[Network | Cascade]] = {"sentences": Network, "titles": Network, "chrome": Network, "types": Cascade}
_THRESHOLDS = {*LABELS, "title", "chrome", *CONTENT_TYPES}
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
    tensors |= {"prose": model.prose.weights.astype(np.float16), "prose.bias": model.prose.bias}
    for name, part in _PARTS.items():
        for array in fields(part):
            tensors[f"{name}.{array.name}"] = np.ascontiguousarray(getattr(getattr(model, name), array.name))
    rest = {"name": model.name, "gate": model.gate, "thresholds": dict(model.thresholds), "card": dict(model.card)}
    if model.markers is not None:
        tensors |= {"markers.weights": model.markers.weights, "markers.bias": model.markers.bias}
    if model.readings:
        digests = [reading.reader.digest() for reading in model.readings]
        rest["readers"] = digests
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
        parts["prose"] = Prose(tensors["prose"], tensors["prose.bias"])
        if parts["prose"].weights.shape != (1 << WORD_BITS, 2):
            raise ModelError(f"{path}: its prose part reads other features than this version gives; {_REMEDY}")
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
    home = Path(__file__).parent.parent
    packed = home / "models" / name
    return packed if packed.exists() else home.parent / "models" / name

"""The model file: what is saved is loaded, and what is no model is refused with the remedy."""

import pickle
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from random_reader import random_reader
from safetensors import safe_open
from safetensors.numpy import save_file

from detector.classifier import FORMAT, Cascade, Model, Network, Prose, Table, default_path, load, load_reader, save, save_reader
from detector.errors import DetectorError, ModelError
from detector.features.text import Ngrams
from detector.reader import Reader


def _arrays(model: Model) -> dict[str, np.ndarray]:
    parts = {f.name: getattr(model, f.name) for f in fields(model)}
    plain = {n: p for n, p in parts.items() if isinstance(p, Table | Network | Prose | Cascade)}
    arrays = {f"{n}.{f.name}": getattr(p, f.name) for n, p in plain.items() for f in fields(p)}
    for n, reading in enumerate(model.readings):
        arrays |= {f"{n}.weights": reading.weights, f"{n}.bias": reading.bias}
        arrays |= {f"{n}.{key}": array for key, array in reading.reader.arrays().items()}
    return arrays


def _contents(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    with safe_open(path, "numpy") as file:
        return {key: file.get_tensor(key) for key in file.keys()}, file.metadata()  # noqa: SIM118 - not a dict


def test_what_is_saved_is_what_is_loaded(small_model: Model, model_file: Path) -> None:
    loaded = load(model_file)
    before, after = _arrays(small_model), _arrays(loaded)
    assert before.keys() == after.keys()
    assert all(np.array_equal(before[key], after[key]) and before[key].dtype == after[key].dtype for key in before)
    assert (loaded.name, loaded.gate, loaded.thresholds, loaded.card) == (
        small_model.name,
        small_model.gate,
        small_model.thresholds,
        small_model.card,
    )


def test_saving_a_loaded_model_gives_the_same_bytes(model_file: Path, tmp_path: Path) -> None:
    save(load(model_file), tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == model_file.read_bytes()


def test_saving_replaces_the_file_and_leaves_no_other(small_model: Model, model_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    path.write_text("what was there before")
    save(small_model, path)
    assert [file.name for file in tmp_path.iterdir()] == ["m.safetensors"]
    assert path.read_bytes() == model_file.read_bytes()


def test_others_may_read_a_saved_model(model_file: Path) -> None:
    assert model_file.stat().st_mode & 0o777 == 0o644


def test_the_default_model_is_the_shipped_one() -> None:
    assert default_path().name == "default.safetensors"
    assert default_path().is_file()


def _refusal(path: Path) -> str:
    with pytest.raises(ModelError) as caught:
        load(path)
    assert isinstance(caught.value, DetectorError)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    message = _refusal(tmp_path / "none.safetensors")
    assert "there is no such model file" in message
    assert "`detector train`" in message


@pytest.mark.parametrize("version", ["0", "9"])
def test_an_unknown_format_is_refused(version: str, model_file: Path, tmp_path: Path) -> None:
    other = FORMAT[:-1] + version
    (tmp_path / "m").write_bytes(model_file.read_bytes().replace(FORMAT.encode(), other.encode(), 1))
    message = _refusal(tmp_path / "m")
    assert repr(other) in message
    assert repr(FORMAT) in message
    assert "retrain it with `detector train`" in message


@pytest.mark.parametrize("content", [b"", b"not a model", b"\0" * 64, b"PK\x03\x04" + b"\0" * 60, b"\xff" * 1000])
def test_a_foreign_file_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(content)
    assert "it is not a detector model" in _refusal(tmp_path / "m")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "it is not a detector model" in _refusal(tmp_path)


def test_tensors_of_another_program_are_refused(tmp_path: Path) -> None:
    save_file({"embedding": np.zeros((2, 2), np.float32)}, tmp_path / "m")
    assert "its format is None" in _refusal(tmp_path / "m")


@pytest.mark.parametrize(
    "content", [b"", b"# detector\n\nFinds paid promotion.\n" * 9, b"\2" + b"\0" * 7 + b"[]", b"PK\x03\x04" + b"\0" * 60]
)
def test_a_foreign_file_is_no_reader(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "r").write_bytes(content)
    with pytest.raises(ModelError, match=rf"^{tmp_path / 'r'}: it holds no reader for this version .*; "):
        load_reader(tmp_path / "r")


def test_a_reader_that_is_neither_in_the_file_nor_shipped_is_named(model_file: Path, small_model: Model, tmp_path: Path) -> None:
    tensors, metadata = _contents(model_file)
    save_file({key: tensor for key, tensor in tensors.items() if not key.startswith("readers.1.")}, tmp_path / "m", metadata)
    digest = small_model.readings[1].reader.digest()
    assert f"it needs reader {digest}, and there is no reader of that digest in it or shipped; retrain" in _refusal(tmp_path / "m")


@pytest.mark.parametrize("share", [0.01, 0.5, 0.999])
def test_a_file_that_was_cut_short_is_refused(share: float, model_file: Path, tmp_path: Path) -> None:
    whole = model_file.read_bytes()
    (tmp_path / "m").write_bytes(whole[: int(share * len(whole))])
    assert "retrain" in _refusal(tmp_path / "m")


@pytest.mark.parametrize(
    "lost",
    [
        "words",
        "rich.bias",
        "prose",
        "prose.bias",
        "sentences.hidden",
        "types.mean",
        "readings.1.weights",
        "readers.0.words",
        "readers.1.layers.0.mix",
    ],
)
def test_a_model_without_one_of_its_arrays_is_refused(lost: str, model_file: Path, tmp_path: Path) -> None:
    tensors, metadata = _contents(model_file)
    save_file({key: tensor for key, tensor in tensors.items() if key != lost}, tmp_path / "m", metadata)
    assert lost.removeprefix("readers.0.").removeprefix("readers.1.") in _refusal(tmp_path / "m")


@pytest.mark.parametrize("part", ["sentences", "titles", "chrome", "types"])
def test_a_model_of_other_features_is_refused(part: str, small_model: Model, tmp_path: Path) -> None:
    network = getattr(small_model, part)
    first = "hidden" if isinstance(network, Network) else "weights"
    narrow = replace(network, mean=network.mean[1:], scale=network.scale[1:], **{first: getattr(network, first)[1:]})
    save(replace(small_model, **{part: narrow}), tmp_path / "m")
    assert "retrain" in _refusal(tmp_path / "m")


@pytest.mark.parametrize("lost", ["no_conflict", "title", "editorial"])
def test_a_model_without_one_of_its_thresholds_is_refused(lost: str, small_model: Model, tmp_path: Path) -> None:
    thresholds = {key: value for key, value in small_model.thresholds.items() if key != lost}
    save(replace(small_model, thresholds=thresholds), tmp_path / "m")
    assert "retrain" in _refusal(tmp_path / "m")


class _Bomb:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_loading_runs_no_code_from_the_file(protocol: int, tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(pickle.dumps(_Bomb(tmp_path / "ran"), protocol))
    _refusal(tmp_path / "m")
    assert not (tmp_path / "ran").exists()
    pickle.loads((tmp_path / "m").read_bytes())
    assert (tmp_path / "ran").exists()  # it would have


def test_margins_are_sums_of_rows_over_the_norm_and_the_bias() -> None:
    weights = np.array([[1, -1, 4], [2, 0, 9], [5, 5, 1]], np.float32)  # two columns and the squared IDF
    table = Table(weights, np.array([0.5, -0.5], np.float32))
    ngrams = [Ngrams(np.array([0, 1, 0], np.uint32), np.array([0, 0, 2])), Ngrams(np.array([0], np.uint32), np.array([0]))]
    norm = np.sqrt(4 + 9 + 4)
    expected = [[4 / norm + 0.5, -2 / norm - 0.5], [0.5, -0.5], [1 / 2 + 0.5, -1 / 2 - 0.5]]
    assert np.allclose(table.margins(ngrams, 3), expected, atol=1e-6)


def test_the_words_of_an_article_count_by_the_root_of_their_share() -> None:
    prose = Prose(np.array([[1, 0], [0, 8], [2, 2]], np.float32), np.array([0.5, -1], np.float32))
    words = np.array([2, 0, 2, 2], np.uint32)  # three quarters and one
    voiced = np.array([2, 1, 2, 2], np.uint32)  # the one is quoted
    expected = [0.5 + 0.5 + 3**0.5, -1 + 8 * 0.5 + 3**0.5]
    assert np.allclose(prose.margins(words, voiced), expected)
    assert np.allclose(prose.margins(np.tile(words[::-1], 5), np.tile(voiced, 5)), expected)
    assert prose.margins(words[:0], voiced[:0]).tolist() == [0.5, -1]


def test_a_network_is_monotone_in_its_curve() -> None:
    curves = np.array([[[0.0], [0.5], [1.0]], [[0.0], [0.1], [1.0]]], np.float32)
    one = np.ones((1, 1), np.float32)
    network = Network(np.zeros(1, np.float32), one[0], one, np.zeros(1, np.float32), one, np.zeros(1, np.float32), curves)
    rows = np.array([[-5.0], [0.0], [1000.0]], np.float32)
    assert np.allclose(network.raw(rows)[:, 0], [0.5, 0.5, 1.0])
    assert np.allclose(network.probabilities(rows)[:, 0], [0.1, 0.1, 1.0], atol=1e-6)


def test_a_reader_comes_out_as_it_was_saved_however_its_arrays_lie_in_memory(tmp_path: Path) -> None:
    reader = random_reader(levels=(4, 3))
    save_reader(Reader.of({name: np.asfortranarray(array) for name, array in reader.arrays().items()}), tmp_path / "reader")
    held = load_reader(tmp_path / "reader").arrays()
    assert held.keys() == reader.arrays().keys()
    assert all(np.array_equal(held[name], array) for name, array in reader.arrays().items())

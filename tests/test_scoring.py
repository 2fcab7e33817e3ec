"""The readings: which sentences are read again, how what is read is joined, the model without them; release markers by article."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from random_reader import random_reader

from detector.blocks import extract_document
from detector.classifier import MARKER, Markers, Model, Reading, load, load_reader, log_odds, save, save_reader
from detector.corpus import Example
from detector.document import LABELS, Label, Page
from detector.errors import ModelError
from detector.inference import Detector
from detector.passages import split_passages
from detector.scoring import Doubt, editorial_of, reread
from detector.training import train
from detector.training.markers import fit_markers
from detector.training.prepare import prepare
from detector.training.readings import fit_readings
from detector.training.sentences import Level

LINES = ["We may earn shares.", "Paid post.", "The tide is out.", "We own the post."]
DOCUMENT = extract_document(Page("p", "\n".join(LINES)))
PASSAGES = split_passages(DOCUMENT)


def _reading(weight: float) -> Reading:
    ones = np.ones(len(LABELS), np.float32)
    return Reading(random_reader(), np.stack([ones, weight * ones]), 0 * ones)


def test_in_doubt_is_what_some_label_neither_has_nor_lacks_for_sure() -> None:
    low, high = 0.05, 0.9
    rows = np.zeros((5, len(LABELS)), np.float32)
    rows[1, 2], rows[2, 3], rows[3, 4], rows[4, 5] = low, low + 1e-3, high - 1e-3, high
    rows[1, 7] = 1
    assert Doubt(low, high).rows(rows).tolist() == [2, 3]
    assert Doubt(low, high, (0, 3)).rows(rows).tolist() == [2]


def test_only_sentences_in_doubt_change() -> None:
    probabilities = np.zeros((3, len(LABELS)), np.float32)
    probabilities[0], probabilities[1, 0], probabilities[2] = 0.001, 0.5, 0.999
    candidates = np.array([0, 1, 3])
    again = reread(DOCUMENT, PASSAGES, [_reading(1.0)], candidates, probabilities)
    assert np.array_equal(again[[0, 2]], probabilities[[0, 2]])
    assert (again[1] != probabilities[1]).all()
    assert probabilities[1, 0] == 0.5  # what was given stays as it was


def test_a_reader_of_no_weight_changes_nothing() -> None:
    probabilities = np.full((2, len(LABELS)), 0.3, np.float32)
    again = reread(DOCUMENT, PASSAGES, [_reading(0.0)] * 2, np.array([1, 2]), probabilities)
    assert np.abs(again - probabilities).max() < 1e-5


def test_the_second_reader_is_asked_where_doubt_is_left() -> None:
    sure = Reading(random_reader(), np.zeros((2, len(LABELS)), np.float32), np.full(len(LABELS), -9, np.float32))
    probabilities = np.full((2, len(LABELS)), 0.5, np.float32)
    once = reread(DOCUMENT, PASSAGES, [sure], np.array([1, 2]), probabilities)
    assert np.array_equal(reread(DOCUMENT, PASSAGES, [sure, _reading(1.0)], np.array([1, 2]), probabilities), once)
    twice = reread(DOCUMENT, PASSAGES, [_reading(0.0), _reading(1.0)], np.array([1, 2]), probabilities)
    assert np.abs(twice - reread(DOCUMENT, PASSAGES, [_reading(1.0)], np.array([1, 2]), probabilities)).max() < 1e-5


def test_the_second_reader_is_not_asked_about_release_markers() -> None:
    probabilities = np.zeros((2, len(LABELS)), np.float32)
    probabilities[0, MARKER], probabilities[1, MARKER - 1] = 0.5, 0.5
    again = reread(DOCUMENT, PASSAGES, [_reading(0.0), _reading(1.0)], np.array([1, 2]), probabilities)
    assert np.abs(again[0] - probabilities[0]).max() < 1e-3
    assert abs(again[1, MARKER - 1] - 0.5) > 0.05


def test_a_reader_of_other_languages_is_not_asked() -> None:
    probabilities = np.full((2, len(LABELS)), 0.5, np.float32)
    reading = replace(_reading(1.0), reader=random_reader(languages="fr"))
    assert np.array_equal(reread(replace(DOCUMENT, lang="en"), PASSAGES, [reading], np.array([1, 2]), probabilities), probabilities)
    assert (reread(replace(DOCUMENT, lang="fr"), PASSAGES, [reading], np.array([1, 2]), probabilities) != probabilities).all()
    after = reread(replace(DOCUMENT, lang="en"), PASSAGES, [reading, _reading(1.0)], np.array([1, 2]), probabilities)
    assert (after != probabilities).all()  # the one after it is


def test_joint_odds_are_the_sum_of_both() -> None:
    reading, said = _reading(2.0), np.full((1, len(LABELS)), 0.2, np.float32)
    logits = np.linspace(-3, 3, len(LABELS), dtype=np.float32)[None]
    assert np.abs(log_odds(reading.joint(said, logits)) - (np.log(0.25) + 2 * logits)).max() < 1e-3


def test_log_odds_are_bounded() -> None:
    assert np.isfinite(log_odds(np.array([0.0, 1.0], np.float32))).all()


def test_readings_learn_whom_to_believe(small_examples: list[Example], small_model: Model) -> None:
    level = Level(small_model.words, small_model.rich, small_model.gate, small_model.sentences)
    documents = [d for d in prepare(small_examples) if d.read.any()][:600]
    first, second = fit_readings([(d, level) for d in documents], [random_reader(), random_reader(gelu=True)])
    for reading in (first, second):
        assert (np.abs(reading.weights[1]) < reading.weights[0]).mean() > 0.5  # the readers' weights are drawn


@pytest.mark.parametrize(("enough", "alike"), [(1, False), (10**6, True)])
def test_rare_labels_share_their_weights(
    enough: int, alike: bool, small_examples: list[Example], small_model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("detector.training.readings.ENOUGH", enough)
    level = Level(small_model.words, small_model.rich, small_model.gate, small_model.sentences)
    documents = [d for d in prepare(small_examples) if d.read.any()][:60]
    (reading,) = fit_readings([(d, level) for d in documents], [random_reader()])
    assert bool(np.ptp(reading.weights, axis=1).max() == np.ptp(reading.bias) == 0) is alike


def test_documents_count_by_their_weight(small_examples: list[Example], small_model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detector.training.readings.ENOUGH", 1)
    level = Level(small_model.words, small_model.rich, small_model.gate, small_model.sentences)
    documents = [d for d in prepare(small_examples) if d.read.any()][:60]
    once, others = ([(replace(d, example=replace(d.example, weight=weight)), level) for d in documents] for weight in (1.0, 0.5))
    (reading,), (halved,), (twice,) = (fit_readings(counted, [random_reader()]) for counted in (once, others, others + others))
    assert np.abs(reading.weights - twice.weights).max() < 1e-2
    assert np.abs(reading.weights - halved.weights).max() > 1e-2
    markers, doubled = (fit_markers(small_model, counted) for counted in (once, others + others))
    assert markers is not None
    assert doubled is not None
    assert np.abs(markers.weights - doubled.weights).max() < 1e-2


def test_without_anything_in_doubt_the_second_level_stands() -> None:
    (reading,) = fit_readings([], [random_reader()])
    assert (reading.weights.tolist(), reading.bias.tolist()) == ([[1.0] * len(LABELS), [0.0] * len(LABELS)], [0.0] * len(LABELS))


def test_fast_leaves_the_readings_out(small_model: Model, model_file: Path) -> None:
    assert len(small_model.readings) == 2
    fast = Detector.load(model_file, fast=True).model
    assert (fast.readings, fast.thresholds) == ((), small_model.thresholds)
    assert Detector(fast).scan("\n".join(LINES)) == Detector(small_model.fast()).scan("\n".join(LINES))


def test_a_model_of_two_levels_is_saved_loaded_and_scans(small_model: Model, tmp_path: Path) -> None:
    save(small_model.fast(), tmp_path / "two")
    loaded = load(tmp_path / "two")
    assert loaded.readings == ()
    assert Detector(loaded).scan("\n".join(LINES)) == Detector(small_model.fast()).scan("\n".join(LINES))
    with pytest.raises(ModelError, match="no reader"):
        load_reader(tmp_path / "two")


def test_training_without_a_reader_makes_two_levels(small_examples: list[Example]) -> None:
    model = train(small_examples[::4])
    assert (model.readings, model.card["readers"]) == ((), [])


def test_readers_that_are_not_shipped_are_in_the_model_file(model_file: Path) -> None:
    held = [load_reader(model_file, f"readers.{n}.").digest() for n in range(2)]
    assert held == [random_reader().digest(), random_reader(gelu=True).digest()] == load(model_file).card["readers"]


def test_a_shipped_reader_is_not_saved_again(small_model: Model, model_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_reader(random_reader(), tmp_path / "reader")
    monkeypatch.setattr("detector.classifier.files.reader_paths", lambda: (tmp_path / "reader", tmp_path / "none"))
    save(small_model, tmp_path / "small")
    assert (tmp_path / "small").stat().st_size < model_file.stat().st_size
    assert Detector.load(tmp_path / "small").scan("\n".join(LINES)) == Detector(small_model).scan("\n".join(LINES))
    save_reader(random_reader(layers=1), tmp_path / "reader")
    with pytest.raises(ModelError, match="no reader"):
        load(tmp_path / "small")


@pytest.mark.parametrize("label", [Label.SPONSORSHIP_DISCLOSURE, Label.NO_CONFLICT])
def test_a_reading_can_change_what_is_found(label: Label, small_model: Model) -> None:
    k = LABELS.index(label)
    bias = np.full(len(LABELS), -40, np.float32)
    bias[k] = 40
    sure = Reading(random_reader(), np.zeros((2, len(LABELS)), np.float32), bias)
    text = "\n".join(["We may hold shares in the company.", *LINES])
    found = Detector(replace(small_model, readings=(sure,))).scan(text).findings
    assert {f.label for f in found} == {label}
    assert min(f.score for f in found) > 0.99


def test_a_sentence_is_as_editorial_as_its_article_and_entirely_so_outside_all() -> None:
    types = np.array([[0.2, 0.5, 0.3], [0.9, 0.0, 0.1]], np.float32)
    editorial = editorial_of(PASSAGES, np.array([0, 1, 3]), [(1, 2), (3, 4)], types)
    assert np.allclose(editorial, [1.0, 0.2, 0.9])


def test_only_release_markers_are_weighed_against_their_article() -> None:
    markers = Markers(np.array([1.0, -2.0], np.float32), np.zeros(1, np.float32))
    before = np.full((2, len(LABELS)), 0.3, np.float32)
    after = markers.weighed(before, np.array([0.0, 1.0], np.float32))
    others = np.arange(len(LABELS)) != LABELS.index(Label.PRESS_RELEASE_MARKER)
    assert np.array_equal(after[:, others], before[:, others])
    odds = log_odds(after[:, ~others])[:, 0]
    assert np.abs(odds - (np.log(0.3 / 0.7) - [0.0, 2.0])).max() < 1e-3
    assert (before == 0.3).all()  # what was given stays as it was


def test_markers_are_learnt_from_what_was_read(small_examples: list[Example], small_model: Model) -> None:
    level = Level(small_model.words, small_model.rich, small_model.gate, small_model.sentences)
    documents = [(d, level) for d in prepare(small_examples) if d.read.any()]
    markers = fit_markers(small_model, documents)
    assert markers is not None
    assert markers.weights[0] > 0
    assert fit_markers(small_model, []) is None


def test_a_model_keeps_its_markers_and_does_without(small_model: Model, tmp_path: Path) -> None:
    assert small_model.markers is not None
    save(small_model, tmp_path / "with")
    save(replace(small_model, markers=None), tmp_path / "without")
    kept = load(tmp_path / "with").markers
    assert kept is not None
    assert (kept.weights.tolist(), kept.bias.tolist()) == (small_model.markers.weights.tolist(), small_model.markers.bias.tolist())
    assert load(tmp_path / "without").markers is None
    assert Detector.load(tmp_path / "without").scan("\n".join(LINES)) == Detector(replace(small_model, markers=None)).scan("\n".join(LINES))

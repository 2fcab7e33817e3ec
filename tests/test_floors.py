"""Floors: what the gate says, and that they only ever get stricter."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import CorpusError
from detector.evaluation import Evaluation, gate, raised, read_floors, write_floors

FIGURES = st.dictionaries(st.sampled_from("abc"), st.integers(0, 10_000).map(lambda n: n / 10_000))


def evaluation(**figures: float) -> Evaluation:
    part = SimpleNamespace(to_dict=lambda: figures)
    return Evaluation("m", "d1", {"sentences": cast(object, part)}, None, None, None, None)  # type: ignore[dict-item]


def test_the_gate_names_each_floor_that_does_not_hold() -> None:
    floors = {"data": "d1", "floors": {"sentences.micro_f1": 0.8, "sentences.any_f1": 0.9, "natural.micro_f1": 0.5}}
    assert gate(evaluation(micro_f1=0.8, any_f1=0.89), floors) == [
        "sentences.any_f1: 0.89, must be at least 0.9",
        "natural.micro_f1: not measured, must be at least 0.5",
    ]


def test_the_gate_names_each_ceiling_that_is_passed() -> None:
    floors = {"data": "d1", "floors": {}, "ceilings": {"sentences.error": 0.05, "sentences.alarms": 3}}
    assert gate(evaluation(error=0.06, alarms=3), floors) == ["sentences.error: 0.06, must be at most 0.05"]


def test_the_gate_refuses_floors_of_other_data() -> None:
    floors = {"data": "d2", "floors": {}}
    assert "d2" in gate(evaluation(), floors)[0]
    with pytest.raises(CorpusError, match="d2"):
        raised(evaluation(), floors)


def test_floors_only_rise_and_ceilings_only_fall() -> None:
    floors = {
        "data": "d1",
        "floors": {"sentences.a": 0.5, "sentences.b": 0.9},
        "ceilings": {"sentences.c": 0.1, "sentences.d": 0.1},
    }
    assert raised(evaluation(a=0.6789, b=0.8, c=0.0123, d=0.2), floors) == {
        "data": "d1",
        "floors": {"sentences.a": 0.678, "sentences.b": 0.9},
        "ceilings": {"sentences.c": 0.013, "sentences.d": 0.1},
    }


@given(FIGURES, FIGURES)
def test_what_held_before_holds_with_raised_floors(measured: dict[str, float], limits: dict[str, float]) -> None:
    floors = {"data": "d1", "floors": {f"sentences.{k}": v for k, v in limits.items()}}
    result = evaluation(**measured)
    assert gate(result, raised(result, floors)) == gate(result, floors)


def test_floors_are_read_as_they_were_written(tmp_path: Path) -> None:
    floors = {"data": "d1", "floors": {"sentences.micro_f1": 0.8}}
    write_floors(tmp_path / "floors.json", floors)
    assert read_floors(tmp_path / "floors.json") == floors


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"floors": {}}', '{"data": "d", "floors": {"a": "b"}}', '{"data": "d", "floors": 1}'])
def test_a_file_that_holds_no_floors_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "floors.json"
    path.write_text(content)
    with pytest.raises(CorpusError, match=r"floors\.json"):
        read_floors(path)

"""Measure a detector on labelled data: `pipeline` says what, `floors` what must hold, `stability` what must not change."""

from detector.evaluation.floors import gate, raised, read_floors, write_floors
from detector.evaluation.pipeline import Evaluation, evaluate
from detector.evaluation.stability import Stability, stability

__all__ = ["Evaluation", "Stability", "evaluate", "gate", "raised", "read_floors", "stability", "write_floors"]

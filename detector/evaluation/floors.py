"""Hold what an evaluation must reach, in a file that no command makes less strict: who does so by hand says why in the changelog.

The file is JSON:

    {"data": "1f0c…", "floors": {"sentences.micro_f1": 0.82}, "ceilings": {"articles.editorial_called_paid": 0.02}}

`data` is `Evaluation.data` of the examples that the figures were measured on; the names are those of `Evaluation.figures`. A floor
is the least that a figure may be; a ceiling (optional) the most, for figures of which less is better.
"""

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from detector.errors import CorpusError
from detector.evaluation.pipeline import Evaluation

STEPS = 1_000  # floors stand in thousandths, rounded to the lenient side


def gate(evaluation: Evaluation, floors: Mapping[str, Any]) -> list[str]:
    """Return one line for each floor, or ceiling, that does not hold; a figure that was not measured does not hold."""
    if floors["data"] != evaluation.data:
        return [f"data: measured on {evaluation.data}, floors set on {floors['data']}; use the same examples or set new floors"]
    figures = evaluation.figures()
    lines = []
    for name, limit in floors["floors"].items():
        if not figures.get(name, -math.inf) >= limit:
            lines.append(f"{name}: {_said(figures, name)}, must be at least {limit}")
    for name, limit in floors.get("ceilings", {}).items():
        if not figures.get(name, math.inf) <= limit:
            lines.append(f"{name}: {_said(figures, name)}, must be at most {limit}")
    return lines


def raised(evaluation: Evaluation, floors: Mapping[str, Any]) -> dict[str, Any]:
    """Return floors moved up, and ceilings moved down, to what was measured; none is ever loosened.

    Raises CorpusError where the floors belong to other data. A new floor is added by hand, at 0.
    """
    if floors["data"] != evaluation.data:
        raise CorpusError(f"the floors belong to data {floors['data']}, not {evaluation.data}; start a new file for new examples")
    figures = evaluation.figures()
    result: dict[str, Any] = {"data": evaluation.data}
    for part, stricter, rounding in (("floors", max, math.floor), ("ceilings", min, math.ceil)):
        if part in floors:
            result[part] = {
                name: stricter(limit, rounding(round(STEPS * figures[name], 6)) / STEPS) if name in figures else limit
                for name, limit in floors[part].items()
            }
    return result


def read_floors(path: Path) -> dict[str, Any]:
    """Read a file of floors; raises CorpusError where it is none."""
    try:
        floors = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise CorpusError(f"{path}: no file of floors ({error}); write it as detector.evaluation.floors says") from error
    parts = (floors.get("floors"), floors.get("ceilings", {})) if isinstance(floors, dict) else (None,)
    if not all(isinstance(part, dict) and all(isinstance(limit, int | float) for limit in part.values()) for part in parts):
        raise CorpusError(f'{path}: holds no floors; write {{"data": DIGEST, "floors": {{"sentences.micro_f1": 0.8}}}}')
    if not isinstance(floors.get("data"), str):
        raise CorpusError(f"{path}: `data` is missing; give it the digest that `detector evaluate` prints")
    return dict(floors)


def write_floors(path: Path, floors: Mapping[str, Any]) -> None:
    """Write a file of floors, moved into place whole."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(json.dumps(floors, indent=2, sort_keys=True) + "\n", "utf-8")
    temporary.replace(path)


def _said(figures: Mapping[str, float], name: str) -> str:
    return f"{figures[name]}" if name in figures else "not measured"

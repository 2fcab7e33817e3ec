"""Describe a model file in words."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from detector.classifier import FORMAT, default_path, load


def described(path: Path | None) -> str:
    """Return what a model file holds, the shipped one by default; raises ModelError."""
    path = default_path() if path is None else path
    model = load(path)
    head = {"name": model.name, "file": str(path), "format": FORMAT, "size": f"{path.stat().st_size:,} bytes"}
    return "\n".join(_lines({**head, "thresholds": model.thresholds, "card": model.card}, ""))


def _lines(values: Mapping[str, Any], indent: str) -> Iterator[str]:
    width = max((len(name) for name in values), default=0)
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield f"{indent}{name}"
            yield from _lines(value, indent + "  ")
        else:
            yield f"{indent}{name:<{width}}  {f'{value:.3f}' if isinstance(value, float) else value}"

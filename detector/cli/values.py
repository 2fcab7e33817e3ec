"""Read the values of options; a value that is wrong is refused with the option, the value and what is right."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import typer

from detector.cleaning import REMOVE_PAID, Action, Actions
from detector.document import CONTENT_TYPES, LABELS, ContentType, Label
from detector.errors import PageError
from detector.pages import read_list

_COMMERCIAL = (ContentType.PAID_PROMOTION, ContentType.PRESS_RELEASE)


def inputs_of(paths: list[str] | None, listed: Path | None) -> list[str]:
    """Return the paths named on the command line, then those listed in a file."""
    inputs = list(paths or ())
    if listed is not None:
        try:
            inputs += read_list(listed)
        except PageError as error:
            raise typer.BadParameter(str(error), param_hint="--from-file") from None
    if not inputs:
        raise typer.BadParameter("nothing to scan; name files, folders or globs, or - for standard input", param_hint="PATHS...")
    return inputs


def labels_of(values: list[str] | None) -> frozenset[Label]:
    """Return the labels to report; all by default."""
    return frozenset(Label(_known(name, LABELS, "--labels")) for name in _split(values, "--labels")) or frozenset(LABELS)


def thresholds_of(values: list[str] | None) -> dict[str, float]:
    """Return thresholds by label or content type; a bare number is for all labels that have none of their own."""
    names = (*LABELS, *CONTENT_TYPES)
    thresholds: dict[str, float] = {}
    for value in sorted(_split(values, "--threshold"), key=lambda value: "=" in value):
        name, equals, number = value.rpartition("=")
        score = _score(number, value, "--threshold")
        thresholds |= {_known(name, names, "--threshold"): score} if equals else {str(label): score for label in LABELS}
    return thresholds


def alarms_of(values: list[str] | None) -> tuple[tuple[str, float], ...]:
    """Return the labels or types to fail on, each with the score from which on."""
    alarms = []
    for value in _split(values, "--fail-on"):
        name, colon, number = value.partition(":")
        score = _score(number, value, "--fail-on") if colon else 0.0
        alarms.append((_known(name, (*LABELS, *_COMMERCIAL), "--fail-on"), score))
    return tuple(alarms)


def actions_of(clean: Path | None, keep: list[str] | None, mark: list[str] | None, remove: list[str] | None) -> Actions:
    """Return what to do with each label or type; paid articles are removed unless they are named."""
    if clean is None and (idle := next((name for name, values in zip(Action, (keep, mark, remove), strict=True) if values), None)):
        raise typer.BadParameter("it says how to clean, and nothing is cleaned; add --clean FILE", param_hint=f"--{idle}")
    actions: dict[str, Action] = {}
    for action, values in ((Action.KEEP, keep), (Action.MARK, mark), (Action.REMOVE, remove)):
        for value in _split(values, f"--{action}"):
            name = _known(value, (*LABELS, *CONTENT_TYPES), f"--{action}")
            if actions.setdefault(name, action) is not action:
                raise typer.BadParameter(f"{name} is named by --{actions[name]} too; name it once", param_hint=f"--{action}")
    return {**REMOVE_PAID, **actions}


def _split(values: list[str] | None, option: str) -> Iterator[str]:
    """Yield the parts of an option's values; one without any, as of a variable that is not set, is refused."""
    for value in values or ():
        parts = [part for part in map(str.strip, value.split(",")) if part]
        if not parts:
            raise typer.BadParameter(f"{value!r} names nothing; name something, or leave the option out", param_hint=option)
        yield from parts


def _known(name: str, names: Iterable[str], option: str) -> str:
    if name not in (known := [str(name) for name in names]):
        raise typer.BadParameter(f"{name!r} is not known; known are {', '.join(known)}", param_hint=option)
    return name


def _score(number: str, value: str, option: str) -> float:
    try:
        score = float(number)
    except ValueError:
        score = -1.0
    if not 0 <= score <= 1:
        raise typer.BadParameter(f"{value!r} names no score; write a number from 0 to 1, such as 0.8", param_hint=option)
    return score

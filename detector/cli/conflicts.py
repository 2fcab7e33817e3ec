"""Refuse options that contradict one another, and outputs that would destroy what a scan reads or one another."""

import os
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import TypeAlias

import typer

from detector.cleaning import Action, Actions
from detector.crawl import Target
from detector.crawl.records import Alarm
from detector.document import LABELS

FileKey: TypeAlias = tuple[int, int]  # device and number, which all names of a file share, links included
_OPTIONS = ("--output", "--clean")  # of the targets, in their order


def refuse_unreported(labels: Set[str], thresholds: Mapping[str, float], alarms: Iterable[Alarm], actions: Actions) -> None:
    """Refuse to fail on, mark or remove what --labels or --threshold leaves out of the reports; raises BadParameter."""
    wanted = [("--fail-on", name) for name, _ in alarms]
    wanted += [(f"--{action}", name) for name, action in actions.items() if action is not Action.KEEP]
    for option, name in wanted:
        if name in LABELS and name not in labels:
            raise typer.BadParameter(f"{name} is not among --labels, so it is never found; add it there", param_hint=option)
    for name, least in alarms:
        if name in LABELS and 0 < least < thresholds.get(name, 0):
            reason = f"nothing is found below its --threshold of {thresholds[name]:g}; lower that, or raise this"
            raise typer.BadParameter(f"{name}:{least:g}: {reason}", param_hint="--fail-on")


def refuse_one_field(text: str, html: str) -> None:
    """Refuse one field for both kinds of page, of which it would be read as the first; raises BadParameter."""
    if text == html:
        reason = "--text-field names it too, so its HTML would be read as text; name a field there that is not in the records, such as -"
        raise typer.BadParameter(f"{html}: {reason}", param_hint="--html-field")


def refuse_closed(targets: Iterable[Target]) -> None:
    """Refuse to write to a standard output that was closed when the program started; raises BadParameter."""
    if sys.__stdout__ is None and any(target.path is None for target in targets):
        raise typer.BadParameter("standard output is closed; name a file", param_hint="--output")


def refuse_collisions(targets: Sequence[Target], read: Iterable[str | Path]) -> None:
    """Refuse targets in one place, and targets that are files which the scan reads; raises BadParameter."""
    places = [target.final if target.path and target.whole else target.path for target in targets]
    if len(places) == 2 and _overlap(*places):
        reason = f"it would overwrite what --output writes to {places[0] or 'standard output'}; name another file"
        raise typer.BadParameter(f"{places[1] or '-'}: {reason}", param_hint="--clean")
    written = {key: option for target, option in zip(targets, _OPTIONS, strict=False) for key in _keys_of(target)}
    for file in read if written else ():
        if (key := _key_of(0 if str(file) == "-" else file)) in written:
            reason = "this run reads it, so it cannot write it as well; name another file"
            raise typer.BadParameter(f"{'standard input' if str(file) == '-' else file}: {reason}", param_hint=written[key])


def files_of(targets: Iterable[Target]) -> frozenset[FileKey]:
    """Return those files that a run writes which are there already."""
    return frozenset(key for target in targets for key in _keys_of(target))


def is_among(path: Path, files: frozenset[FileKey]) -> bool:
    """Return whether a path is a name of one of these files."""
    return bool(files) and _key_of(path) in files


def _overlap(one: Path | None, other: Path | None) -> bool:
    if one is None or other is None:
        return one is other
    same_file = _key_of(one) is not None and _key_of(one) == _key_of(other)
    return same_file or one == other or one in other.parents or other in one.parents


def _keys_of(target: Target) -> Iterator[FileKey]:
    if target.path is None:
        files: tuple[Path | int, ...] = (1,)
    else:
        files = (target.path, target.partial, target.beside("journal")) if target.whole else (target.path,)
    yield from filter(None, map(_key_of, files))


def _key_of(file: str | Path | int) -> FileKey | None:
    """Return what tells a file from all others, None where it is none: a folder, device or pipe, or not there."""
    try:
        found = os.stat(file)  # noqa: PTH116  (a descriptor, too)
    except (OSError, ValueError):  # ValueError: a zero byte in the path
        return None
    return (found.st_dev, found.st_ino) if stat.S_ISREG(found.st_mode) else None

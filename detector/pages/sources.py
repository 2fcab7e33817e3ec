"""Find the files that paths, folders and globs stand for."""

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from detector.errors import PageError
from detector.pages.formats import SUFFIXES, format_of

STDIN = "-"


def sources_of(paths: Iterable[str | Path]) -> Iterator[Path | PageError]:
    """Yield files, and `Path("-")` for standard input, in the order given and sorted by path within a folder or glob."""
    for path in [paths] if isinstance(paths, (str, Path)) else paths:  # a lone str would be read letter by letter
        name = str(path)
        if name == STDIN:
            yield Path(STDIN)
        elif os.path.isdir(name):  # noqa: PTH112  (unlike Path.is_dir it never raises)
            yield from _files_of_folder(Path(path))
        elif os.path.lexists(name):
            yield Path(path)
        elif any(character in name for character in "*?["):
            yield from _files_of_glob(name)
        else:
            yield PageError(name_of(Path(path)), "there is no such file or folder", "check the path")


def name_of(path: Path) -> str:
    """Return a path as a page id; bytes of a file name that are no UTF-8 are replaced, since ids are written as JSON."""
    return path.as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _files_of_folder(folder: Path) -> Iterator[Path | PageError]:
    found = False
    for file in _walk(folder):
        found = True
        yield file
    if not found:
        remedy = f"name files {' '.join(SUFFIXES)}, also with .gz or .zst"
        yield PageError(name_of(folder), "no file in this folder has a known suffix", remedy)


def _walk(folder: Path) -> Iterator[Path | PageError]:
    """Yield files of known suffix in the order of their paths, without hidden ones and links to folders (they may go round).

    Without recursion, since a mirror of a site that links to itself is a thousand folders deep.
    """
    left = [(folder, _entries_of(folder))]
    while left:
        folder, entries = left[-1]
        entry = next(entries, None)
        if entry is None:
            left.pop()
        elif isinstance(entry, PageError):
            yield entry
        elif _is_folder(entry, follow=False):
            left.append((folder / entry.name, _entries_of(folder / entry.name)))
        elif format_of(entry.name) and not _is_folder(entry, follow=True):
            yield folder / entry.name


def _entries_of(folder: Path) -> "Iterator[os.DirEntry[str] | PageError]":
    """Yield what a folder holds, by name and without what is hidden."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield PageError(name_of(folder), f"the folder cannot be read ({error.strerror})", "check its permissions")
        return
    yield from (entry for entry in entries if not entry.name.startswith("."))


def _is_folder(entry: "os.DirEntry[str]", *, follow: bool) -> bool:
    """Whether an entry is a folder; a link that goes round, or leads where nobody may look, is none, and fails when it is read."""
    try:
        return entry.is_dir(follow_symlinks=follow)
    except OSError:
        return False


def _files_of_glob(pattern: str) -> Iterator[Path | PageError]:
    # Not Path.glob: it refuses absolute patterns and raises where a folder may not be read.
    matches = sorted({Path(match) for match in glob.iglob(pattern, recursive=True)})  # noqa: PTH207  (two "**" give some twice)
    found = False
    for match in matches:
        if not os.path.isdir(match):  # noqa: PTH112
            found = True
            yield match
        elif "**" not in pattern:  # which stands for what is in the folders as well
            found = True
            yield from _files_of_folder(match)
    if not found:
        yield PageError(Path(pattern).as_posix(), "no file matches it", 'check the pattern; "**" stands for any folders')

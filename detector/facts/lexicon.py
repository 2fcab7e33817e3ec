"""Load the lexicons and turn their phrases into patterns that cost little however many phrases there are.

A lexicon is a UTF-8 text file: one entry a line, # comments. Each is read once, when it is first needed.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from detector.errors import DetectorError

HOME = Path(__file__).parent.parent / "lexicons"


class Aliases(NamedTuple):
    """The entries "canonical = alias | alias" of a lexicon, compiled."""

    pattern: re.Pattern[str]
    names: dict[str, tuple[str, str]]  # folded alias: the alias as written, its canonical name

    def find(self, text: str, folded: str) -> Iterator[tuple[int, int, str]]:
        """Yield start, end and canonical name of each alias in text order; one in capitals counts only as written."""
        for match in self.pattern.finditer(folded):
            alias, name = self.names[one_spaced(match.group())]
            if not alias.isupper() or alias == one_spaced(text[match.start() : match.end()]):
                yield match.start(), match.end(), name


@cache
def aliases(name: str) -> Aliases:
    """Compile the lexicon of that name; raises DetectorError where it is missing or empty."""
    names = {}
    for line in lines_of(name):
        canonical, _, listed = line.partition(" = ")
        names.update({one_spaced(fold(alias)): (alias.strip(), canonical) for alias in listed.split(" | ")})
    return Aliases(pattern_of(names), names)


@cache
def words_of(name: str) -> frozenset[str]:
    """Return the words of a lexicon that lists several a line, folded."""
    return frozenset(word for line in lines_of(name) for word in fold(line).split())


@cache
def groups_of(name: str) -> dict[str, list[str]]:
    """Return the entries "key = phrase | phrase" of a lexicon by key, folded; a phrase may stand under several keys."""
    groups: dict[str, list[str]] = {}
    for line in lines_of(name):
        key, _, listed = line.partition(" = ")
        groups.setdefault(key, []).extend(one_spaced(fold(phrase)) for phrase in listed.split(" | "))
    return groups


def lines_of(name: str) -> list[str]:
    """Read a lexicon without its comments; raises DetectorError where nothing is left."""
    file = HOME / f"{name}.txt"
    lines = file.read_text("utf-8").splitlines() if file.is_file() else []
    kept = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if not kept:
        raise DetectorError(f"lexicon {name}: it is missing or empty; install detector anew")
    return kept


def names_of(prefix: str) -> list[str]:
    """Return the names of the lexicons of one subject, "parties.de", "parties.en", …; raises DetectorError where there is none."""
    names = sorted(file.name.removesuffix(".txt") for file in HOME.glob(f"{prefix}.*.txt"))
    if not names:
        raise DetectorError(f"lexicons {prefix}.*: there is none; install detector anew")
    return names


def pattern_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """Compile folded phrases into one pattern over folded text: whole words, the longest phrase first."""
    return re.compile(rf"(?<![\w-])(?:{_alternation(phrases)})(?:(?<=\W)|(?!\w))")


def fold(text: str) -> str:
    """Lower the case and straighten apostrophes, code point by code point, so that offsets stay."""
    return text.replace("İ", "I").lower().replace("’", "'")


def one_spaced(text: str) -> str:
    """Return the text with each run of white space made one space."""
    return " ".join(text.split())


def _alternation(phrases: Iterable[str]) -> str:
    """Branch letter by letter, so that the engine reads a common beginning once; a plain alternation costs ten times as much."""
    tails: dict[str, list[str]] = {}
    for phrase in phrases:
        tails.setdefault(phrase[:1], []).append(phrase[1:])
    whole = tails.pop("", None) is not None
    branches = [(r"\s+" if head == " " else re.escape(head)) + _alternation(rest) for head, rest in tails.items()]
    if not branches:
        return ""
    joined = branches[0] if len(branches) == 1 and not whole else f"(?:{'|'.join(branches)})"
    return f"{joined}?" if whole else joined

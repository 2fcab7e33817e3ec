"""Read who pays, who is paid and who holds a position, by the cues in lexicons/parties.*.txt.

A cue stands before its name ("sponsored by NAME"), after it ("NAME was paid") or around it ("von NAME gesponsert"), and may want
another word earlier ("received … from NAME").
"""

import re
from functools import cache
from typing import NamedTuple

from detector.facts.lexicon import fold, lines_of, names_of, one_spaced, pattern_of
from detector.facts.names import full_names, is_name, names_at, names_before

OPENER_REACH = 120  # code points between "received" and its "from NAME"
ROLES = ("payer", "beneficiary", "holder")


def parties_in(text: str, folded: str, context: str, lang: str = "") -> dict[str, list[str]]:
    """Return the names by role, each once, in text order; `context` may introduce their short forms."""
    before, after = _cues(lang if lang in _languages() else "")
    found: dict[str, list[str]] = {role: [] for role in ROLES}
    reached = 0
    for match in before.pattern.finditer(folded):
        if match.start() >= reached:  # else it is part of a name, as the "de" of "Banque de France"
            role, names, reached = _named_after(text, folded, match, before.meanings[one_spaced(match.group())])
            found.get(role, []).extend(names)
    for match in after.pattern.finditer(folded):
        if names := names_before(text, match.start()):
            for cue in after.meanings[one_spaced(match.group())]:
                found.get(cue.role, []).extend(names)
    return _named(found, context, text)


class _Cue(NamedTuple):
    role: str  # one of ROLES, or "skip"
    opener: str  # a word that must stand before the cue
    tail: str  # what must follow the names


class _Cues(NamedTuple):
    pattern: re.Pattern[str]
    meanings: dict[str, list[_Cue]]


@cache
def _languages() -> frozenset[str]:
    return frozenset(name.partition(".")[2] for name in names_of("parties"))


@cache
def _cues(lang: str) -> tuple[_Cues, _Cues]:
    """Read the cues of a language and of English, of all languages where none is given: those before a name, and those after."""
    names = names_of("parties")
    if lang:
        names = [name for name in names if name in {f"parties.{lang}", "parties.en"}]
    before: dict[str, list[_Cue]] = {}
    after: dict[str, list[_Cue]] = {}
    for line in (line for name in names for line in lines_of(name)):
        role, _, phrase = line.partition(": ")
        head, _, tail = (one_spaced(fold(part)) if part != "NAME" else part for part in phrase.partition("NAME"))
        opener, _, cue = (part.strip() for part in head.rpartition("…"))
        if cue:
            before.setdefault(cue, []).append(_Cue(role, opener, tail))
        else:
            after.setdefault(tail, []).append(_Cue(role, "", ""))
    return _Cues(pattern_of(before), before), _Cues(pattern_of(after), after)


def _named_after(text: str, folded: str, match: re.Match[str], cues: list[_Cue]) -> tuple[str, list[str], int]:
    """Return the role, the names that follow and where they end, by the first cue whose conditions hold."""
    names: list[str] | None = None
    end = match.end()
    for cue in cues:
        if cue.opener and not _opened(folded, cue.opener, match):
            continue
        if names is None:
            names, end = names_at(text, end)
        if folded.startswith(cue.tail, end + len(folded[end : end + 2]) - len(folded[end : end + 2].lstrip(" ,"))):
            return cue.role, names, end
    return "", [], match.end()


def _opened(folded: str, opener: str, match: re.Match[str]) -> bool:
    """Tell whether the opener stands earlier in the clause, and no other participle ("developed by") claims the cue."""
    at = folded.rfind(opener, max(0, match.start() - OPENER_REACH), match.start())
    if at < 0 or folded[at - 1 : at].isalpha():
        return False
    between = folded[at + len(opener) : match.start()]
    return not between[:1].isalpha() and ". " not in between and ";" not in between and not between.rstrip().endswith("ed")


def _named(found: dict[str, list[str]], context: str, text: str) -> dict[str, list[str]]:
    """Put full names for short ones, drop what names nobody, and keep each name once."""
    names = {name for listed in found.values() for name in listed}
    full = full_names(f"{context}\n{text}", names) if names and ("(" in context or "(" in text) else {}
    distinct: dict[str, list[str]] = {}
    for role, listed in found.items():
        kept = {fold(full.get(name, name)): full.get(name, name) for name in listed if is_name(full.get(name, name))}
        if kept:
            distinct[role] = list(kept.values())
    return distinct

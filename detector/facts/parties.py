"""Read who pays, who is paid and who holds a position, by the cues in lexicons/parties.*.txt.

A cue stands before its name ("sponsored by NAME"), after it ("NAME was paid") or around it ("von NAME gesponsert"), and may want
another word earlier ("received … from NAME") or later ("von NAME … bezahlt"). A cue that its clause denies names nobody.
"""

import re
from functools import cache
from typing import NamedTuple

from detector.facts.capitals import as_written, calmed, likely_language
from detector.facts.clauses import closes, denied, denied_after
from detector.facts.lexicon import fold, lines_of, names_of, one_spaced, pattern_of
from detector.facts.names import full_names, is_name, names_at, names_before

OPENER_REACH = 120  # code points between "received" and its "from NAME"
ROLES = ("payer", "beneficiary", "holder")


def parties_in(text: str, folded: str, context: str, lang: str = "") -> dict[str, list[str]]:
    """Return the names by role, each once, in text order; `context` may introduce their short forms.

    Read by the cues of `lang` and of English; where they find nothing, by those of the language that the sentence seems to be in.
    """
    declared = lang if lang in _languages() else ""
    found = _named(_read(text, folded, declared), context, text)
    other = likely_language(folded, declared) if declared and not found else ""
    return _named(_read(text, folded, other), context, text) if other in _languages() else found


def _read(text: str, folded: str, lang: str) -> dict[str, list[str]]:
    calm = calmed(text)
    before, after = _cues(lang)
    found: dict[str, list[str]] = {role: [] for role in ROLES}
    reached = 0
    for match in before.pattern.finditer(folded):
        if match.start() >= reached:  # else it is part of a name, as the "de" of "Banque de France"
            role, names, reached = _named_after(calm, folded, match, before.meanings[one_spaced(match.group())])
            found.get(role, []).extend(names)
    for match in after.pattern.finditer(folded):
        cues = after.meanings[one_spaced(match.group())]
        names, start = names_before(calm, match.start())
        if names and not _denied_around(folded, start, match.end(), cues):
            for cue in cues:
                found.get(cue.role, []).extend(names)
    return found if calm is text else {role: as_written(names, calm, text) for role, names in found.items()}


class _Cue(NamedTuple):
    role: str  # one of ROLES, or "skip"
    opener: str  # a word that must stand before the cue
    tail: str  # what must follow the names
    far: bool  # the tail may stand later in the clause
    lang: str


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
    for lexicon, line in ((name, line) for name in names for line in lines_of(name)):
        role, _, phrase = line.partition(": ")
        head, _, tail = (one_spaced(fold(part)) if part != "NAME" else part for part in phrase.partition("NAME"))
        opener, _, cue = (part.strip() for part in head.rpartition("…"))
        meant = _Cue(role, opener, tail.removeprefix("… "), tail.startswith("…"), lexicon.partition(".")[2])
        (before if cue else after).setdefault(cue or tail, []).append(meant)
    return _Cues(pattern_of(before), before), _Cues(pattern_of(after), after)


def _named_after(text: str, folded: str, match: re.Match[str], cues: list[_Cue]) -> tuple[str, list[str], int]:
    """Return the role, the names that follow and where they end, by the first cue whose conditions hold."""
    names: list[str] | None = None
    end = match.end()
    for cue in cues:
        if cue.opener and not _opened(folded, cue.opener, match):
            continue
        if names is None:
            names, end = names_at(text, end, listed=":" in folded[end - 1 : end + 2])
        if _followed(folded, end, cue, match.start() if names else -1):
            silent = denied(folded, match.start(), _languages_of(cues))
            return ("skip" if silent else cue.role), names, end
    return "", [], match.end()


def _followed(folded: str, at: int, cue: _Cue, start: int) -> bool:
    """Tell whether what a cue wants after its names follows them; `start`: where the cue starts, -1 where it has no names."""
    if folded.startswith(cue.tail, at + len(folded[at : at + 2]) - len(folded[at : at + 2].lstrip(" ,"))):
        return True
    return cue.far and start >= 0 and closes(folded, start, at, cue.tail, frozenset({cue.lang}))


def _denied_around(folded: str, start: int, end: int, cues: list[_Cue]) -> bool:
    """Tell whether a subject that starts at `start`, with a verb that ends at `end`, is denied or denies."""
    langs = _languages_of(cues)
    return denied(folded, start, langs, subject=True) or denied_after(folded, end, langs)


def _languages_of(cues: list[_Cue]) -> frozenset[str]:
    return frozenset(cue.lang for cue in cues)


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

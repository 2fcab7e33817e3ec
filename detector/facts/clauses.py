"""Tell what a clause denies ("not paid by Acme, but by Zell" names Zell only), and where it ends."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from detector.facts.lexicon import groups_of, one_spaced, pattern_of

REACH = 200  # code points before a cue that may deny it
FAR = 60  # code points between a name and the participle that closes its clause
NEAR = 2  # words between a verb and its "no"

_END = re.compile(r"[;:!?|•\n\[\]]|\.(?=\s)|\s[–—-]\s")
_BRACKET = re.compile(rf"(?:\s*\([^()]{{0,{FAR}}}\))?")
_WORDS = re.compile(rf"(?:\s+[\w'-]+){{0,{NEAR + 1}}}")


def denied(folded: str, at: int, langs: frozenset[str], *, subject: bool = False) -> bool:
    """Tell whether the clause denies what stands at `at`, which may be the subject of a clause of its own after "and"."""
    window = folded[max(0, at - REACH) : at]
    clause = window[max((end.end() for end in _END.finditer(window)), default=0) :]
    denial, since, joined = "", 0, -1  # `since`: where the last denial ends; `joined`: where the last "and" does
    for kind, start, end in _marked(clause, langs):
        if kind == "not" or kind == "without":
            denial, since = ("" if denial and kind == "without" else kind), end
        elif kind == "and":
            joined = end
        elif kind == "but" or (kind == "new" and _is_new(clause, since, joined, start)):
            denial = ""
    if denial == "without":
        return not clause[since:].rstrip().endswith(",") and not _denies_later(folded, at, langs)
    return bool(denial) and not (subject and _is_new(clause, since, joined, len(clause)))


def denied_after(folded: str, at: int, langs: frozenset[str]) -> bool:
    """Tell whether a "no" stands right after a verb that ends at `at` ("Acme holds no shares")."""
    words = _WORDS.match(folded, at)
    kinds = [kind for kind, _, _ in _marked(words.group(), langs) if kind in {"not", "without", "but", "and"}] if words else []
    return bool(kinds) and kinds[0] in {"not", "without"}


def closes(folded: str, start: int, at: int, participle: str, langs: frozenset[str]) -> bool:
    """Tell whether that participle ends the clause of "by NAME", which starts at `start` and ends at `at`.

    Only a bracket may stand between, or some words that are no verb, doer or denial ("der Beitrag von Acme wurde von Zell bezahlt"),
    and then the clause needs its verb: before, at its end, or between where "by NAME" opens the sentence ("Von Acme wurde es bezahlt").
    """
    if folded.find(participle, at, at + 3 * FAR) < 0:  # most often so, and cheap to tell
        return False
    bracket = _BRACKET.match(folded, at)
    first = bracket.end() if bracket else at
    window = folded[first : first + FAR + len(participle)]
    border = _END.search(window)
    place = window.find(participle, 0, border.start() if border else len(window))
    if place < 0 or window[place - 1 : place].isalpha():
        return False
    gap = window[:place]
    if not gap.strip(" ,"):
        return True
    marks = list(_marked(gap, langs))
    between = {kind for kind, _, _ in marks}
    if between & {"not", "without", "but", "by"} or any(kind == "of" and not gap[:begin].strip() for kind, begin, _ in marks):
        return False
    if not folded[:start].strip(" \"'„“"):
        return "new" in between
    clause = re.split(r"[,;:.!?]", folded[max(0, start - REACH) : start])[-1]
    ending = window[place + len(participle) :]
    return "new" not in between and any(kind == "new" for part in (clause, ending[:FAR]) for kind, _, _ in _marked(part, langs))


def _marked(clause: str, langs: frozenset[str]) -> Iterator[tuple[str, int, int]]:
    """Yield kind, start and end of each mark; the "no" of "no-cost" is none."""
    marks = _marks(langs)
    for match in marks.pattern.finditer(clause):
        if clause[match.end() : match.end() + 1] != "-":
            yield marks.kinds[one_spaced(match.group())], match.start(), match.end()


def _is_new(clause: str, since: int, joined: int, at: int) -> bool:
    """Tell whether a clause begins at `at`: after an "and", or some way after a comma that follows the denial."""
    return "," in clause[since:at] or (joined >= since and not clause[joined:at].strip())


def _denies_later(folded: str, at: int, langs: frozenset[str]) -> bool:
    """Tell whether a denial follows in the sentence ("Without support from Acme it could not be done")."""
    window = folded[at : at + REACH]
    end = _END.search(window)
    return any(kind == "not" for kind, _, _ in _marked(window[: end.start() if end else REACH], langs))


class _Marks(NamedTuple):
    pattern: re.Pattern[str]
    kinds: dict[str, str]  # phrase: its kind in lexicons/clauses.txt


@cache
def _marks(langs: frozenset[str]) -> _Marks:
    """Read the words of those languages; of one that has none no clause denies anything."""
    kinds: dict[str, str] = {}
    for key, phrases in groups_of("clauses").items():
        lang, _, kind = key.partition(" ")
        if lang in langs:
            kinds.update(dict.fromkeys(phrases, kind))
    return _Marks(pattern_of(kinds) if kinds else re.compile(r"(?!)"), kinds)


@cache
def finite_words() -> frozenset[str]:
    """Return the words that make a clause of their own, of all languages."""
    return frozenset(phrase for key, phrases in groups_of("clauses").items() if key.endswith(" new") for phrase in phrases)

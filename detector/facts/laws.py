"""Read which laws and rules a finding cites, in one notation: "WpHG §85", "MAR Art. 20", "Exchange Act §21E"."""

import re
from typing import NamedTuple

from detector.facts.lexicon import aliases

REACH = 60  # code points between "Section 27A" and "Securities Act"

_NUMBER = r"[0-9]{1,4}[a-z]{0,2}\b(?:\s?\([a-z0-9]{1,3}\))*"
_REFERENCE = re.compile(
    r"(?:(?P<section>§§?|\bsections?|\bsec\.)|\bart(?:ikel|icles?|ículos?|icol[oi]|igos?|s?\.))\s*"
    rf"(?P<numbers>{_NUMBER}(?:(?:,| and| und| et| y| e| en| &)\s?{_NUMBER})*)"
)
_EACH_NUMBER = re.compile(_NUMBER, re.IGNORECASE)
_NEEDS_REFERENCE = {"MAR"}  # also a month and a sea: the bare acronym counts only with an article
_LONE_REFERENCES = {"17(b)": "Securities Act", "27A": "Securities Act", "21E": "Exchange Act"}


class _Act(NamedTuple):
    start: int
    end: int
    name: str
    references: list[str]


def laws_in(text: str, folded: str) -> list[str]:
    """Return the laws cited, in text order, each once; a law whose sections are cited is not repeated without them."""
    acts = [_Act(start, end, name, []) for start, end, name in aliases("laws").find(text, folded)]
    lone: list[str] = []
    for match in _REFERENCE.finditer(folded):
        if any(act.start <= match.start() < act.end for act in acts):
            continue
        mark = "§" if match["section"] else "Art. "
        numbers = [n.replace(" ", "") for n in _EACH_NUMBER.findall(text[match.start("numbers") : match.end("numbers")])]
        act = _act_of(acts, folded, match.start(), match.end())
        if act:
            act.references.extend(mark + number for number in numbers)
        else:
            lone.extend(f"{_LONE_REFERENCES[n]} §{n}" for n in numbers if n in _LONE_REFERENCES)
    cited = [f"{act.name} {reference}" for act in acts for reference in act.references]
    with_references = {act.name for act in acts if act.references}
    bare = [a.name for a in acts if a.name not in with_references and text[a.start : a.end] not in _NEEDS_REFERENCE]
    return list(dict.fromkeys(cited + lone + bare))


def _act_of(acts: list[_Act], folded: str, start: int, end: int) -> _Act | None:
    """Return the act right before ("WpHG §85"), else the next one after ("§85 WpHG", "Section 27A of the Securities Act")."""
    for act in acts:
        if act.end <= start and not folded[act.end : start].strip() and not act.references:
            return act
        if end <= act.start <= end + REACH:
            return act
    return None

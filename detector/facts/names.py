"""Read names of organisations and people out of running text: capitalised words, particles, company suffixes, lists."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from detector.facts.lexicon import fold, one_spaced, words_of

MAX_NAMES = 16  # of one list
MAX_WORDS = 9  # of one name
REACH = 160  # code points before a cue that may hold its name

_UPPER = "".join(c for c in map(chr, range(0x530)) if c.isupper())
_SUFFIX = (
    r"(?:and|&) Company|g?GmbH(?: ?& ?Co\.? (?:KGaA|KG|OHG))?|AG(?: ?& ?Co\.? KGaA)?|SE|KGaA|KG|UG|eG|e\. ?V\.|Inc\.?|Corp\.?"
    r"|Co\.?,? (?:Ltd|Inc)\.?|Co\.?|LLC|L\.L\.C\.|LLP|LP|(?:Pty|Pte)\.? Ltd\.?|Ltd\.?|Limited|plc|PLC|S\. ?p\. ?A\.|SpA|S\.r\.l\."
    r"|Srl|S\.A\.(?:S\.|U\.)?|SAS|SARL|SA|S\.L\.(?:U\.)?|SL|B\. ?V\.|BV|N\. ?V\.|NV|Ltda\.?|Lda\.?|AB|A/S|ASA|ApS|Oyj?"
)
_WORD = (
    r"(?<!\w)(?:National Heart, Lung,? and Blood Institute"  # of frequent funders the one with a comma
    rf"|(?:Dr|St|Prof|Mr|Mrs|Ms|Fa|Jr|Sr|[{_UPPER}])\.(?=\s?[{_UPPER}]| and | & )|(?:[{_UPPER}]\.){{2,}}"
    rf"|(?:[{_UPPER}0-9]|[a-z]{{1,2}}[A-Z])(?:[\w&+!®™-]|[.'’](?=\w)){{0,40}}(?![\w%]|:\d|[.,]\d)"
    r"|[a-z0-9][\w-]{1,40}\.(?:com|org|net|io|ai|tv|app|eu|de|at|ch|fr|es|it|nl|pt)\b)"
)
_LINK = (
    r"(?:[&+]|(?:of|de|du|des|del|della|degli|di|do|da|dos|das|van|von|zu|für|pour|para)(?: (?:the|la|los|las|der|den))?)(?= )"
    r"|(?:dell|de l|d)['’]"
)
_TOKEN = re.compile(
    rf"(?P<suffix>,?[ \u00a0]?(?<!\w)(?:{_SUFFIX})(?![\w-]))"
    rf"|[ \u00a0]?(?:(?P<word>{_WORD})|(?P<link>{_LINK})|(?P<on>for|on)(?: the)?(?= ))"
)
_START = re.compile(_WORD)
_SUFFIX_END = re.compile(rf"(?<!\w)(?:{_SUFFIX})\Z")
_DETERMINER = r"(?:[Tt]he|an?|der|die|das|de[nmrs]?|las?|les?|il|lo|gli|el|los|het|os?|as|del|della|our|their|du)\s+|l['’]"
_LEAD = re.compile(
    rf"[\s:,*\"'“”„«‘’–-]*(?:{_DETERMINER}"
    r"|(?:third[ -]party|3rd[ -]party|company|agency|firma|agentur|société|empresa|società)\s+)*[\"'“„«‘]?"
)
_SEPARATOR = re.compile(
    r"(?P<bracket>\s*\([^()]{1,80}\)| grants? [A-Z0-9]\w*)?(?:,?\s+(?P<and>and|und|et|y|e|en|sowie)\s+(?:by\s+|from\s+)?|,\s+)"
    rf"(?P<determiner>(?:{_DETERMINER})*)"
)
_TAIL = re.compile(r"(?:\s*\([^()]{0,80}\))?[\s,*\"'“”„«»’]*\Z")
_HEAD = re.compile(
    r"(?:Institut\w*|Cent(?:er|re)s?|Councils?|Foundation|Fondation|Fondazione|Fundación|Stiftung|Funds?|Office|Departments?|Agency"
    r"|Academy|Corporation|Charit\w+|(?:Bundes)?[Mm]inist\w+|Society|Association|Trusts?|Universit\w+|Schools?"
    r"|College|Network|Commission)(?!\w)"
)
_COMMON_NOUN = re.compile(r" (?:government|family|foundation|university|fund)\b")
_FIRST = re.compile(rf"[{_UPPER}&]|[a-z]\.[a-z]")  # "3rd" and "2024" begin no name, "3M" and "1&1" do
_LATER = re.compile(r"[^\W\d_]|^\d{1,4}$")  # "Horizon 2020", not "Acme 100.000"
_NOT_WITHIN = frozenset("this we it is was are were has have and but or please click read learn more who which that by to".split())
_BRACKETS = re.compile(r"\(([^()]{2,80})\)")
_QUOTED = re.compile(r"[\"“„«‘'](?:(?:the|die|der|la|le|el)\s)?([^\"“”„«»‘’']{2,40})[\"“”»’']", re.IGNORECASE)


def names_at(text: str, at: int) -> tuple[list[str], int]:
    """Read the names that begin at `at`, after quotes and articles; return them ("A, B and C" as three) and where they end.

    A list counts only as far as an "and" closes it, so that "Acme AG, Berlin" is one name.
    """
    items = _items(text, at)
    if not items:
        return [], at
    last = max((i for i, item in enumerate(items) if item.after_and), default=0)
    names: list[str] = []
    start = 0
    for item in items[: last + 1]:
        name = _without_possessive(text, item)
        if item.after_and and not item.apart and names and _is_one(names[-1], name):
            names[-1] = text[start : item.stop]
        else:
            start = item.start
            names.append(name)
    return [one_spaced(name.rstrip("-–")) for name in names], items[last].stop


def names_before(text: str, at: int) -> list[str]:
    """Read the names that end right before `at`, brackets after them aside, without words that open a sentence."""
    head = text[max(0, at - REACH) : at]
    position = 0
    while begin := _START.search(head, position):
        names, end = names_at(head, begin.start())
        if names and _TAIL.match(head, end):
            return [_without_opening(names[0]), *names[1:]]
        position = max(end, begin.end())
    return []


def is_name(name: str) -> bool:
    """Tell whether it names somebody; "Unternehmen" and "Our Partners" do not."""
    words = fold(name).split()
    return len(name) > 1 and any(w not in words_of("not_names") and w not in words_of("leading_words") for w in words)


def full_names(text: str, short: Iterable[str]) -> dict[str, str]:
    """Map those short names that the text introduces in brackets, "Acme Holdings Ltd (the "Company")", to the full ones."""
    wanted = {fold(name): name for name in short}
    found: dict[str, str] = {}
    for match in _BRACKETS.finditer(text):
        quoted = _QUOTED.search(match[1])
        alias = wanted.get(fold(quoted[1] if quoted else match[1]))
        if alias is None or not (quoted or alias.isupper()):
            continue
        if names := names_before(text, match.start()):
            found[alias] = names[-1]
    return found


class _Item(NamedTuple):
    """One name of a list."""

    start: int
    stop: int
    after_and: bool
    apart: bool  # an article or a bracket stands between it and the name before


def _items(text: str, at: int) -> list[_Item]:
    items: list[_Item] = []
    lead = _LEAD.match(text, at)
    position, after_and, apart = lead.end() if lead else at, False, True
    while len(items) < MAX_NAMES and (stop := _name_end(text, position)) > position:
        items.append(_Item(position, stop, after_and, apart))
        separator = _SEPARATOR.match(text, stop)
        if separator is None:
            break
        position, after_and = separator.end(), separator["and"] is not None
        apart = bool(separator["determiner"] or separator["bracket"])
    return items


def _name_end(text: str, at: int) -> int:
    """Return where the name that begins at `at` ends; `at` itself where none begins."""
    end, words, last = at, 0, at
    while words < MAX_WORDS and (token := _TOKEN.match(text, at)):
        kind, read = token.lastgroup, token.group().strip()
        if kind == "suffix" and words:
            return token.end()
        if kind == "link" or kind == "on":
            if not words or (kind == "on" and not _HEAD.match(text, last)):
                break
        elif not _continues(read) if words else not _FIRST.search(read):
            break
        else:
            end, words, last = token.end(), words + 1, token.end() - len(read)
        at = token.end()
    noun = _COMMON_NOUN.match(text, end)
    return noun.end() if noun and words else end


def _continues(word: str) -> bool:
    return fold(word) not in _NOT_WITHIN and _LATER.search(word) is not None


def _without_possessive(text: str, item: _Item) -> str:
    """Cut the "'s" of "Acme's agency", but not that of "Presented by Kellogg's"."""
    name, after = text[item.start : item.stop], text[item.stop : item.stop + 2]
    return name[:-2] if name.endswith(("'s", "’s")) and after[:1] == " " and after[1:].islower() else name


def _without_opening(name: str) -> str:
    words = name.split()
    while len(words) > 1 and (fold(words[0]) in words_of("leading_words") or words[0].isdigit()):
        del words[0]
    return " ".join(words)


def _is_one(left: str, right: str) -> bool:
    """Tell "Bill and Melinda Gates Foundation" and "Department of Health and Human Services" from two names."""
    if left.isupper() or right.isupper() or _SUFFIX_END.search(left):
        return False
    heads = [match.end() for match in _HEAD.finditer(left)]
    if heads and heads[-1] == len(left):
        return False
    return bool(heads) != bool(_HEAD.search(right))

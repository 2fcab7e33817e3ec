"""Read names of organisations and people out of running text: capitalised words, particles, company suffixes, lists."""

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from detector.facts.capitals import common_words
from detector.facts.clauses import finite_words
from detector.facts.lexicon import fold, lines_of, one_spaced, words_of

MAX_NAMES = 16  # of one list
MAX_WORDS = 9  # of one name
REACH = 160  # code points before a cue that may hold its name
_OTHERS_WORDS, _OTHERS_REACH = 3, 60  # words after an "and" in which a list speaks of others, and code points that hold them

_UPPER = "".join(c for c in map(chr, range(0x530)) if c.isupper())
_SUFFIX = (
    r"(?:and|&) Company|g?GmbH(?: ?& ?Co\.? (?:KGaA|KG|OHG))?|AG(?: ?& ?Co\.? KGaA)?|SE|KGaA|KG|UG|eG|e\. ?V\.|Inc\.?|Corp\.?"
    r"|Co\.?,? (?:Ltd|Inc)\.?|Co\.?|LLC|L\.L\.C\.|LLP|LP|(?:Pty|Pte)\.? Ltd\.?|Ltd\.?|Limited|plc|PLC|S\. ?p\. ?A\.|SpA|S\.r\.l\."
    r"|INC\.?|CORP\.?|CO\.?,? (?:LTD|INC)\.?|CO\.?|LTD\.?|LIMITED|GMBH"
    r"|Srl|S\.A\.(?:S\.|U\.)?|SAS|SARL|SA|S\.L\.(?:U\.)?|SL|B\. ?V\.|BV|N\. ?V\.|NV|Ltda\.?|Lda\.?|AB|A/S|ASA|ApS|Oyj?"
)
_WORD = (
    r"(?<!\w)(?:National Heart, Lung,? and Blood Institute"  # of frequent funders the one with a comma
    rf"|(?:Dr|St|Prof|Mr|Mrs|Ms|Fa|Jr|Sr|[{_UPPER}])\.(?=\s?[{_UPPER}]| and | & )|(?:[{_UPPER}]\.){{2,}}"
    rf"|(?:[{_UPPER}0-9]|[a-z]{{1,2}}[A-Z])(?:[\w&+!®™-]|[.'’](?=\w)){{0,40}}(?![\w%]|:\d|[.,]\d|[$€£¥]\s?\d)"  # nor "US$5"
    r"|[a-z0-9][\w-]{1,40}\.(?:com|org|net|io|ai|tv|app|eu|de|at|ch|fr|es|it|nl|pt)\b)"
)
_LINK = (
    r"(?:[&+]|(?:of|de|du|des|del|della|dei|degli|delle|di|do|da|dos|das|van|von|zu|für|pour|para)"
    r"(?: (?:the|la|los|las|der|den|les|a|as|o|os))?)(?= )"
    r"|(?:(?:de|pour) l|dell|d)['’]"
)
_ON = r"(?:for|on|voor|per|à|der|des)(?: (?:the|de|het|la|le|lo|gli|il))?(?= )|(?:à l|per l)['’]"  # links after an institution's head only
_TOKEN = re.compile(
    rf"(?P<suffix>,?[ \u00a0]?(?<!\w)(?:{_SUFFIX})(?![\w-]))"
    rf"|[ \u00a0]?(?:(?P<word>{_WORD})|(?P<link>{_LINK})|(?P<on>{_ON})|(?P<low>(?<!\w)[^\W\d_]{{3,24}}(?!\w)))"
)
_START = re.compile(_WORD)
_SUFFIX_END = re.compile(rf"(?<!\w)(?:{_SUFFIX})\Z")
_DETERMINER = r"(?:[Tt]he|an?|der|die|das|de[nmrs]?|las?|les?|il|lo|gli|el|los|het|os?|as|del|della|our|their|du)\s+|l['’]"
_BY = (
    r"(?:by|from|with|von|vom|durch|mit|par|avec|d[eu]|por|pel[ao]|con|com|dal?|dall[ao]|dai|dagli|dalle|door|van|met)\s+"
    r"|(?:dall|de l|d)['’]"
)
_SEPARATOR = re.compile(
    r"(?P<bracket>\s*\([^()]{1,80}\)| grants? [A-Z0-9]\w*)?"
    rf"(?:(?P<comma>,?)\s+(?P<and>and|und|et|y|e|ed|en|sowie)\s+(?P<by>{_BY})?|,\s+)"
)
_NEXT_WORD = re.compile(r"\s+([^\W\d_]+)(?!\w)")
_TAIL = re.compile(r"(?:\s*\([^()]{0,80}\))?[\s,*\"'“”„«»’]*\Z")
_HEAD = re.compile(
    r"(?:Institut\w*|Cent(?:er|re)s?|Councils?|Foundation|Fondation|Fondazione|Fundación|Stiftung|Funds?|Office|Departments?|Agency"
    r"|Academy|Corporation|Charit\w+|(?:Bundes)?[Mm]inist\w+|Society|Association|Trusts?|Universit\w+|Schools?"
    r"|College|Network|Commission)(?!\w)"
)
_COMMON_NOUN = re.compile(r" (?:government|family|foundation|university|fund)\b")
_FIRST = re.compile(rf"[{_UPPER}&]|[a-z]\.[a-z]")  # "3rd" and "2024" begin no name, "3M" and "1&1" do
_LATER = re.compile(r"[^\W\d_]|^\d{1,4}$")  # "Horizon 2020", not "Acme 100.000"
_BRACKETS = re.compile(r"\(([^()]{2,80})\)")
_QUOTED = re.compile(r"[\"“„«‘'](?:(?:the|die|der|la|le|el)\s)?([^\"“”„«»‘’']{2,40})[\"“”»’']", re.IGNORECASE)


def names_at(text: str, at: int, *, listed: bool = False) -> tuple[list[str], int]:
    """Read the names that begin at `at`, after quotes and articles; return them ("A, B and C" as three) and where they end.

    A list counts only as far as an "and" closes it, also one before unnamed others ("A, B and readers like you"), so that "Acme AG, Berlin"
    is one name; one that is `listed` after a colon, and ends the text, needs none.
    """
    items = _with_fields(text, _items(text, at))
    if not items:
        return [], at
    items = _parted(text, _without_subject(text, items))
    last = max((i for i, item in enumerate(items) if item.after_and), default=0)
    if len(items) > 1 and not last and _ends_with_others(text, items[-1].stop):
        last = len(items) - 1
    if listed and not last and _is_open_list(text, items):
        last = len(items) - 1
    names: list[str] = []
    start = 0
    for item in items[: last + 1]:
        name = _without_possessive(text, item)
        if item.after_and and not item.apart and names and _is_one(names[-1], name):
            names[-1] = text[start : item.stop]
        else:
            start = item.start
            names.append(name)
    if not text[items[last].stop :].strip(" \"'”’»)*"):
        names[-1] = names[-1].rstrip("!")  # of the sentence, as far as one can tell; that of "Yahoo! Finance" is the name's
    return [one_spaced(name.rstrip("-–")) for name in names], items[last].stop


def names_before(text: str, at: int) -> tuple[list[str], int]:
    """Read the names that end right before `at`, brackets after them aside, without words that open a sentence; also where they start."""
    first = max(0, at - REACH)
    head = text[first:at]
    position = 0
    while begin := _START.search(head, position):
        names, end = names_at(head, begin.start())
        if names and _TAIL.match(head, end):
            return [_without_opening(names[0]), *names[1:]], first + begin.start()
        position = max(end, begin.end())
    return [], at


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
        if names := names_before(text, match.start())[0]:
            found[alias] = names[-1]
    return found


class _Item(NamedTuple):
    """One name of a list."""

    start: int
    stop: int
    after_and: bool
    apart: bool  # an article, a preposition or a bracket stands between it and the name before
    field: bool = False  # it may be a field of a department: no bracket, and no preposition but "de"
    new: bool = False  # a comma and an "and" stand before it, which may begin a clause


def _items(text: str, at: int) -> list[_Item]:
    items: list[_Item] = []
    start, after_and, apart, field, new = _lead_end(text, at), False, True, False, False
    while len(items) < MAX_NAMES and (stop := _name_end(text, start)) > start:
        items.append(_Item(start, stop, after_and, apart, field, new))
        separator = _SEPARATOR.match(text, stop)
        if separator is None:
            break
        start, after_and, new = _lead_end(text, separator.end()), separator["and"] is not None, bool(separator["comma"])
        apart = bool(separator["bracket"] or separator["by"]) or start > separator.end()
        field = not separator["bracket"] and (separator["by"] or "d")[0] == "d"
    return items


def _lead_end(text: str, at: int) -> int:
    lead = _lead().match(text, at)
    return lead.end() if lead else at


@cache
def _lead() -> re.Pattern[str]:
    """Compile what may stand between a cue and its name: marks, articles, and the phrases of lexicons/lead_ins.txt."""
    phrases = "|".join(re.escape(phrase) for phrase in sorted(lines_of("lead_ins"), key=len, reverse=True))
    return re.compile(rf"[\s:,*\"'“”„«‘’–-]*(?:{_DETERMINER}|(?:{phrases})\s+)*[\"'“„«‘]?")


def _with_fields(text: str, items: list[_Item]) -> list[_Item]:
    """Join the fields that a department is named after: "Ministry of Science, Innovation and Universities" is one name."""
    joined: list[_Item] = []
    rest = items
    while rest:
        count = _fields(text, rest)
        joined.append(rest[0]._replace(stop=rest[count].stop))
        rest = rest[count + 1 :]
    return joined


def _fields(text: str, items: list[_Item]) -> int:
    """Return how many of the names after the first are further fields of it."""
    department = _departments().match(text, items[0].start, items[0].stop)
    if department is None:
        return 0
    for count, item in enumerate(items[1:], 1):
        name = text[item.start : item.stop]
        if name.isupper() or (" " in name and not item.after_and) or _HEAD.search(name) or _SUFFIX_END.search(name):
            return 0
        if item.after_and:
            return count if not item.apart or (item.field and department["article"]) else 0
        if item.apart:
            return 0
    return 0


@cache
def _departments() -> re.Pattern[str]:
    """Compile the beginning of a name like "Ministry of", with the article that its fields have, if any."""
    heads = "|".join(re.escape(word) for line in lines_of("departments") for word in line.split())
    return re.compile(
        rf"(?:[{_UPPER}]\w*\s)?(?:{heads})\s(?:of|de|del|des|di|do|da|della|dell|du|für|pour|para|voor|van)\b"
        r"['’]?\s?(?P<article>(?:la|le|les|a|o|as|os|l['’]|de|het)\b)?"
    )


def _without_subject(text: str, items: list[_Item]) -> list[_Item]:
    """Leave out a name that opens the next clause: "paid by Acme, and Zell has …"."""
    if len(items) != 2 or not items[1].new:
        return items
    verb = _NEXT_WORD.match(text, items[1].stop)
    return items[:1] if verb and fold(verb[1]) in finite_words() else items


def _parted(text: str, items: list[_Item]) -> list[_Item]:
    """Take the "&" of "A, B & C" for an "and" where no company's form follows ("A, B & Sons Ltd")."""
    last = items[-1]
    left, mark, right = text[last.start : last.stop].partition(" & ")
    if len(items) < 2 or not mark or " & " in right or _SUFFIX_END.search(right) or any(item.after_and for item in items):
        return items
    middle = last.start + len(left)
    return [*items[:-1], last._replace(stop=middle), _Item(middle + len(mark), last.stop, after_and=True, apart=True)]


def _ends_with_others(text: str, at: int) -> bool:
    """Tell whether a list goes on at `at` with an "and" and with others that it does not name: "and by our many generous donors"."""
    separator = _SEPARATOR.match(text, at)
    if separator is None or separator["and"] is None:
        return False
    words = text[_lead_end(text, separator.end()) :][:_OTHERS_REACH].split(maxsplit=_OTHERS_WORDS)[:_OTHERS_WORDS]
    for word in words:
        folded = fold(word).strip(".,;:!")
        if folded in words_of("others"):
            return True
        if not word.islower() or word[-1] in ".,;:!" or folded in finite_words() or re.match(_BY, f"{word} "):
            return False
    return False


def _is_open_list(text: str, items: list[_Item]) -> bool:
    """Tell a list that ends the text from a company and its seat ("Acme AG, Berlin") or what it is ("Acme, der Verlag")."""
    if text[items[-1].stop :].strip(" .") or any(item.apart for item in items[1:]):
        return False
    return not any(_SUFFIX_END.search(text[item.start : item.stop]) for item in items)


def _name_end(text: str, at: int) -> int:
    """Return where the name that begins at `at` ends; `at` itself where none begins."""
    end, words, last = at, 0, at
    before = ""  # the kind of the token before; "low" and "genitive" only in an institution's name
    while words < MAX_WORDS and (token := _TOKEN.match(text, at)):
        kind, read = token.lastgroup or "", token.group().strip()
        if kind == "suffix" and words:
            return token.end()
        if kind == "link" or kind == "on":
            if not words or (kind == "on" and not (_HEAD.match(text, last) or before == "head" or before == "low")):
                break
            kind = "genitive" if read.startswith("d") and before in {"head", "low"} else kind
        elif kind == "low":
            if not _goes_on(read, before):
                break
            end = token.end()
        elif not _continues(text, token.end() - len(read), read) if words else not _FIRST.search(read):
            break
        else:
            end, words, last = token.end(), words + 1, token.end() - len(read)
            kind = "head" if _institutions().match(text, last) else "word"
        at, before = token.end(), kind
    noun = _COMMON_NOUN.match(text, end)
    return noun.end() if noun and words else end


def _goes_on(word: str, before: str) -> bool:
    """Tell whether an institution's name goes on with a word in lower case: an adjective after its head, a noun after "de"."""
    if not word.islower() or word in common_words():
        return False
    return before == "genitive" or (before in {"head", "low"} and len(word) > 5 and word.endswith(_endings()))


@cache
def _endings() -> tuple[str, ...]:
    return tuple(words_of("adjective_endings"))


@cache
def _institutions() -> re.Pattern[str]:
    """Compile the heads of institutions' names; one that is listed with an article counts only after it."""
    return re.compile(rf"(?:{'|'.join(_institution(line) for line in lines_of('institutions'))})(?!\w)")


def _institution(line: str) -> str:
    """Return the pattern of a head: "*" is any beginning, and an article stands before what it matches."""
    cut = max(line.rfind(" "), line.rfind("'")) + 1
    head = r"\w{0,30}" + re.escape(line[1:]) if line.startswith("*") else re.escape(line[cut:])
    article = re.escape(line[:cut]).replace("'", "['’]")
    return f"(?<={article}){head}" if cut else head


def _continues(text: str, at: int, word: str) -> bool:
    """Tell whether a name goes on with a capitalised word or number that starts at `at`: no date, time or word of another clause."""
    return fold(word) not in words_of("name_ends") and _LATER.search(word) is not None and not _date().match(text, at)


@cache
def _date() -> re.Pattern[str]:
    months = "|".join(sorted(words_of("months"), key=len, reverse=True))
    day = rf"\d{{1,2}}(?:st|nd|rd|th)?\.?\s(?:de\s)?(?:{months})(?!\w)"
    units = r"min|minut\w+|hours?|h|days?|weeks?|stunden?|tagen?|heures?|jours?|horas?|días?|ore|giorni|uur|dagen|comments?"
    return re.compile(rf"(?:(?:{months})\.?\s\d|{day}|\d{{1,3}}\s(?:{units})(?!\w))", re.IGNORECASE)


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

"""Read amounts of money, in the notations of English, German, French, Spanish, Italian, Dutch and Portuguese, in figures or words."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from detector.facts.lexicon import aliases, groups_of, one_spaced

_NUMBER = re.compile(
    r"(?<![\w.,])[0-9](?:[0-9.,'’]|[ \u00a0\u202f](?=[0-9]{3}(?![0-9]))){0,24}(?<![.,'’])"
    r"|(?<=[A-Z])[0-9][0-9.,]{0,24}(?<![.,])"  # "USD40"
)
_GROUP_MARKS = re.compile(r"[ \u00a0\u202f'’]")
_MARKS = re.compile(r"[.,]")
_GAP = re.compile(r"[ \u00a0\u202f-]?(?:de |d')?")
_NO_CENTS = re.compile(r"[.,][-–—]{1,2}")  # "5.000,- Euro"
_JOINT = re.compile(r"[ \u00a0\u202f-](?:and )?")
_REACH = 24  # code points beside a number that may hold its currency
_HUNDRED = 100


def first_amount(text: str, folded: str, lang: str = "") -> dict[str, object] | None:
    """Return {"value", "currency" (ISO 4217)} of the first sum of money; a bare "$" counts as USD, "kr" as the crown of `lang`."""
    for figure in sorted([*_in_figures(text, folded), *_in_words(folded)]):
        code = _currency_after(text, folded, figure.end) or (None if figure.open else _currency_before(text, folded, figure.start))
        if currency := _local(code, lang):
            return {"value": round(figure.value, 4), "currency": currency}
    return None


class _Figure(NamedTuple):
    start: int
    end: int
    value: float
    open: bool  # letters that are no scale touch it: a currency, or it is no sum


def _in_figures(text: str, folded: str) -> Iterator[_Figure]:
    for number in _NUMBER.finditer(text):
        factor, end = _scale(folded, number.end())
        cents = _NO_CENTS.match(text, end)
        value = _value(number.group(), scaled=end > number.end()) * factor
        yield _Figure(number.start(), cents.end() if cents else end, value, end == number.end() and text[end : end + 1].isalpha())


def _in_words(folded: str) -> Iterator[_Figure]:
    """Yield the numbers in words, "twenty-five thousand"."""
    spaced = folded.replace("-", " ")
    reached = 0
    for match in aliases("numerals").pattern.finditer(spaced):
        if match.start() >= reached:
            value, reached = _spelled(spaced, match.start())
            yield _Figure(match.start(), reached, value, open=False)


def _spelled(spaced: str, at: int) -> tuple[float, int]:
    """Return the value of the number whose words begin at `at`, and where it ends."""
    numerals, scales = aliases("numerals"), aliases("scales")
    total = part = 0.0
    end = at
    while True:
        if word := numerals.pattern.match(spaced, at):
            part += float(numerals.names[one_spaced(word.group())][1])
        elif (word := scales.pattern.match(spaced, at)) and part:
            factor = float(scales.names[one_spaced(word.group())][1])
            total, part = (total, part * factor) if factor == _HUNDRED else (total + part * factor, 0.0)
        else:
            return total + part, end
        end = word.end()
        joint = _JOINT.match(spaced, end)
        if joint is None:
            return total + part, end
        at = joint.end()


def _local(code: str | None, lang: str) -> str | None:
    """Return the crown that "kr" means in a language, None where that is unknown; any other code as it is."""
    return code if code is None or code.isupper() else _crowns().get(lang)


@cache
def _crowns() -> dict[str, str]:
    return {lang: code for code, langs in groups_of("local_currencies").items() for lang in langs}


def _value(digits: str, *, scaled: bool) -> float:
    """Read "40.000", "1,234.5", "1 200" or "1,2": one mark before three digits groups them, unless a scale word follows."""
    plain = _GROUP_MARKS.sub("", digits)
    marks = _MARKS.findall(plain)
    if not marks:
        return float(plain)
    whole, _, tail = plain.rpartition(marks[-1])
    grouping = len(tail) == 3 and whole != "0" and not scaled if len(marks) == 1 else len(set(marks)) == 1
    return float(_MARKS.sub("", plain) if grouping else f"{_MARKS.sub('', whole)}.{tail}")


def _scale(folded: str, at: int) -> tuple[float, int]:
    """Return the factor of the word after a number ("million"), and where it ends; 1 where there is none."""
    window = folded[at : at + _REACH]
    inner = window.lstrip(" \u00a0\u202f")
    scales = aliases("scales")
    match = scales.pattern.match(inner)
    if match is None:
        return 1.0, at
    return float(scales.names[one_spaced(match.group())][1]), at + len(window) - len(inner) + match.end()


def _currency_after(text: str, folded: str, at: int) -> str | None:
    gap = _GAP.match(folded, at)
    first = gap.end() if gap else at
    window = slice(first, first + _REACH)
    found = next(aliases("currencies").find(text[window], folded[window]), None)
    if found is None or found[0] != 0 or text[first + found[1] : first + found[1] + 1].isdigit():
        return None  # or the currency of the next number, as in "January 2025 $370"
    return found[2]


def _currency_before(text: str, folded: str, at: int) -> str | None:
    window = text[max(0, at - _REACH) : at].rstrip(" \u00a0\u202f")
    first = at - len(text[max(0, at - _REACH) : at])
    for _, end, code in aliases("currencies").find(window, folded[first : first + len(window)]):
        if end == len(window):
            return code
    return None

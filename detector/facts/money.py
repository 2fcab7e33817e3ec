"""Read amounts of money, in the notations of English, German, French, Spanish, Italian, Dutch and Portuguese."""

import re

from detector.facts.lexicon import aliases, one_spaced

_NUMBER = re.compile(
    r"(?<![\w.,])[0-9](?:[0-9.,'’]|[ \u00a0\u202f](?=[0-9]{3}(?![0-9]))){0,24}(?<![.,'’])"
    r"|(?<=[A-Z])[0-9][0-9.,]{0,24}(?<![.,])"  # "USD40"
)
_GROUP_MARKS = re.compile(r"[ \u00a0\u202f'’]")
_MARKS = re.compile(r"[.,]")
_GAP = re.compile(r"[ \u00a0\u202f-]?(?:de |d')?")
_REACH = 24  # code points beside a number that may hold its currency


def first_amount(text: str, folded: str) -> dict[str, object] | None:
    """Return {"value", "currency" (ISO 4217)} of the first sum of money; a bare "$" counts as USD."""
    for number in _NUMBER.finditer(text):
        factor, end = _scale(folded, number.end())
        currency = _currency_after(text, folded, end) or _currency_before(text, folded, number.start())
        if currency:
            return {"value": round(_value(number.group(), scaled=end > number.end()) * factor, 4), "currency": currency}
    return None


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

"""Read which financial instruments a disclosure speaks of: their kinds, tickers, ISIN and WKN."""

import re

from detector.facts.lexicon import aliases

_SYMBOL = re.compile(r"\s?:\s?\$?((?!ISIN|WKN)[A-Z0-9]{1,6}(?:\.[A-Z]{1,2})?)(?!\w)")
_ISIN = re.compile(r"\b[A-Z]{2}[A-Z0-9]{9}[0-9]\b")
_WKN = re.compile(r"\bWKN\W{0,3}([A-Z0-9]{6})\b")
_CASHTAG = re.compile(r"(?<![\w$])\$[A-Z]{2,5}\b")


def instruments_in(text: str, folded: str) -> list[str]:
    """Return kinds ("shares") first, then "NASDAQ:ABCD", "ISIN …", "WKN …", "$ABCD", each once."""
    found = [kind for _, _, kind in aliases("instruments").find(text, folded)]
    if ":" in text:
        for _, end, exchange in aliases("exchanges").find(text, folded):
            if symbol := _SYMBOL.match(text, end):
                found.append(f"{exchange}:{symbol[1]}")
    found += [f"ISIN {code}" for code in _ISIN.findall(text) if _check_digit_holds(code)]
    if "WKN" in text:
        found += [f"WKN {code}" for code in _WKN.findall(text)]
    if "$" in text:
        found += _CASHTAG.findall(text)
    return list(dict.fromkeys(found))


def _check_digit_holds(isin: str) -> bool:
    """Check by Luhn's rule over the digits, letters counting 10 to 35 (ISO 6166)."""
    digits = [int(d) for c in isin for d in str(int(c, 36))]
    doubled = (d * (1 + i % 2) for i, d in enumerate(reversed(digits)))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0

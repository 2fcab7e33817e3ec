"""Put accents that stand behind their letters on them, as nearly all pages write them; no place in the text moves."""

import re
import unicodedata

SOFT_HYPHEN = "\u00ad"  # counts for nothing in a word

_ACCENTS = "[\u0300-\u036f]"
_ACCENT = re.compile(_ACCENTS)
_ACCENTED = re.compile(f".{_ACCENTS}+", re.DOTALL)


def composed(text: str) -> str:
    """Return a text of the same length in normal form C, with a soft hyphen in the place of each accent that has gone to its letter.

    An accent that fits no letter is lost.
    """
    if text.isascii() or not _ACCENT.search(text):
        return text
    return _ACCENTED.sub(_whole, text)


def _whole(accented: re.Match[str]) -> str:
    return unicodedata.normalize("NFC", accented.group())[0].ljust(len(accented.group()), SOFT_HYPHEN)

"""Read sentences set in capitals as if their common words were not, so that names end where they do elsewhere."""

import re
from functools import cache

from detector.facts.lexicon import groups_of, one_spaced

_WORDS = re.compile(r"[^\W\d_]+")
_SHARE = 0.7  # of the cased letters that are capitals


def calmed(text: str) -> str:
    """Put the common words of a sentence of capitals into lower case; offsets stay."""
    capitals = sum(map(str.isupper, text))
    if capitals <= _SHARE * (capitals + sum(map(str.islower, text))):
        return text
    return _WORDS.sub(lambda word: _lowered(word.group()), text)


def as_written(names: list[str], calm: str, text: str) -> list[str]:
    """Return names that were read from a calmed text as they stand in the text itself."""
    calm, text = one_spaced(calm), one_spaced(text)
    places = [(calm.find(name), len(name)) for name in names]
    return [text[at : at + length] if at >= 0 else name for (at, length), name in zip(places, names, strict=True)]


def likely_language(folded: str, lang: str) -> str:
    """Return the language that more words of a sentence belong to than to `lang` or English; "" where there is none."""
    words = _WORDS.findall(folded)
    counts = {key: sum(word in common for word in words) for key, common in _common_by_language().items()}
    best = max(counts, key=lambda key: counts[key])
    return best if counts[best] > max(counts.get(lang, 0), counts.get("en", 0)) else ""


@cache
def common_words() -> frozenset[str]:
    """Return the common words of all languages."""
    return frozenset().union(*_common_by_language().values())


@cache
def _common_by_language() -> dict[str, frozenset[str]]:
    return {lang: frozenset(words) for lang, words in groups_of("common_words").items()}


def _lowered(word: str) -> str:
    lowered = word.lower()
    return lowered if lowered in common_words() and len(lowered) == len(word) else word

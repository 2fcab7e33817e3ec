"""Guess the language of a text from its script and its stop words."""

import re
from collections import Counter

SAMPLE = 6_000  # code points looked at
LONG = 3  # votes of a word of several letters; a single one, which may be of any language or an initial, has one

_STOP_WORDS = {
    "en": "the and of to in is that for with was on are this from have not you they by it or your",
    "de": "der die und das ist nicht mit den von für auf ein eine sich auch dem werden wir",
    "fr": "le la les des et est une dans pour que qui sur pas avec du au ce vous nous",
    "es": "el los las del que y en una por con para es su se al como más pero",
    "it": "il che di è per una non con del della gli sono nel alla dei più anche",
    "nl": "de het een van en dat niet op voor met zijn ook aan bij worden naar wij",
    "pt": "o os as que do da em um uma não para com por mais dos das na ao você",
    "sv": "och att det som är en på för av med inte till den ett jag vi har",
    "da": "og at det som er en på for af med ikke til den et jeg vi har",
    "no": "og at det som er en på for av med ikke til den et jeg vi har ikkje",
    "pl": "i w na się nie jest że z do to jak o przez dla oraz są od po",
    "fi": "ja on ei se että oli mutta kun hän ovat myös niin tai sen",
    "tr": "ve bir bu için ile olarak da çok daha olan gibi değil",
    "cs": "a je se na že v s to jako pro ale jsou jsem také",
    "id": "yang dan di untuk dengan ini itu dari tidak pada adalah",
}
_VOTES: dict[str, list[str]] = {}
for _language, _words in _STOP_WORDS.items():
    for _word in _words.split():
        _VOTES.setdefault(_word, []).append(_language)
_WORD = re.compile(r"[^\W\d_]+")
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
)


def language_of(text: str) -> str:
    """Return an ISO 639-1 code, or "und" where neither script nor stop words tell."""
    sample = text[:SAMPLE]
    if len(sample) < 0.8 * len(sample.encode("utf-8", "replace")):
        for language, script in _SCRIPTS:
            if len(script.findall(sample)) > 0.15 * len(sample):
                return language
    votes: Counter[str] = Counter()
    for word in _WORD.findall(sample.lower()):
        for language in _VOTES.get(word, ()):
            votes[language] += LONG if len(word) > 1 else 1
    language, count = votes.most_common(1)[0] if votes else ("und", LONG)
    return language if count >= LONG else "und"

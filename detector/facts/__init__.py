"""Read the structured details of a finding: who paid whom, how much, with an interest in what, under which law.

One file per subject; the vocabularies are in detector/lexicons/. Meant for findings only, at some tens of microseconds each.
"""

from collections.abc import Iterable

from detector.document import Label
from detector.facts.interests import instruments_in
from detector.facts.laws import laws_in
from detector.facts.lexicon import aliases, fold
from detector.facts.money import first_amount
from detector.facts.parties import parties_in

MAX_LENGTH = 4_000  # code points read of a finding
MAX_CONTEXT = 1_500  # and of the text before it

_PARTY_LABELS = {Label.SPONSORSHIP_DISCLOSURE, Label.CONFLICT_OF_INTEREST, Label.CONTENT_DISCLAIMER, Label.FUNDING_ACKNOWLEDGEMENT}
_MONEY_LABELS = _PARTY_LABELS | {Label.AFFILIATE_DISCLOSURE}
_INTEREST_LABELS = {Label.SPONSORSHIP_DISCLOSURE, Label.CONFLICT_OF_INTEREST, Label.NO_CONFLICT}
_PROGRAM_LABELS = {Label.SPONSORSHIP_DISCLOSURE, Label.AFFILIATE_DISCLOSURE}


def details_of(label: Label, sentence: str, context: str = "", lang: str = "") -> dict[str, object]:
    """Return the details that a finding states; a key is there only where something was found.

    `payer`, `beneficiary`, `funder`, `holder`, `affiliate_program`: a name, or a list where there are several;
    `amount`: {"value", "currency" (ISO 4217)}, the first one named; `instrument`, `law`: lists. `context` is the text just
    before: a short name that it introduces ("Acme Holdings Ltd (the "Company")") is replaced by the full one. `lang`: read the cues
    of this language and of English first, all by default; it also says whose crowns "kr" are. No text makes it
    raise; DetectorError where a lexicon is missing or empty.
    """
    text = sentence[:MAX_LENGTH]
    folded = fold(text)
    found: dict[str, object] = {}
    if label in _PARTY_LABELS:
        for role, names in parties_in(text, folded, context[-MAX_CONTEXT:], lang).items():
            if key := _key_of(role, label):
                found[key] = _one_or_list(names)
    if label in _MONEY_LABELS and (amount := first_amount(text, folded, lang)):
        found["amount"] = amount
    if label in _INTEREST_LABELS and (instruments := instruments_in(text, folded)):
        found["instrument"] = instruments
    if laws := laws_in(text, folded):
        found["law"] = laws
    if label in _PROGRAM_LABELS and (programs := {name: None for _, _, name in aliases("affiliate_programs").find(text, folded)}):
        found["affiliate_program"] = _one_or_list(programs)
    return found


def _key_of(role: str, label: Label) -> str | None:
    if label is Label.FUNDING_ACKNOWLEDGEMENT:
        return "funder" if role == "payer" else None
    return None if role == "holder" and label is not Label.CONFLICT_OF_INTEREST else role


def _one_or_list(names: Iterable[str]) -> str | list[str]:
    listed = list(names)
    return listed[0] if len(listed) == 1 else listed

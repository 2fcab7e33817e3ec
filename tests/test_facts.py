"""What a finding states: parties, sums, instruments, laws, programmes. All sentences are invented."""

import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from detector.document import Label
from detector.errors import DetectorError
from detector.facts import details_of
from detector.facts.lexicon import aliases, fold, lines_of, names_of

PAID = Label.SPONSORSHIP_DISCLOSURE
INTEREST = Label.CONFLICT_OF_INTEREST
FUNDED = Label.FUNDING_ACKNOWLEDGEMENT
AFFILIATE = Label.AFFILIATE_DISCLOSURE


@pytest.mark.parametrize(
    ("sentence", "payer"),
    [
        ("This piece was made in partnership with Quillfen Media GmbH.", "Quillfen Media GmbH"),
        ("Created for and commissioned by The Ostrel Group plc", "Ostrel Group plc"),
        ("Brought to you by Tarnbeck & Sons Ltd.", "Tarnbeck & Sons Ltd."),
        ("Presented by Kettlemoor's.", "Kettlemoor's"),
        ("Vellmark BrandVoice | Paid Program", "Vellmark"),
        ("Many thanks to Dunlevy Tools for sponsoring our winter series.", "Dunlevy Tools"),
        ("Dieser Text entstand im Auftrag der Norwald Minen AG und gibt deren Sicht wieder.", "Norwald Minen AG"),
        ("Der Beitrag wurde von Seeblick Möbel GmbH & Co. KG gesponsert.", "Seeblick Möbel GmbH & Co. KG"),
        ("Un article écrit en partenariat avec Crème Duval et relu par nous.", "Crème Duval"),
        ("Contenu réalisé pour le compte d'Orvalis S.A. à Lyon.", "Orvalis S.A."),
        ("Contenido patrocinado por Bodegas Lunar S.L. para sus lectores.", "Bodegas Lunar S.L."),
        ("Articolo realizzato in collaborazione con Ferrone SpA, azienda di Torino.", "Ferrone SpA"),
        ("Geschreven in samenwerking met Molenhof B.V. uit Breda.", "Molenhof B.V."),
        ("Conteúdo patrocinado pela Serraverde Lda., no Porto.", "Serraverde Lda."),
    ],
)
def test_the_payer_is_named_in_seven_languages(sentence: str, payer: str) -> None:
    assert details_of(PAID, sentence)["payer"] == payer


def test_one_payer_is_a_string_and_several_are_a_list() -> None:
    assert details_of(PAID, "Sponsored by Halvorn.")["payer"] == "Halvorn"
    assert details_of(PAID, "Sponsored by Halvorn, Pikeshire Inc. and Zell.")["payer"] == ["Halvorn", "Pikeshire Inc.", "Zell"]


def test_a_place_after_a_name_is_no_second_name() -> None:
    assert details_of(PAID, "Sponsored by Halvorn AG, Zug, Switzerland.")["payer"] == "Halvorn AG"


def test_who_was_paid_is_the_beneficiary() -> None:
    found = details_of(PAID, "Larkmoor Press Inc. was paid $2,750 by Bexhall Mining Corp. to publish this.")
    assert found["beneficiary"] == "Larkmoor Press Inc."
    assert found["payer"] == "Bexhall Mining Corp."
    assert details_of(PAID, "A fee was paid to Larkmoor Press for it.")["beneficiary"] == "Larkmoor Press"


def test_a_short_name_is_filled_in_from_the_text_before() -> None:
    before = 'We cover Bexhall Mining Corp. (the "Company") for our readers.'
    assert details_of(INTEREST, "We receive a monthly fee from the Company.", before)["payer"] == "Bexhall Mining Corp."
    assert details_of(INTEREST, "BMC paid us.", "Bexhall Mining Corp. (BMC) digs.")["payer"] == "Bexhall Mining Corp."


@pytest.mark.parametrize(
    "sentence",
    [
        "This post was sponsored by our partners and friends.",
        "Dieser Beitrag wurde von Unternehmen bezahlt.",
        "We were paid by a third party.",
        "Made possible by readers like you.",
    ],
)
def test_common_nouns_name_nobody(sentence: str) -> None:
    assert "payer" not in details_of(PAID, sentence)


def test_a_verb_between_takes_the_cue_away() -> None:
    assert "payer" not in details_of(PAID, "We were paid to review a tool developed by Ravensea.")


def test_funders_are_listed_and_organisations_with_an_and_stay_whole() -> None:
    sentence = "Supported by a grant from the Ada and Jo Fennick Foundation, the Tolley Trust and the Ministry of Health and Care."
    assert details_of(FUNDED, sentence) == {"funder": ["Ada and Jo Fennick Foundation", "Tolley Trust", "Ministry of Health and Care"]}


def test_who_holds_shares_is_the_holder_and_not_the_payer() -> None:
    found = details_of(INTEREST, "Maren Holt owns shares of Bexhall Mining (TSX:BXM; Frankfurt: 7BX).")
    assert found == {"holder": "Maren Holt", "instrument": ["shares", "TSX:BXM", "FSE:7BX"]}


@pytest.mark.parametrize(
    ("sum_of_money", "value", "currency"),
    [
        ("$40,000", 40_000.0, "USD"),
        ("40.000 Euro", 40_000.0, "EUR"),
        ("USD 1.2 million", 1_200_000.0, "USD"),
        ("1 200,50 €", 1_200.5, "EUR"),
        ("CHF 1'200", 1_200.0, "CHF"),
        ("C$5m", 5_000_000.0, "CAD"),
        ("£1,234.56", 1_234.56, "GBP"),
        ("R$ 10,5", 10.5, "BRL"),
        ("3 Mio. Euro", 3_000_000.0, "EUR"),
        ("2 mil millones de euros", 2_000_000_000.0, "EUR"),
        ("3.500 US-Dollar", 3_500.0, "USD"),
    ],
)
def test_sums_of_money_are_normalised(sum_of_money: str, value: float, currency: str) -> None:
    assert details_of(PAID, f"They gave us {sum_of_money} for it.")["amount"] == {"value": value, "currency": currency}


def test_a_year_before_a_price_is_no_sum() -> None:
    assert details_of(INTEREST, "Long January 2031 $75 calls.")["amount"] == {"value": 75.0, "currency": "USD"}


def test_isin_needs_its_check_digit_and_wkn_its_name() -> None:
    assert details_of(INTEREST, "ZZ0000AB1233 / WKN A1B2C3 / A9B9C9")["instrument"] == ["ISIN ZZ0000AB1233", "WKN A1B2C3"]
    assert details_of(INTEREST, "ZZ0000AB1234 / WKN A1B2C3")["instrument"] == ["WKN A1B2C3"]


@pytest.mark.parametrize(
    ("sentence", "law"),
    [
        ("Hinweis gemäß § 85 Abs. 1 WpHG", ["WpHG §85"]),
        ("Hinweis nach §§ 34b, 85 des Wertpapierhandelsgesetzes", ["WpHG §34b", "WpHG §85"]),
        ("see §85 of the German Securities Trading Act (WpHG)", ["WpHG §85"]),
        ("im Sinne von § 5a Abs. 4 UWG und § 6 TMG", ["UWG §5a", "TMG §6"]),
        ("nach MAR Art. 20", ["MAR Art. 20"]),
        ("under Article 20 of Regulation (EU) No 596/2014", ["MAR Art. 20"]),
        (
            "under Section 27A of the Securities Act of 1933 and Section 21E of that law",
            ["Securities Act §27A", "Exchange Act §21E"],
        ),
        ("as Section 17(b) requires", ["Securities Act §17(b)"]),
        ("Private Securities Litigation Reform Act of 1995", ["PSLRA 1995"]),
        ("in line with 16 CFR, Part 255", ["FTC 16 CFR Part 255"]),
        ("registrada en la CNMV", ["CNMV"]),
        ("Regulation AC certification", ["Reg AC"]),
        ("§ 55 RStV; § 22 MStV; BGB", ["RStV §55", "MStV §22", "BGB"]),
    ],
)
def test_laws_are_cited_in_one_notation(sentence: str, law: list[str]) -> None:
    assert details_of(Label.FORWARD_LOOKING, sentence)["law"] == law


def test_a_month_is_no_law() -> None:
    assert "law" not in details_of(PAID, "Published 15 MAR 2031 by the mar.")


def test_affiliate_programmes_get_their_own_names() -> None:
    assert details_of(AFFILIATE, "As an Amazon Associate we earn a little.") == {"affiliate_program": "Amazon Associates"}
    assert details_of(AFFILIATE, "Links run through skimlinks and AWIN.") == {"affiliate_program": ["Skimlinks", "Awin"]}


def test_a_label_reads_only_its_own_details() -> None:
    sentence = "Sponsored by Halvorn AG for $500, which owns shares."
    assert details_of(Label.ADVICE_DISCLAIMER, sentence) == {}
    assert set(details_of(PAID, sentence)) == {"payer", "amount", "instrument"}
    assert set(details_of(FUNDED, sentence)) == {"funder", "amount"}


def test_a_sentence_without_facts_has_no_details() -> None:
    assert details_of(PAID, "Anzeige") == {}
    assert details_of(PAID, "") == {}


def test_an_empty_or_missing_lexicon_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bare.txt").write_text("# only a comment\n\n", "utf-8")
    monkeypatch.setattr("detector.facts.lexicon.HOME", tmp_path)
    for name in ("bare", "absent"):
        with pytest.raises(DetectorError, match=name):
            lines_of(name)
    with pytest.raises(DetectorError, match="parties"):
        names_of("parties")


def test_every_party_cue_has_a_role_and_one_name() -> None:
    for line in (line for name in names_of("parties") for line in lines_of(name)):
        role, _, phrase = line.partition(": ")
        assert role in {"payer", "beneficiary", "holder", "skip"}, line
        assert phrase.count("NAME") == 1 and phrase != "NAME", line


@pytest.mark.parametrize("name", ["affiliate_programs", "currencies", "exchanges", "instruments", "laws", "scales"])
def test_every_line_of_an_alias_lexicon_has_a_canonical_name_and_aliases(name: str) -> None:
    assert all(canonical and alias for alias, canonical in aliases(name).names.values())


@given(st.sampled_from(Label), st.text(), st.text())
@example(Label.CONFLICT_OF_INTEREST, "\ud800 paid by \udfff A", "(")
@example(Label.SPONSORSHIP_DISCLOSURE, "paid\x1cby\x85İA $٣ 1.,2 $", "İ (the “İ”)")
def test_no_text_makes_it_raise(label: Label, sentence: str, context: str) -> None:
    details_of(label, sentence, context)


_PIECES = st.sampled_from(
    "sponsored by|received|from|von|de|gesponsert|Acme|AG|, |and|(|)|the|Company|“|”|$|1.2|000|,|.|million|Euro|§|Art.|WpHG|MAR|"
    "was paid|NASDAQ|:|WKN|A1B2C3|Section|27A|\n|’s|İ|d'|Inc.|…|&|Foundation|of".split("|")
)


@given(st.sampled_from(Label), st.lists(_PIECES, max_size=40), st.sampled_from(["", " ", "  "]))
def test_no_mix_of_cues_makes_it_raise_and_values_are_plain(label: Label, pieces: list[str], joint: str) -> None:
    text = joint.join(pieces)
    for key, value in details_of(label, text, text).items():
        assert key in {"payer", "beneficiary", "funder", "holder", "amount", "instrument", "law", "affiliate_program"}
        assert value and isinstance(value, str | list | dict)


@given(st.text())
def test_folding_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize("piece", ["A ", "by ", "by A, ", "(", "received from ", "§ 1, ", "1.", "was paid ", "A and ", "x-", "$1 ", "\n"])
def test_time_does_not_explode_on_repetition(piece: str) -> None:
    text = piece * (20_000 // len(piece))
    started = time.perf_counter()
    details_of(INTEREST, text, text)
    assert time.perf_counter() - started < 0.5

"""What a finding states: parties, sums, instruments, laws, programmes. All sentences are invented."""

import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from detector.document import Label
from detector.errors import DetectorError
from detector.facts import details_of
from detector.facts.lexicon import aliases, fold, groups_of, lines_of, names_of
from detector.facts.money import first_amount
from detector.facts.parties import parties_in

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


@pytest.mark.parametrize(
    ("sentence", "funders"),
    [
        ("Supported by the Fennick Foundation, the Tolley Trust, and readers like you.", ["Fennick Foundation", "Tolley Trust"]),
        ("Funded by the Fennick Foundation, the Tolley Trust and other donors.", ["Fennick Foundation", "Tolley Trust"]),
        ("Funded by the Fennick Foundation, Zell and by our many generous donors.", ["Fennick Foundation", "Zell"]),
        ("Funded by Halvorn, Zug, and is free.", "Halvorn"),
        ("Funded by Halvorn, Zug, and read by many readers.", "Halvorn"),
        ("Funded by Halvorn AG, Zug, and written by readers.", "Halvorn AG"),
    ],
)
def test_a_list_may_end_with_others_that_it_does_not_name(sentence: str, funders: object) -> None:
    assert details_of(FUNDED, sentence)["funder"] == funders


def test_a_place_after_a_name_is_no_second_name() -> None:
    assert details_of(PAID, "Sponsored by Halvorn AG, Zug, Switzerland.")["payer"] == "Halvorn AG"


def test_who_was_paid_is_the_beneficiary() -> None:
    found = details_of(PAID, "Larkmoor Press Inc. was paid $2,750 by Bexhall Mining Corp. to publish this.")
    assert found["beneficiary"] == "Larkmoor Press Inc."
    assert found["payer"] == "Bexhall Mining Corp."
    assert details_of(PAID, "A fee was paid to Larkmoor Press for it.")["beneficiary"] == "Larkmoor Press"


@pytest.mark.parametrize("amount", ["US$25,000", "CA$ 500", "A$5m", "€500"])
def test_a_currency_is_no_part_of_the_name_before_it(amount: str) -> None:
    assert details_of(INTEREST, f"Bexhall Corp. has paid Larkmoor Media {amount} for it.", "", "en")["beneficiary"] == "Larkmoor Media"


@pytest.mark.parametrize("time", ["3 min read", "12 minutes", "5 Min. Lesezeit", "2 hours ago", "14 comments"])
def test_a_time_is_no_part_of_the_name_before_it(time: str) -> None:
    assert details_of(PAID, f"Sponsored by Norwald Bank {time}")["payer"] == "Norwald Bank"


def test_a_number_at_the_end_of_a_name_stays() -> None:
    assert details_of(PAID, "Sponsored by Horizon 2020 and Channel 4 minis")["payer"] == ["Horizon 2020", "Channel 4"]


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
        "They sent us a lamp.",
        "Dieser Beitrag wurde vom Reiseveranstalter bezahlt.",
    ],
)
def test_common_nouns_name_nobody(sentence: str) -> None:
    assert "payer" not in details_of(PAID, sentence)


@pytest.mark.parametrize(
    ("sentence", "payer"),
    [
        ("Thanks to our sponsors Tarn and Zell Foods!", ["Tarn", "Zell Foods"]),
        ("“Brought to you by Tarn!”", "Tarn"),
        ("Sponsored by Wahoo! Finance for you!", "Wahoo! Finance"),
    ],
)
def test_the_mark_that_ends_a_sentence_is_no_part_of_a_name(sentence: str, payer: object) -> None:
    assert details_of(PAID, sentence)["payer"] == payer


def test_a_verb_between_takes_the_cue_away() -> None:
    assert "payer" not in details_of(PAID, "We were paid to review a tool developed by Ravensea.")


@pytest.mark.parametrize(
    ("lang", "sentence", "payer"),
    [
        ("en", "I did not receive compensation from Halvorn, but my trip was paid for by Zell.", "Zell"),
        ("en", "No money was received from Halvorn; the post is sponsored by Zell.", "Zell"),
        ("en", "While this is no advice, we were paid by Zell.", "Zell"),
        ("en", "This is not advice and was paid for by Zell.", "Zell"),
        ("en", "I am not receiving pay for it (other than from Zell).", "Zell"),
        ("en", "This post was not only sponsored by Zell but written by us.", "Zell"),
        ("en", "The lamp was sent to me at no cost by Zell.", "Zell"),
        ("en", "A no-cost agreement with Zell.", "Zell"),
        ("en", "It would not be possible without support from Zell.", "Zell"),
        ("en", "Without support from Zell it could not be done.", "Zell"),
        ("en", "Life Without Sugar, sponsored by Zell", "Zell"),
        ("en", "The post is not sponsored, endorsed or paid for by Halvorn.", None),
        ("en", "The author is not employed by Halvorn but owns shares of Zell.", None),
        ("en", "This page exists without support from Halvorn.", None),
        ("de", "Der Autor hält keine Aktien, wird aber von Zell bezahlt.", "Zell"),
        ("de", "Dieser Beitrag wurde nicht von Halvorn bezahlt.", None),
        ("de", "Dieser Beitrag wurde von Halvorn für uns nicht bezahlt.", None),
        ("fr", "Ce texte n'a pas été payé par Halvorn, mais il est sponsorisé par Zell.", "Zell"),
        ("fr", "Une association à but non lucratif financée par Zell.", "Zell"),
        ("es", "No fue pagado por Halvorn, pero fue patrocinado por Zell.", "Zell"),
        ("it", "Non è stato pagato da Halvorn ma è offerto da Zell.", "Zell"),
        ("nl", "Dit is niet betaald door Halvorn, maar gesponsord door Zell.", "Zell"),
        ("pt", "Não foi pago pela Halvorn, mas patrocinado pela Zell.", "Zell"),
        ("pt", "Feito no Porto, patrocinado por Zell.", "Zell"),
    ],
)
def test_who_is_denied_to_pay_is_no_payer(lang: str, sentence: str, payer: str | None) -> None:
    assert details_of(PAID, sentence, "", lang).get("payer") == payer


@pytest.mark.parametrize(
    ("sentence", "holder"),
    [
        ("Neither Maren Holt nor Bexhall Capital owns shares.", None),
        ("Bexhall Capital owns no shares.", None),
        ("Bexhall Capital holds currently no shares.", None),
        ("No employee of Bexhall Capital owns shares.", None),
        ("This is no advice, and Bexhall Capital owns shares.", "Bexhall Capital"),
        ("Bexhall Capital owns shares and no options.", "Bexhall Capital"),
    ],
)
def test_who_is_denied_to_hold_is_no_holder(sentence: str, holder: str | None) -> None:
    assert details_of(INTEREST, sentence, "", "en").get("holder") == holder


def test_who_was_not_paid_is_no_beneficiary() -> None:
    assert details_of(INTEREST, "Halvorn wurde von der Redaktion nicht bezahlt.", "", "de") == {}
    assert details_of(INTEREST, "Halvorn received no money.", "", "en") == {}


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("THIS ARTICLE IS PAID FOR BY PIKESHIRE ENERGY GROUP INC FOR A PERIOD OF 30 DAYS.", {"payer": "PIKESHIRE ENERGY GROUP INC"}),
        ("WE WERE PAID BY HALVORN FOODS TO WRITE THIS ARTICLE.", {"payer": "HALVORN FOODS"}),
        ("PAID BY HALVORN CORP IN CASH", {"payer": "HALVORN CORP"}),
        ("PAID BY HALVORN IN CASH", {"payer": "HALVORN"}),
        ("SPONSORED BY THE BANK OF TOLLEY AND ZELL", {"payer": ["BANK OF TOLLEY", "ZELL"]}),
        ("WE WERE PAID BY A THIRD PARTY, ZELL MEDIA LLC, FOR THIS", {"payer": "ZELL MEDIA LLC"}),
        ("WE WERE NOT PAID BY HALVORN CORP", {}),
        ("Sponsored by HALVORN INC Advertisement", {"payer": "HALVORN INC"}),
    ],
)
def test_names_in_capitals_end_where_others_do(sentence: str, found: dict[str, object]) -> None:
    assert details_of(PAID, sentence, "", "en") == found


def test_a_sentence_in_another_language_than_its_page_is_read_by_its_own_cues() -> None:
    sentence = "Dieser Artikel wurde von der Norwald Bank GmbH bezahlt."
    assert details_of(PAID, sentence, "", "en")["payer"] == "Norwald Bank GmbH"
    assert details_of(PAID, "Sponsorizzato da Ferrone", "", "en")["payer"] == "Ferrone"
    assert "payer" not in details_of(PAID, "The pago por Halvorn is what we see in the menu.", "", "en")


@pytest.mark.parametrize(
    ("lang", "sentence", "payers"),
    [
        ("en", "Sponsored by Halvorn, Pikeshire & Zell.", ["Halvorn", "Pikeshire", "Zell"]),
        ("en", "Sponsored by Tarnbeck & Sons", "Tarnbeck & Sons"),
        ("en", "Sponsored by Halvorn, Tarnbeck & Sons Ltd and Zell", ["Halvorn", "Tarnbeck & Sons Ltd", "Zell"]),
        ("en", "Sponsored by Halvorn, Tarnbeck & Sons Ltd", "Halvorn"),
        ("en", "Sponsored by Halvorn and Zell, Tarnbeck & Hale", ["Halvorn", "Zell"]),
        ("en", "Sponsored by: Halvorn, Zell", ["Halvorn", "Zell"]),
        ("en", "Sponsored by: Halvorn AG, Zug", "Halvorn AG"),
        ("en", "Sponsored by: Halvorn, the Maker", "Halvorn"),
        ("en", "Sponsored by: Halvorn, Zug, since May", "Halvorn"),
        ("en", "Paid by Halvorn, and Zell has a stake in it.", "Halvorn"),
        ("fr", "Sponsorisé par Orvalis et par la Société Duval.", ["Orvalis", "Société Duval"]),
        ("it", "Sponsorizzato da Ferrone e da Lunardi.", ["Ferrone", "Lunardi"]),
        ("it", "Finanziato dall'Unione Lagunare e dalla Regione Palustre.", ["Unione Lagunare", "Regione Palustre"]),
        ("it", "Finanziato da Ferrone e dall'Ente Palustre.", ["Ferrone", "Ente Palustre"]),
        ("en", "We were compensated $10,000 by a third party, Zell Media LLC, for this.", "Zell Media LLC"),
        ("en", "Sponsored by our friends at Zell Apron.", "Zell Apron"),
        ("en", "Brought to you by the folks at ZELL.", "ZELL"),
        ("en", "Sponsored by Halvorn and our friends at Zell.", ["Halvorn", "Zell"]),
        ("en", "The lamp was provided by our partner Zell.", "Zell"),
        ("en", "This was paid for and produced by Zell.", "Zell"),
        ("en", "Brought to you by Halvorn January 12, 2031", "Halvorn"),
        ("en", "Brought to you by Halvorn 12 January 2031", "Halvorn"),
        ("en", "Presented by May Halvorn", "May Halvorn"),
        ("en", "Sponsored By Halvorn Posted on January 5, 2031", "Halvorn"),
    ],
)
def test_lists_are_read_whole_and_what_follows_is_left(lang: str, sentence: str, payers: object) -> None:
    assert details_of(PAID, sentence, "", lang)["payer"] == payers


@pytest.mark.parametrize(
    ("lang", "sentence", "payer"),
    [
        ("de", "Für diesen Beitrag habe ich von Halvorn ein Honorar erhalten.", "Halvorn"),
        ("de", "Der Verlag wurde von der Saltern Oil + Gas Inc. mit der Erstellung beauftragt.", "Saltern Oil + Gas Inc."),
        ("de", "Der Herausgeber wird von der Halvorn Corp. für diese Veröffentlichung bezahlt.", "Halvorn Corp."),
        ("de", "Das Projekt wird durch die Halvorn AG finanziell unterstützt.", "Halvorn AG"),
        ("de", "vom Bundesministerium für Wald und Wiese (BMWW) gefördert", "Bundesministerium für Wald und Wiese"),
        ("de", "Von der Halvorn AG wurde dieser Beitrag bezahlt.", "Halvorn AG"),
        ("de", "Ein Text, der von Halvorn für uns bezahlt wurde.", "Halvorn"),
        ("de", "Der Text von Maren Holt wurde von der Halvorn AG bezahlt.", "Halvorn AG"),
        ("de", "Das Programm, das die Entwicklung von Halvorn seit Jahren unterstützt.", None),
        ("de", "Das wird durch Stipendien des nordischen Rates unterstützt.", None),
        ("de", "Es wurde von Halvorn berichtet: alles bezahlt.", None),
        ("de", "Wir haben das Rezept von Halvorn und werden dafür bezahlt.", None),
        ("de", "Hier wurde der Text von Halvorn durch Zell bezahlt.", "Zell"),
        ("nl", "Dit product heb ik van Molenhof gekregen.", "Molenhof"),
        ("nl", "Het stuk is door Molenhof voor ons betaald.", "Molenhof"),
    ],
)
def test_the_participle_may_stand_at_the_end_of_the_clause(lang: str, sentence: str, payer: str | None) -> None:
    assert details_of(PAID, sentence, "", lang).get("payer") == payer


@pytest.mark.parametrize(
    ("lang", "sentence", "funder"),
    [
        ("fr", "Sponsorisé par Crédit forestier.", "Crédit forestier"),
        ("fr", "Sponsorisé par Crédit agricole.", "Crédit agricole"),
        ("fr", "Financé par l’Union lagunaire.", "Union lagunaire"),
        ("fr", "Financé par l'Agence nationale de la pluie (ANP).", "Agence nationale de la pluie"),
        ("fr", "Financé par la Région de manière indépendante.", "Région"),
        ("fr", "Financé par la Région avec soin.", "Région"),
        ("fr", "Soutenu par le Ministère de la Pluie et de la Neige.", "Ministère de la Pluie et de la Neige"),
        ("fr", "Soutenu par l'Agence des Vents et par Orvalis.", ["Agence des Vents", "Orvalis"]),
        ("it", "Finanziato dalla Cassa di risparmio di Palude.", "Cassa di risparmio di Palude"),
        ("it", "Finanziato dalla Commissione lagunare europea.", "Commissione lagunare europea"),
        ("es", "Patrocinado por la Cámara de comercio de Lunar.", "Cámara de comercio de Lunar"),
        ("es", "Financiado por el Ministerio de Lluvia, Nieve y Vientos.", "Ministerio de Lluvia, Nieve y Vientos"),
        ("es", "Financiado por el Ministerio de Lluvia, LUNAR y Vientos.", ["Ministerio de Lluvia", "LUNAR", "Vientos"]),
        ("es", "Financiado por el Ministerio de Lluvia y de Lunar.", ["Ministerio de Lluvia", "Lunar"]),
        ("es", "Financiado por el Consejo igual que ayer.", "Consejo"),
        ("pt", "Financiado pela Fundação para a Chuva e a Neve.", "Fundação para a Chuva e a Neve"),
        ("nl", "Mogelijk gemaakt door het Regenfonds voor de Molens.", "Regenfonds voor de Molens"),
        ("de", "Gefördert von der Akademie der Winde.", "Akademie der Winde"),
        ("de", "Gefördert durch Mittel der Tolley Stiftung.", "Tolley Stiftung"),
        ("de", "Wir haben von der Agentur für Winde Mittel erhalten.", "Agentur für Winde"),
        ("en", "Funded by the European Union regional programme.", "European Union"),
        ("en", "Supported by the Ministry of Rain, the Tolley Trust and Zell.", ["Ministry of Rain", "Tolley Trust", "Zell"]),
        ("en", "Supported by the Ministry of Rain, the Tolley and Zell.", ["Ministry of Rain", "Tolley", "Zell"]),
        ("en", "Supported by the Ministry of Rain, Tolley Tools and Zell.", ["Ministry of Rain", "Tolley Tools", "Zell"]),
        ("en", "Supported by the Ministry of Rain, Ada and Jo Foundation.", ["Ministry of Rain", "Ada and Jo Foundation"]),
    ],
)
def test_institutions_are_named_whole(lang: str, sentence: str, funder: object) -> None:
    assert details_of(FUNDED, sentence, "", lang)["funder"] == funder


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
        ("$2.5MM", 2_500_000.0, "USD"),
        ("$3B", 3_000_000_000.0, "USD"),
        ("₹5 lakh", 500_000.0, "INR"),
        ("2 crore rupees", 20_000_000.0, "INR"),
        ("5.000,- Euro", 5_000.0, "EUR"),
        ("CHF 500.–", 500.0, "CHF"),
        ("250 Tsd. Euro", 250_000.0, "EUR"),
        ("40EUR", 40.0, "EUR"),
        ("twenty thousand dollars", 20_000.0, "USD"),
        ("five thousand USD", 5_000.0, "USD"),
        ("USD twenty-five thousand", 25_000.0, "USD"),
        ("one hundred and ten thousand dollars", 110_000.0, "USD"),
        ("fifty two hundred dollars", 5_200.0, "USD"),
        ("two million five hundred thousand pounds", 2_500_000.0, "GBP"),
        ("fünf tausend Euro", 5_000.0, "EUR"),
        ("cinq mille euros", 5_000.0, "EUR"),
        ("between ten and $20", 20.0, "USD"),
        ("$20 and five dollars", 20.0, "USD"),
    ],
)
def test_sums_of_money_are_normalised(sum_of_money: str, value: float, currency: str) -> None:
    assert details_of(PAID, f"They gave us {sum_of_money} for it.")["amount"] == {"value": value, "currency": currency}


@pytest.mark.parametrize(
    "words", ["$5xyz", "several thousand dollars", "five thousand million dollars", "hundreds of dollars", "five of us", "30.000 kr"]
)
def test_what_gives_no_sure_sum_gives_none(words: str) -> None:
    assert "amount" not in details_of(PAID, f"They gave us {words} for it.", "", "en")


@pytest.mark.parametrize(("lang", "currency"), [("sv", "SEK"), ("no", "NOK"), ("nb", "NOK"), ("da", "DKK")])
def test_a_crown_is_that_of_the_language(lang: str, currency: str) -> None:
    for crowns in ("30.000 kr.", "kr 30 000", "30 000 kr"):
        assert details_of(PAID, f"Vi fik {crowns} for det.", "", lang)["amount"] == {"value": 30_000.0, "currency": currency}


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


@pytest.mark.parametrize("name", ["affiliate_programs", "currencies", "exchanges", "instruments", "laws", "numerals", "scales"])
def test_every_line_of_an_alias_lexicon_has_a_canonical_name_and_aliases(name: str) -> None:
    assert all(canonical and alias for alias, canonical in aliases(name).names.values())


@pytest.mark.parametrize("name", ["clauses", "common_words", "local_currencies"])
def test_every_line_of_a_grouped_lexicon_has_a_key_and_phrases(name: str) -> None:
    assert all(key and phrases and all(phrases) for key, phrases in groups_of(name).items())


def test_clauses_are_marked_for_every_language_with_cues() -> None:
    languages = {name.partition(".")[2] for name in names_of("parties")}
    marked = set(groups_of("clauses"))
    assert {f"{lang} {kind}" for lang in languages for kind in ("not", "without", "only", "but", "and", "new")} <= marked
    assert languages == set(groups_of("common_words"))


@given(st.sampled_from(Label), st.text(), st.text())
@example(Label.CONFLICT_OF_INTEREST, "\ud800 paid by \udfff A", "(")
@example(Label.SPONSORSHIP_DISCLOSURE, "paid\x1cby\x85İA $٣ 1.,2 $", "İ (the “İ”)")
def test_no_text_makes_it_raise(label: Label, sentence: str, context: str) -> None:
    details_of(label, sentence, context)


_PIECES = st.sampled_from(
    "sponsored by|received|from|von|de|gesponsert|Acme|AG|, |and|(|)|the|Company|“|”|$|1.2|000|,|.|million|Euro|§|Art.|WpHG|MAR|"
    "was paid|not|without|but|five|thousand|kr|bezahlt|Ministry|l'Union|AND|BY|January|"
    "NASDAQ|:|WKN|A1B2C3|Section|27A|\n|’s|İ|d'|Inc.|…|&|Foundation|of".split("|")
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
    started = time.process_time()
    details_of(INTEREST, text, text)
    assert time.process_time() - started < 5


_REPEATED = ["not by A, ", "von A (", "von A b ", "A, b & ", "BY A AND ", "l'Agence ale de la ", "Ministry of A, ", "five hundred ", "5,-"]


@pytest.mark.parametrize("piece", [*_REPEATED, "was paid no ", "a third party, ", "1 January ", "without ", "Xfonds", "kr 30 000 "])
def test_time_grows_with_the_length_only(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    started = time.process_time()
    parties_in(text, fold(text), text, "de")
    first_amount(text, fold(text), "sv")
    assert time.process_time() - started < 5

"""Languages are told by script and stop words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.language import SAMPLE, language_of


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The harbour was quiet in the morning and the gulls had not yet found the boats."),
        ("de", "Der Hafen war am Morgen ruhig, und die Möwen hatten sich nicht mit den Booten befasst."),
        ("fr", "Le port est calme dans la matinée et les mouettes ne sont pas sur les bateaux."),
        ("es", "El puerto se despierta en la mañana y las gaviotas no se acercan por los barcos del muelle."),
        ("it", "Il porto è tranquillo nel mattino e i gabbiani non sono vicino alla barca che dorme."),
        ("nl", "De haven is rustig en het water van de gracht ligt stil, ook voor een van de meeuwen."),
        ("pt", "O porto não acordou e os barcos dos pescadores dormem, mas as gaivotas já estão na água com uma fome."),
        ("sv", "Hamnen är tyst och det är inte en mås som har vaknat av ljuset på den här bryggan."),
        ("pl", "Port jest cichy i nie ma w nim ludzi, ale mewy są na łodziach przez cały dzień."),
        ("ja", "この記事は広告主の提供によるものです。"),
        ("ko", "이 기사는 광고주의 후원으로 작성되었습니다."),
        ("zh", "本文由广告主赞助发布。"),
        ("ru", "Эта статья оплачена рекламодателем."),
        ("el", "Το άρθρο αυτό πληρώθηκε από τον διαφημιζόμενο."),
        ("he", "הכתבה מומנה על ידי המפרסם."),
        ("ar", "هذا المقال برعاية المعلن."),
    ],
)
def test_a_sentence_tells_its_language(language: str, text: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize("text", ["I do not own shares of Quillfen.", "Sponsored by Tarn. I love it.", "A note on what it is."])
def test_single_letters_do_not_outvote_words(text: str) -> None:
    assert language_of(text) == "en"


@pytest.mark.parametrize("text", ["", "  \n", "12,5 % 2024", "Zyx Qwrt", "***", "A Sponsored Post"])
def test_no_words_no_language(text: str) -> None:
    assert language_of(text) == "und"


def test_case_does_not_count() -> None:
    assert language_of("DIE WOLKEN ZIEHEN ÜBER DAS LAND UND ES WIRD NICHT HELL") == "de"


def test_only_the_sample_is_looked_at() -> None:
    text = "the and of to in is " * SAMPLE
    assert language_of(text[:SAMPLE] + " der die und das ist nicht" * SAMPLE) == "en"


def test_a_few_foreign_letters_change_nothing() -> None:
    assert language_of("The word for it is истина, and that is all that they have to say for this one.") == "en"


@given(st.text())
def test_any_text_gets_a_code(text: str) -> None:
    assert language_of(text).isalpha()

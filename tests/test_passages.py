"""Sentences with offsets. All texts are invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.blocks import extract_document
from detector.document import Document, Page
from detector.passages import MAX_PASSAGE, split_passages

LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pt", "sv", "da", "no", "pl", "ja", "ru", "und", "x-", "qq"]
_PIECES = st.sampled_from(
    [
        "A word",
        "z. B.",
        "Dr. Ney",
        "1.5 %",
        "U.S.",
        "Really?",
        "Yes!",
        "…",
        '"He left."',
        "(see p. 3.)",
        "。",
        "！",
        "»Na.«",
        "\n",
        "\n\n",
    ]
    + [
        " ",
        "  ",
        "\xa0",
        "\xad",
        "\t",
        "\u2028",
        "\r\n",
        "😀",
        "e.g.",
        "No. 5",
        ".",
        "...",
        "・",
        "end.Start",
        "한국어다.",
        "\u200b",
        "İ",
    ]
)
_TEXTS = st.lists(_PIECES, min_size=1, max_size=60).map("".join) | st.text()


def _document(text: str, lang: str | None = "en") -> Document:
    return extract_document(Page("p", text, lang=lang))


def _sentences(text: str, lang: str = "en") -> list[str]:
    return [p.text for p in split_passages(_document(text, lang)).rows(text)]


@given(_TEXTS.filter(str.strip), st.sampled_from(LANGUAGES))
def test_passages_are_the_text_at_their_offsets_and_cover_all_of_it(text: str, lang: str) -> None:
    document = _document(text, lang)
    rows = list(split_passages(document).rows(text))
    assert all(text[p.start : p.end] == p.text == p.text.strip() != "" for p in rows)
    assert all(before.end <= after.start for before, after in zip(rows, rows[1:], strict=False))
    for p in rows:
        block = document.blocks[p.block]
        assert block.start <= p.start < p.end <= block.end
    assert "".join("".join(p.text for p in rows).split()) == "".join(text.split())


@given(_TEXTS.filter(str.strip))
def test_every_block_has_a_passage(text: str) -> None:
    document = _document(text)
    assert sorted({p.block for p in split_passages(document).rows(text)}) == list(range(len(document.blocks)))


@pytest.mark.parametrize(
    ("lang", "text", "sentences"),
    [
        (
            "en",
            "Tarn fell. Quillfen rose 1.5 % in the U.S. market. Why?",
            ["Tarn fell.", "Quillfen rose 1.5 % in the U.S. market.", "Why?"],
        ),
        ("de", "Das gilt z. B. für Dr. Ney. Er hält Aktien.", ["Das gilt z. B. für Dr. Ney.", "Er hält Aktien."]),
        ("fr", "La société l'a payé. Il peut vendre.", ["La société l'a payé.", "Il peut vendre."]),
        ("ja", "提供記事です。広告主の見解です。", ["提供記事です。", "広告主の見解です。"]),
        ("en", "Sponsored by Quillfen", ["Sponsored by Quillfen"]),
        ("en", "A. B.", ["A. B."]),
        (
            "fr",
            "Un texte écrit avec M. Brenne et la Sarl Tarn. Il est court.",
            ["Un texte écrit avec M. Brenne et la Sarl Tarn.", "Il est court."],
        ),
        (
            "it",
            "Si veda il regolamento (UE) n. 596/2014 e il D.Lgs. n. 58 del 1998. Fine.",
            ["Si veda il regolamento (UE) n. 596/2014 e il D.Lgs. n. 58 del 1998.", "Fine."],
        ),
        ("pt", "Pago pela Tarn Ltda. e por mais ninguém. Leia.", ["Pago pela Tarn Ltda. e por mais ninguém.", "Leia."]),
        (
            "nl",
            "Met links, d.w.z. dat wij iets krijgen. Ook o.a. van Tarn.",
            ["Met links, d.w.z. dat wij iets krijgen.", "Ook o.a. van Tarn."],
        ),
        (
            "pl",
            "Tekst firmy Tarn Sp. z o.o. z Gdyni, tj. partnera. Koniec.",
            ["Tekst firmy Tarn Sp. z o.o. z Gdyni, tj. partnera.", "Koniec."],
        ),
        ("sv", "Vi har annonslänkar, dvs. vi får provision. Tack.", ["Vi har annonslänkar, dvs. vi får provision.", "Tack."]),
        ("de", "Der Text der Fa. Ney kostet 5 Euro inkl. Versand. Ende.", ["Der Text der Fa. Ney kostet 5 Euro inkl. Versand.", "Ende."]),
        ("en", "he loved it. it was great. and cheap.", ["he loved it.", "it was great.", "and cheap."]),
        ("en", "Tarn Inc. $5 notes, bought at approx. €5. Fine.", ["Tarn Inc. $5 notes, bought at approx. €5.", "Fine."]),
        ("fr", "Selon le règlement (UE) No. 596/2014. Fin.", ["Selon le règlement (UE) No. 596/2014.", "Fin."]),
        ("sv", "Det gäller t.ex. 5 bolag som betalar oss. Slut.", ["Det gäller t.ex. 5 bolag som betalar oss.", "Slut."]),
        ("en", "Call us until 5 p.m. 12 of us paid. Fine.", ["Call us until 5 p.m.", "12 of us paid.", "Fine."]),
        ("en", "It came from the U.S. It was cold.", ["It came from the U.S.", "It was cold."]),
        ("en", "He left. (I own some.) Then it fell.", ["He left.", "(I own some.)", "Then it fell."]),
        ("en", "(We own some. We may sell.) Then it fell.", ["(We own some.", "We may sell.)", "Then it fell."]),
        ("en", "(1) We own some (not much). It fell.", ["(1) We own some (not much).", "It fell."]),
        ("en", "(Own work.) (Not paid.) Fine.", ["(Own work.)", "(Not paid.)", "Fine."]),
        ("en", "It rose (by how much?) and fell (see p. 5.) again. Fine.", ["It rose (by how much?) and fell (see p. 5.) again.", "Fine."]),
        ("en", "They pay me. I know... I do!! I really do.", ["They pay me.", "I know...", "I do!!", "I really do."]),
        ("de", "(Wir halten Aktien. Auch Optionen.) Das gilt.", ["(Wir halten Aktien.", "Auch Optionen.)", "Das gilt."]),
        ("en", "(Not here", ["(Not here"]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(lang: str, text: str, sentences: list[str]) -> None:
    assert _sentences(text, lang) == sentences


def test_a_sentence_never_runs_on_into_the_next_block() -> None:
    assert _sentences("Conflict of interest\nThe author\nholds shares.") == ["Conflict of interest", "The author", "holds shares."]


@pytest.mark.parametrize(
    "text",
    [
        "The gull sat on the mast. " * 40_000,
        "word " * 200_000,
        "x" * 1_000_000,
        ". " * 500_000,
        '"(a. ' * 200_000,
        "これは広告です。" * 5_000,
        "A." * 50_000,
    ],
    ids=["sentences", "words", "no space", "dots", "open quotes", "ideographs", "initials"],
)
@pytest.mark.parametrize("lang", ["en", "cs", "fr"])
def test_a_line_of_a_million_characters_is_cut_into_bounded_passages(text: str, lang: str) -> None:
    passages = split_passages(_document(text, lang))
    assert int((passages.ends - passages.starts).max()) <= MAX_PASSAGE
    assert sum(len("".join(p.text.split())) for p in passages.rows(text)) == len("".join(text.split()))


def test_a_passage_that_is_too_long_is_cut_at_a_space() -> None:
    words = _sentences("seven77 " * MAX_PASSAGE)
    assert {w for sentence in words for w in sentence.split()} == {"seven77"}


@pytest.mark.parametrize("bullet", "•⁃▪▶●◦★➤-*·→")
def test_the_sentences_of_a_list_item_are_told_apart(bullet: str) -> None:
    text = f"{bullet} The board met on Tuesday. Nobody came."
    passages = split_passages(extract_document(Page("x", text, lang="en"))).rows(text)
    assert [p.text for p in passages] == [f"{bullet} The board met on Tuesday.", "Nobody came."]

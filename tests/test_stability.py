"""Stability: variants keep what they should, and flips are counted as by hand. All texts are invented."""

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.blocks import extract_document
from detector.classifier import Model
from detector.corpus import Example
from detector.document import LABELS, Document, Finding, Label, Page, Report
from detector.evaluation.stability import Flips, stability
from detector.evaluation.variants import Variant, edited, variants_of
from detector.inference import Detector
from detector.passages import split_passages

TITLE = "Conflict of interest"
BODY = 'The author\'s fund "Tarn & Co" is holding ten thousand shares of Quillfen, bought in spring. It may sell some of them.'
TEXT = f"{TITLE}\n{BODY}\nRain fell on the harbour."
ALWAYS = [
    "joined heading and paragraph",
    "lost newlines",
    "doubled newlines",
    "upper case",
    "curly quotes",
    "soft hyphens",
    "non-breaking spaces",
    "HTML entities",
    "OCR noise",
    "article before",
    "article after",
]


class Worded(Detector):
    """Discloses every sentence that holds a word, spelt exactly so."""

    def __init__(self, word: str) -> None:
        self.model = cast(Model, SimpleNamespace(name="worded"))
        self.word = word

    def scan_document(self, document: Document) -> Report:
        rows = split_passages(document).rows(document.text)
        return Report(document.id, findings=tuple(_finding(p.start, p.end) for p in rows if self.word in p.text))


class Rigid(Detector):
    """Discloses lines that hold nothing but letters and single spaces; the rest of the world does not matter to it."""

    def __init__(self) -> None:
        self.model = cast(Model, SimpleNamespace(name="rigid"))

    def scan_document(self, document: Document) -> Report:
        text = document.text
        return Report(document.id, findings=tuple(_finding(b.start, b.end) for b in document.blocks if text[b.start : b.end] == TITLE))


def _finding(start: int, end: int) -> Finding:
    return Finding(Label.CONFLICT_OF_INTEREST, start, end, 0.9, None, "")


def variant(name: str, text: str = TEXT, *findings: Finding) -> Variant | None:
    return variants_of(extract_document(Page("x", text)), Report("x", findings=findings))[name]


def flips(detector: Detector, name: str, text: str = TEXT) -> Flips:
    return stability(detector, [Example("x", "x.example", "en", text)]).flips[name]


def content(made: Variant) -> str:
    return extract_document(made.page).text


@given(st.text("ab\n ", max_size=30), st.data())
def test_an_edit_moves_what_it_does_not_touch(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6).filter(lambda c: len(c) % 2 == 0)))
    edits = [(s, e, data.draw(st.text("xyz", max_size=4))) for s, e in zip(cuts[::2], cuts[1::2], strict=True)]
    new, moved = edited(text, edits)
    untouched = [i for i in range(len(text)) if not any(s <= i < e for s, e, _ in edits)]
    assert [text[i] for i in untouched] == [new[moved[i]] for i in untouched]
    assert moved[-1] == len(new)
    assert (np.diff(moved) >= 0).all()


@pytest.mark.parametrize("name", ALWAYS)
def test_every_sentence_is_found_again_at_its_place(name: str) -> None:
    made = variant(name)
    assert made is not None
    for passage in split_passages(extract_document(Page("x", TEXT))).rows(TEXT):
        place = content(made)[made.moved[passage.start] : made.moved[passage.end]]
        assert len(place) >= len(passage.text)
        if name not in ("upper case", "curly quotes", "OCR noise"):
            assert place.replace("\u00ad", "").replace("\u00a0", " ") == passage.text


@pytest.mark.parametrize("name", ALWAYS)
def test_variants_are_the_same_in_every_run(name: str) -> None:
    first, second = variant(name), variant(name)
    assert first is not None and second is not None
    assert first.page == second.page


def test_a_heading_is_joined_to_its_paragraph_without_a_space() -> None:
    made = variant("joined heading and paragraph")
    assert made is not None and content(made).startswith("Conflict of interestThe author's")


def test_menu_words_are_not_joined_to_each_other() -> None:
    assert variant("joined heading and paragraph", "Home\nNews\nContact") is None


def test_newlines_are_lost_and_doubled() -> None:
    lost, doubled = variant("lost newlines"), variant("doubled newlines")
    assert lost is not None and content(lost) == TEXT.replace("\n", " ")
    assert doubled is not None and content(doubled) == TEXT.replace("\n", "\n\n")


def test_long_lines_are_wrapped_between_words() -> None:
    made = variant("wrapped lines")
    assert made is not None and str(made.page.content).replace("\n", " ") == TEXT.replace("\n", " ")
    lines = str(made.page.content).split("\n")
    assert len(lines) == 4 and max(map(len, lines)) <= 72 and lines[0] == TITLE and lines[3] == "Rain fell on the harbour."
    assert variant("wrapped lines", "x" * 200) is None


def test_words_become_links() -> None:
    made = variant("Markdown links", "The quay opens, at last.")
    assert made is not None and content(made) == "[The quay opens](https://www.tarn.example/the-quay-opens), at last."
    assert content(made)[made.moved[16] : made.moved[23]] == "at last"


def test_lines_and_words_get_tags() -> None:
    made = variant("HTML tags", "The quay opens, at last.\nRain")
    link = '<a href="https://www.tarn.example/the-quay-opens">'
    assert made is not None and content(made) == f"<p>{link}The quay opens</a>, at last.</p>\n<p>Rain</p>"
    assert content(made)[made.moved[16] : made.moved[23]] == "at last"


def test_upper_case_may_lengthen_a_text() -> None:
    made = variant("upper case", "Großer Preis")
    assert made is not None and content(made) == "GROSSER PREIS"
    assert made.moved.tolist() == [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13]


def test_accents_stand_behind_their_letters() -> None:
    made = variant("accents apart", "Über Öl")
    assert made is not None and content(made) == "U\u0308ber O\u0308l"
    assert made.moved.tolist() == [0, 2, 3, 4, 5, 6, 8, 9]


def test_quotes_curl_by_what_stands_before_them() -> None:
    made = variant("curly quotes", "\"Buy\", said the ('old') author's friend.")
    assert made is not None and content(made) == "“Buy”, said the (‘old’) author’s friend."


def test_curly_quotes_are_made_straight() -> None:
    made = variant("straight quotes", "“Buy”, said the author’s friend.")
    assert made is not None and content(made) == '"Buy", said the author\'s friend.'


def test_long_words_get_one_soft_hyphen() -> None:
    made = variant("soft hyphens", "Short word, and an advertisement.")
    assert made is not None and content(made) == "Short word, and an adve\u00adrtisement."


def test_entities_are_written_out_and_decoded_by_the_parser() -> None:
    made = variant("HTML entities", 'Tarn & Co  said "yes" <x>\n\n to  all. ')
    assert made is not None
    assert "<p>Tarn&nbsp;&amp;&nbsp;Co&nbsp;said&nbsp;&quot;yes&quot;&nbsp;&lt;x&gt;</p>" in str(made.page.content)
    assert content(made) == 'Tarn & Co said "yes" <x>\nto all.'
    assert made.moved[-1] == len(content(made))


def test_noise_replaces_one_character_in_a_hundred() -> None:
    text = "the author holds some shares of it " * 20
    made = variant("OCR noise", text)
    assert made is not None and str(made.page.content) != text
    assert sum(text[i : i + 1] != str(made.page.content)[made.moved[i] : made.moved[i + 1]] for i in range(len(text))) == 7


def test_a_page_is_cut_off_behind_its_last_disclosure() -> None:
    made = variant("truncated after disclosure", TEXT, _finding(0, 20))
    assert made is not None and content(made) == TITLE
    assert variant("truncated after disclosure", TEXT) is None


def test_a_detector_that_reads_words_is_stable_where_words_are_kept() -> None:
    kept = [name for name in ALWAYS if name not in ("upper case", "OCR noise", "soft hyphens")]
    for name in kept:
        counted = flips(Worded("holding"), name)
        assert (counted.found, counted.lost, counted.gained) == (1, 0, 0), name


def test_lost_labels_are_counted() -> None:
    assert flips(Worded("holding"), "upper case") == Flips(1, 4 * len(LABELS), 1, 1, 0)


def test_gained_labels_are_counted() -> None:
    counted = flips(Worded("HOLDING"), "upper case")
    assert counted == Flips(1, 4 * len(LABELS), 0, 0, 1)
    assert (counted.flip_rate, counted.lost_rate, counted.gained_rate) == (1 / 36, 0, 0)


def test_findings_in_the_neighbouring_article_do_not_count() -> None:
    for name in ("article before", "article after"):
        assert flips(Worded("bridge"), name) == Flips(1, 4 * len(LABELS), 0, 0, 0)


def test_a_joined_heading_carries_what_its_sentence_carries() -> None:
    counted = flips(Worded("holding"), "joined heading and paragraph")
    assert counted == Flips(1, 3 * len(LABELS), 1, 0, 0)


def test_sentences_that_are_cut_off_do_not_count() -> None:
    assert flips(Rigid(), "truncated after disclosure") == Flips(1, len(LABELS), 1, 0, 0)


def test_a_transformation_that_does_not_apply_counts_no_document() -> None:
    assert flips(Rigid(), "straight quotes", TITLE) == Flips()


def test_flips_add_up_over_examples_and_are_printed() -> None:
    examples = [Example("x", "x.example", "en", TEXT), Example("y", "y.example", "en", TEXT), Example("z", "z", "en", " ")]
    result = stability(Worded("holding"), examples)
    assert result.flips["upper case"] == Flips(2, 8 * len(LABELS), 2, 2, 0)
    assert result.to_dict()["stability"]["upper case"]["lost_rate"] == 1
    assert "upper case                    2.778 % 100.0 %   0.0 %       2         72          2" in result.to_text()

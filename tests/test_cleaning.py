"""Texts without their paid articles. All texts are invented."""

import re

from hypothesis import given
from hypothesis import strategies as st

from detector.cleaning import Action, Actions, Cleaned, Cut, clean
from detector.document import Article, ContentType, Finding, Label, Report

TEXT = "Rain is due.\nBuy Vellmark. Sponsored by Vellmark AG.\nWe earn a commission. Sun follows.\n"
PAID = TEXT.index("Buy"), TEXT.index("\nWe")


def _at(sentence: str) -> tuple[int, int]:
    start = TEXT.index(sentence)
    return start, start + len(sentence)


REPORT = Report(
    "page",
    articles=(
        Article(0, 12, ContentType.EDITORIAL, 0.9, "Rain is due."),
        Article(*PAID, ContentType.PAID_PROMOTION, 0.97, "Buy Vellmark."),
    ),
    findings=(
        Finding(Label.SPONSORSHIP_DISCLOSURE, *_at("Sponsored by Vellmark AG."), 0.9, 1, "Sponsored by Vellmark AG."),
        Finding(Label.AFFILIATE_DISCLOSURE, *_at("We earn a commission."), 0.9, None, "We earn a commission."),
        Finding(Label.CONFLICT_OF_INTEREST, *_at("We earn a commission. Sun"), 0.9, None, "We earn a commission. Sun"),
    ),
)


def test_paid_articles_are_removed_and_all_else_is_left() -> None:
    cleaned = clean(TEXT, REPORT)
    assert cleaned.text == "Rain is due.\n\nWe earn a commission. Sun follows.\n"
    assert cleaned.removed == (Cut(*PAID, ("paid_promotion",)),)


def test_a_kept_type_stays() -> None:
    assert clean(TEXT, REPORT, {ContentType.PAID_PROMOTION: Action.KEEP}) == Cleaned(TEXT, (), ())


def test_a_label_can_be_removed_alone() -> None:
    cleaned = clean(TEXT, REPORT, {Label.SPONSORSHIP_DISCLOSURE: Action.REMOVE})
    assert cleaned.text == TEXT.replace("Sponsored by Vellmark AG.", "")


def test_spans_that_overlap_are_removed_as_one() -> None:
    cleaned = clean(TEXT, REPORT, {Label.AFFILIATE_DISCLOSURE: Action.REMOVE, Label.CONFLICT_OF_INTEREST: Action.REMOVE})
    assert cleaned.removed == (Cut(*_at("We earn a commission. Sun"), ("conflict_of_interest", "affiliate_disclosure")),)


def test_marks_of_one_place_nest() -> None:
    cleaned = clean(TEXT, REPORT, {Label.AFFILIATE_DISCLOSURE: Action.MARK, Label.CONFLICT_OF_INTEREST: Action.MARK})
    marked = "⟦conflict_of_interest⟧⟦affiliate_disclosure⟧We earn a commission.⟦/affiliate_disclosure⟧ Sun⟦/conflict_of_interest⟧"
    assert cleaned.text == TEXT.replace("We earn a commission. Sun", marked)


def test_a_mark_inside_a_removed_span_goes_with_it() -> None:
    cleaned = clean(TEXT, REPORT, {ContentType.PAID_PROMOTION: Action.REMOVE, Label.SPONSORSHIP_DISCLOSURE: Action.MARK})
    assert cleaned == clean(TEXT, REPORT)


@st.composite
def _cases(draw: st.DrawFn) -> tuple[str, Report, Actions]:
    text = draw(st.text("ab \n", min_size=1, max_size=30))
    spans = draw(st.lists(st.tuples(st.integers(0, len(text) - 1), st.integers(1, 9), st.sampled_from(Label)), max_size=6))
    places = [(start, min(len(text), start + length), label) for start, length, label in spans]
    findings = tuple(Finding(label, start, end, 0.5, None, text[start:end]) for start, end, label in places)
    return text, Report("page", findings=findings), draw(st.dictionaries(st.sampled_from(Label), st.sampled_from(Action)))


@given(_cases())
def test_what_is_left_and_what_is_removed_make_the_text_again(case: tuple[str, Report, Actions]) -> None:
    text, report, actions = case
    cleaned = clean(text, report, actions)
    left = re.sub("⟦.*?⟧", "", cleaned.text)
    for cut in cleaned.removed:
        left = left[: cut.start] + text[cut.start : cut.end] + left[cut.start :]
    assert left == text
    assert all(before.end < after.start for before, after in zip(cleaned.removed, cleaned.removed[1:], strict=False))


@given(_cases())
def test_every_mark_that_opens_closes(case: tuple[str, Report, Actions]) -> None:
    cleaned = clean(*case)
    assert cleaned.text.count("⟦") == 2 * len(cleaned.marked) == 2 * cleaned.text.count("⟦/")

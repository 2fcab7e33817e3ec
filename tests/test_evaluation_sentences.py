"""The sentence layer: units, decisions and figures against ones computed by hand. All texts are invented."""

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from labelled import AD, ADVICE, LINES, example, passages, scan_of

from detector.document import LABELS, Label
from detector.evaluation.calibration import calibration_error
from detector.evaluation.counts import Counts
from detector.evaluation.decisions import Decisions, decide, units_of
from detector.evaluation.intervals import draws_of, f1_of, interval, tally_by_site
from detector.evaluation.sentences import score_sentences
from detector.overlap import common, intersection_over_union, length, remainder

SPAN = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda s: (min(s), max(s)))
SPANS = st.lists(SPAN, max_size=6)


def decisions(gold: list[list[Label]], predicted: list[list[Label]], sites: str, lang: str = "en") -> Decisions:
    rows = [np.array([[label in labels for label in LABELS] for labels in side]) for side in (gold, predicted)]
    return Decisions(rows[0], rows[1], rows[1].astype(np.float32), tuple(sites), (lang,) * len(sites))


def test_shares_follow_from_counts() -> None:
    counts = Counts(3, 1, 2)
    assert (counts.precision, counts.recall, counts.f1) == (0.75, 0.6, 6 / 9)


def test_a_share_of_nothing_is_zero() -> None:
    assert (Counts().precision, Counts().recall, Counts(0, 2, 3).f1) == (0, 0, 0)


@given(SPANS, SPAN)
def test_common_characters_are_counted_once(spans: list[tuple[int, int]], span: tuple[int, int]) -> None:
    inside = {i for s, e in spans for i in range(s, e)}
    assert common(spans, *span) == len(inside & set(range(*span)))
    assert length(spans) == len(inside)


@given(SPANS)
def test_the_remainder_is_what_stands_in_no_span(spans: list[tuple[int, int]]) -> None:
    text = "abcdefghijklmnopqrstuvwxyz0123"
    assert remainder(text, spans) == "".join(c for i, c in enumerate(text) if not any(s <= i < e for s, e in spans))


def test_intersection_over_union_of_neighbours_is_zero() -> None:
    assert intersection_over_union((0, 10), (10, 20)) == 0
    assert intersection_over_union((0, 10), (5, 20)) == 0.25


@pytest.mark.parametrize(
    ("found", "predicted"),
    [
        ([(0, 11, AD)], True),
        ([(0, 10, AD)], False),
        ([(0, 6, AD), (10, 15, AD)], True),
        ([(0, 8, AD), (4, 9, AD)], False),
        ([(0, 22, ADVICE)], False),
    ],
    ids=["half", "less than half", "two that make half", "two that overlap", "another label"],
)
def test_a_label_is_predicted_where_its_findings_cover_half(found: list[tuple[int, int, Label]], predicted: bool) -> None:
    decided = decide([scan_of(example(), *found)], "sentences")
    assert decided.predicted[0, LABELS.index(AD)] == predicted


def test_gold_stands_on_the_sentence_that_carries_it() -> None:
    decided = decide([scan_of(example())], "sentences")
    assert [[LABELS[k] for k in np.flatnonzero(row)] for row in decided.gold] == [[AD], [], [ADVICE]]


def test_the_probability_of_a_sentence_is_that_of_its_passages() -> None:
    scan = replace(scan_of(example(LINES[:2])), passages=passages((0, 9), (10, 22), LINES[2]))
    scan.probabilities[1] = 0.75
    decided = decide([scan], "sentences")
    assert decided.probabilities.tolist() == [[0.75] * len(LABELS), [0] * len(LABELS)]


def test_sentences_that_nobody_read_do_not_count() -> None:
    assert len(decide([scan_of(example(LINES[:1]), (23, 48, AD))], "sentences")) == 1


def test_a_page_read_whole_counts_its_hard_sentences_in_both_layers() -> None:
    both = example([LINES[2], *LINES], "natural")
    assert units_of(both, passages(*LINES), "sentences") == [LINES[2]]
    assert units_of(both, passages(*LINES), "natural") == [*LINES]
    assert units_of(example(), passages(*LINES), "natural") == []


def test_a_stretch_counts_sentence_by_sentence() -> None:
    assert units_of(example([(0, 68)]), passages(*LINES), "sentences") == [*LINES]
    assert units_of(example([LINES[1], (0, 48)], "natural"), passages(*LINES), "natural") == [*LINES[:2]]
    assert units_of(example([LINES[1], (0, 48)], "natural"), passages(*LINES), "sentences") == [LINES[1]]


def test_sentence_scores_are_those_counted_by_hand() -> None:
    scores = score_sentences(decisions([[AD], [AD, ADVICE], [], [ADVICE]], [[AD], [AD], [AD], []], "aabb"))
    assert scores.labels[AD] == Counts(2, 1, 0)
    assert scores.labels[ADVICE] == Counts(0, 0, 2)
    assert scores.any == Counts(2, 1, 1)
    assert scores.micro == Counts(2, 1, 2)
    assert scores.macro_f1 == pytest.approx(0.8 / 9)
    assert (scores.sentences, scores.sites) == (4, 2)
    assert scores.to_dict()["micro_f1"] == round(4 / 7, 4)


def test_the_interval_of_a_single_site_is_a_point() -> None:
    scores = score_sentences(decisions([[AD], [AD]], [[AD], []], "aa"))
    assert scores.intervals["micro"] == scores.intervals[AD] == pytest.approx((2 / 3, 2 / 3))


def test_intervals_come_from_drawing_sites_with_replacement() -> None:
    gold, predicted = np.array([[True], [True], [False]]), np.array([[True], [False], [True]])
    draws = draws_of(tally_by_site(gold, predicted, ["c", "a", "b"]))
    rng = random.Random(0)
    values = []
    for _ in range(500):
        drawn = rng.choices("abc", k=3)
        hits, wrong = drawn.count("c"), drawn.count("a") + drawn.count("b")
        values.append(2 * hits / (2 * hits + wrong))
    values.sort()
    assert interval(draws[:, 0], f1_of) == pytest.approx((values[12], values[487]))


def test_a_language_is_listed_from_twenty_gold_labels_on() -> None:
    few, enough = (decisions([[AD]] * n, [[AD]] * n, "a" * n, "de") for n in (19, 20))
    assert score_sentences(few).languages == {}
    assert score_sentences(enough).languages == {"de": Counts(20, 0, 0)}


def test_calibration_error_is_the_mean_gap_over_equal_bins() -> None:
    probabilities = np.array([0.0] * 10 + [0.5] * 10, np.float32)
    gold = np.array([False] * 10 + [True, False] * 5)
    assert calibration_error(probabilities, gold) == 0
    assert calibration_error(probabilities, ~gold) == pytest.approx(0.5)
    assert calibration_error(np.linspace(0, 1, 10, dtype=np.float32), np.array([False] * 9 + [True])) == pytest.approx(0.4)
    assert calibration_error(probabilities[:0], gold[:0]) == 0

"""From gold spans to sentence targets, and from probabilities to findings."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.document import CONTENT_TYPES, LABELS, ContentType, Label, Passages
from detector.spans import content_type_of, covered, targets_of, thresholded

_ALL = dict.fromkeys(map(str, LABELS), 0.5)


def _passages(*spans: tuple[int, int]) -> Passages:
    starts, ends = np.array(spans, np.int32).reshape(-1, 2).T
    return Passages(starts, ends, np.zeros(len(spans), np.int32))


@st.composite
def _sentences(draw: st.DrawFn) -> Passages:
    lengths = draw(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 50)), min_size=1, max_size=20))
    spans, at = [], 0
    for gap, length in lengths:
        spans.append((at + gap, at + gap + length))
        at += gap + length
    return _passages(*spans)


THREE = _passages((0, 10), (11, 31), (32, 40))


@pytest.mark.parametrize(
    ("start", "end", "rows"),
    [
        (11, 31, [1]),  # the sentence itself
        (0, 40, [0, 1, 2]),  # a whole section
        (13, 17, [1]),  # a few words of a long sentence: the span is the shorter of the two
        (6, 31, [1]),  # less than half of the first
        (5, 31, [0, 1]),  # half of the first
        (10, 11, []),  # the blank between
        (40, 60, []),
    ],
)
def test_a_span_covers_the_sentences_that_share_half_of_the_shorter(start: int, end: int, rows: list[int]) -> None:
    assert covered(THREE, start, end).tolist() == rows


@given(_sentences(), st.data())
def test_spans_of_sentences_and_targets_are_the_same_thing(passages: Passages, data: st.DataObject) -> None:
    cells = st.tuples(st.integers(0, len(passages) - 1), st.integers(0, len(LABELS) - 1))
    chosen = data.draw(st.sets(cells))
    spans = [(int(passages.starts[i]), int(passages.ends[i]), LABELS[k]) for i, k in sorted(chosen)]
    targets = targets_of(passages, spans)
    assert {(i, k) for i, k in np.argwhere(targets).tolist()} == chosen
    found = thresholded(targets.astype(np.float32), np.arange(len(passages)), passages, _ALL)
    assert sorted((s, e, label) for label, s, e, _ in found) == sorted(spans)


def test_several_labels_may_stand_on_one_sentence() -> None:
    targets = targets_of(THREE, [(0, 10, Label.NO_CONFLICT), (0, 10, Label.ADVICE_DISCLAIMER), (0, 10, Label.NO_CONFLICT)])
    assert targets.sum() == 2


def test_findings_come_in_text_order_with_the_score_of_their_sentence() -> None:
    probabilities = np.zeros((2, len(LABELS)), np.float32)
    probabilities[0, LABELS.index(Label.FORWARD_LOOKING)] = 0.75
    probabilities[1, LABELS.index(Label.SPONSORSHIP_DISCLOSURE)] = 0.5
    assert thresholded(probabilities, np.array([0, 2]), THREE, _ALL) == [
        (Label.FORWARD_LOOKING, 0, 10, 0.75),
        (Label.SPONSORSHIP_DISCLOSURE, 32, 40, 0.5),
    ]


def test_each_label_has_its_own_threshold() -> None:
    probabilities = np.full((1, len(LABELS)), 0.6, np.float32)
    limits = {**dict.fromkeys(map(str, LABELS), 0.7), "no_conflict": 0.1}
    assert [label for label, *_ in thresholded(probabilities, np.array([0]), THREE, limits)] == [Label.NO_CONFLICT]


def test_no_candidates_no_findings() -> None:
    assert thresholded(np.zeros((0, len(LABELS)), np.float32), np.zeros(0, np.intp), THREE, _ALL) == []


@pytest.mark.parametrize(
    ("editorial", "paid", "release", "kind"),
    [
        (0.5, 0.5, 0.0, ContentType.EDITORIAL),  # too editorial to be paid
        (0.48, 0.13, 0.39, ContentType.PAID_PROMOTION),  # a quarter of what is not editorial
        (0.48, 0.12, 0.40, ContentType.EDITORIAL),  # too much like a release to be paid, yet more like an editorial article
        (0.36, 0.10, 0.54, ContentType.PRESS_RELEASE),  # three fifths of what is not paid
        (0.38, 0.10, 0.52, ContentType.EDITORIAL),
    ],
)
def test_an_article_is_paid_where_that_is_likely_and_else_what_is_likelier(
    editorial: float, paid: float, release: float, kind: ContentType
) -> None:
    probabilities = {ContentType.EDITORIAL: editorial, ContentType.PAID_PROMOTION: paid, ContentType.PRESS_RELEASE: release}
    thresholds = {"editorial": 0.5, "paid_promotion": 0.25, "press_release": 0.6}
    assert content_type_of([probabilities[k] for k in CONTENT_TYPES], thresholds) is kind

"""Evaluation: figures against ones computed by hand. All texts are invented."""

from dataclasses import replace
from types import SimpleNamespace
from typing import cast
from unittest.mock import Mock

import numpy as np
import pytest
from labelled import AD, ADVICE, EDITORIAL, PAID, RELEASE, TEXT, example, scan_of

from detector.classifier import Model
from detector.corpus import Example
from detector.document import CONTENT_TYPES, LABELS, Document, Passages, Report
from detector.errors import CorpusError
from detector.evaluation import evaluate
from detector.evaluation.alarms import count_alarms
from detector.evaluation.articles import main_type, score_articles
from detector.evaluation.composites import score_composites
from detector.evaluation.counts import Counts
from detector.evaluation.pipeline import digest_of
from detector.evaluation.scans import page_of, scan
from detector.evaluation.undisclosed import recall_at, undisclosed
from detector.inference import Detector
from detector.scoring import Scores


def score(document: Document, passages: Passages, model: Model) -> Scores:
    """Take every sentence for a disclosure that says "sponsored", and a page for paid that has one; doubt one with a bargain."""
    hits = np.array(["sponsored" in p.text.lower() for p in passages.rows(document.text)])
    probabilities = np.zeros((int(hits.sum()), len(LABELS)), np.float32)
    probabilities[:, LABELS.index(AD)] = 0.9
    paid = 0.8 if hits.any() else 0.4 if "bargain" in document.text else 0.05
    types = np.array([[0.95 - paid, paid, 0.05]], np.float32)
    return Scores(np.flatnonzero(hits), probabilities, [(0, len(document.blocks))], types)


@pytest.fixture
def cued(monkeypatch: pytest.MonkeyPatch) -> Detector:
    monkeypatch.setattr("detector.inference.score", score)
    return Detector(cast(Model, SimpleNamespace(name="cued", thresholds=dict.fromkeys((*LABELS, *CONTENT_TYPES), 0.5))))


def test_a_page_is_scored_once(cued: Detector, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Mock(side_effect=score)
    monkeypatch.setattr("detector.inference.score", asked)
    assert scan(cued, example()).report == cued.scan_page(page_of(example()))
    assert asked.call_count == 2  # by either call once


def test_the_type_of_a_page_covers_most_of_it() -> None:
    types = {(0, 10): PAID, (10, 25): EDITORIAL, (25, 45): PAID}
    assert main_type(scan_of(example(), types=types).report) is PAID
    assert main_type(scan_of(example(), types={(0, 10): RELEASE, (10, 20): PAID}).report) is RELEASE
    assert main_type(Report("empty")) is None


def test_article_scores_are_those_counted_by_hand() -> None:
    pairs = [(PAID, PAID), (PAID, EDITORIAL), (EDITORIAL, PAID), (EDITORIAL, EDITORIAL), (EDITORIAL, EDITORIAL), (RELEASE, None)]
    scans = [scan_of(replace(example(), articles=((0, 68, gold),)), types={(0, 68): kind} if kind else None) for gold, kind in pairs]
    scores = score_articles(scans)
    assert scores.types == {EDITORIAL: Counts(2, 1, 1), PAID: Counts(1, 1, 1), RELEASE: Counts(0, 0, 1)}
    assert scores.editorial_called_paid == 1 / 3


def test_composite_scores_are_those_counted_by_hand() -> None:
    page = Example("c", "c", "und", "x" * 100, articles=((0, 20, PAID), (20, 60, EDITORIAL), (60, 100, PAID)), layer="composites")
    pages = [
        (replace(page, layout="blank"), scan_of(page, types={(0, 30): PAID, (60, 100): PAID}).report),
        (replace(page, layout="plain"), scan_of(page, types={(0, 9): PAID, (20, 60): EDITORIAL}).report),
    ]
    scores = score_composites(pages)
    assert scores.characters == Counts(20 + 40 + 9, 10, 11 + 40)
    assert scores.layouts == {"blank": Counts(2, 0, 0), "plain": Counts(0, 1, 2)}
    assert scores.spans == Counts(2, 1, 2)
    assert (scores.pages, scores.right) == (2, 1)


def test_a_predicted_span_counts_for_one_gold_span_only() -> None:
    page = Example("c", "c", "und", "x" * 40, articles=((0, 20, PAID), (20, 40, PAID)), layer="composites")
    assert score_composites([(page, scan_of(page, types={(0, 40): PAID}).report)]).spans == Counts(1, 0, 1)


@pytest.mark.parametrize(
    ("gold", "expected"),
    [
        ([True, True, False, True], (1.0, 0.4)),
        ([False, True, True, True], (1.0, 0.4)),
        ([True, False, False, True], (0.5, 0.9)),
        ([False, False, False, True], (0.0, 1.0)),
    ],
)
def test_recall_is_the_best_that_the_precision_allows(gold: list[bool], expected: tuple[float, float]) -> None:
    assert recall_at(0.75, np.array([0.9, 0.8, 0.7, 0.4]), np.array(gold)) == pytest.approx(expected)


def test_documents_with_one_score_are_taken_together() -> None:
    assert recall_at(0.95, np.array([0.5, 0.5]), np.array([True, False])) == (0.0, 1.0)


def test_disclosures_are_cut_out_by_gold_and_by_prediction() -> None:
    assert undisclosed(scan_of(example(), (23, 48, AD))) == "\n\n"


def test_alarms_are_counted_per_thousand_pages() -> None:
    reports = [scan_of(example(), (0, 5, AD), (6, 9, AD), types={(0, 68): PAID}).report, *[Report("empty")] * 3]
    alarms = count_alarms(reports)
    assert (alarms.labels[AD], alarms.labels[ADVICE], alarms.findings, alarms.paid) == (500, 0, 500, 250)


def test_evaluate_scores_all_that_the_labels_allow(cued: Detector) -> None:
    paid = replace(example(), id="paid", articles=((0, 68, PAID),))
    hidden = Example("hidden", "b.example", "en", "A bargain for you.", articles=((0, 18, PAID),), layer="unlabelled")
    news = Example("news", "c.example", "en", "Rain fell.", articles=((0, 10, EDITORIAL),), layer="unlabelled")
    page = Example("page", "page", "und", TEXT, articles=((0, 68, PAID),), layer="composites", layout="plain")
    ordinary = Example("ordinary", "d.example", "en", "Our sponsored run drew hundreds.", layer="unlabelled")
    result = evaluate(cued, [paid, hidden, news, page, ordinary])
    figures = result.figures()
    assert figures["sentences.labels.sponsorship_disclosure.f1"] == 1
    assert figures["sentences.micro_f1"] == round(2 / 3, 4)
    assert figures["articles.types.paid_promotion.recall"] == 0.5
    assert figures["composites.layouts.plain.f1"] == 1
    assert (figures["undisclosed.recall"], figures["undisclosed.documents"]) == (0.5, 3)
    assert (figures["alarms.pages"], figures["alarms.findings"], figures["alarms.paid"]) == (1, 1000, 1000)
    assert "natural" not in result.to_dict()
    assert "macro-F1" in result.to_text()


def test_a_page_that_cannot_be_read_misses_its_gold(cued: Detector) -> None:
    empty = replace(example([(0, 1)], text="  "), findings=((0, 1, AD),))
    assert evaluate(cued, [empty]).layers["sentences"].labels[AD] == Counts(0, 0, 1)


def test_evaluating_nothing_is_refused(cued: Detector) -> None:
    with pytest.raises(CorpusError, match="no example"):
        evaluate(cued, [])


def test_the_digest_knows_gold_but_not_order() -> None:
    one, two = example(), replace(example(), id="y")
    assert digest_of([one, two]) == digest_of([two, one])
    assert digest_of([one]) != digest_of([replace(one, findings=one.findings[:1])])

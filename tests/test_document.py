"""The nouns: what they derive, and that reports survive the trip through their record."""

import dataclasses
import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.document import (
    CONTENT_TYPES,
    LABELS,
    Article,
    Block,
    Blocks,
    ContentType,
    Cue,
    Document,
    Finding,
    Label,
    Landmark,
    Passage,
    Passages,
    Report,
)

_SCORES = st.floats(0, 1)
_OFFSETS = st.integers(0, 1 << 31)
_DETAILS = st.dictionaries(st.sampled_from(["payer", "amount", "law"]), st.one_of(st.text(), st.lists(st.text(), max_size=2)))
_ARTICLES = st.builds(Article, _OFFSETS, _OFFSETS, st.sampled_from(CONTENT_TYPES), _SCORES, st.text())
_FINDINGS = st.builds(Finding, st.sampled_from(LABELS), _OFFSETS, _OFFSETS, _SCORES, st.none() | st.integers(0, 9), st.text(), _DETAILS)
_REPORTS = st.builds(
    Report,
    st.text(),
    st.none() | st.text(),
    st.sampled_from(["en", "de", "und"]),
    st.text(),
    st.none() | st.text(),
    st.lists(_ARTICLES, max_size=3).map(tuple),
    st.lists(_FINDINGS, max_size=3).map(tuple),
    st.none() | st.text(),
)


@given(_REPORTS)
def test_a_report_survives_its_record_and_json(report: Report) -> None:
    assert Report.from_dict(json.loads(json.dumps(report.to_dict()))) == report


@given(_REPORTS)
def test_a_report_survives_pickling(report: Report) -> None:
    assert pickle.loads(pickle.dumps(report)) == report


def test_a_record_holds_plain_strings_and_every_documented_field() -> None:
    finding = Finding(Label.NO_CONFLICT, 4, 9, 0.5, None, "no ax", {"law": ["WpHG"]})
    record = Report("p1", "https://a.example/", "en", "m", None, (Article(0, 9, ContentType.EDITORIAL, 0.9, "T"),), (finding,)).to_dict()
    assert record == {
        "id": "p1",
        "url": "https://a.example/",
        "lang": "en",
        "model": "m",
        "date": None,
        "articles": [{"start": 0, "end": 9, "type": "editorial", "score": 0.9, "title": "T"}],
        "findings": [
            {
                "label": "no_conflict",
                "start": 4,
                "end": 9,
                "score": 0.5,
                "article": None,
                "text": "no ax",
                "details": {"law": ["WpHG"]},
            }
        ],
        "error": None,
    }
    assert type(record["articles"][0]["type"]) is str
    assert type(record["findings"][0]["label"]) is str


@pytest.mark.parametrize(("field", "value"), [("label", "sponsor"), ("label", None)])
def test_a_record_with_an_unknown_label_is_refused(field: str, value: object) -> None:
    record = Report("p", findings=(Finding(Label.NO_CONFLICT, 0, 1, 1.0, None, "x"),)).to_dict()
    record["findings"][0][field] = value
    with pytest.raises(ValueError, match="is not a valid Label"):
        Report.from_dict(record)


def test_a_record_without_an_id_is_refused() -> None:
    with pytest.raises(KeyError):
        Report.from_dict({"articles": [], "findings": []})


def test_paid_are_the_articles_that_somebody_paid_for() -> None:
    articles = tuple(Article(i, i + 1, kind, 1.0, "") for i, kind in enumerate(CONTENT_TYPES))
    assert Report("p", articles=articles).paid == (articles[CONTENT_TYPES.index(ContentType.PAID_PROMOTION)],)


def test_findings_of_a_label_can_be_asked_for_by_its_name() -> None:
    findings = tuple(Finding(label, i, i + 1, 1.0, None, "") for i, label in enumerate(LABELS * 2))
    report = Report("p", findings=findings)
    assert report.findings_of("forward_looking") == report.findings_of(Label.FORWARD_LOOKING)
    assert [f.start for f in report.findings_of(Label.FORWARD_LOOKING)] == [6, 6 + len(LABELS)]


@pytest.mark.parametrize("noun", [Block, Blocks, Document, Passage, Passages, Article, Finding, Report])
def test_the_nouns_are_frozen_and_slotted(noun: type) -> None:
    assert dataclasses.fields(noun)
    assert noun.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert hasattr(noun, "__slots__")


def test_blocks_of_text_have_offsets_only() -> None:
    blocks = Blocks([0, 5], [4, 9])
    assert list(blocks) == [Block(0, 4), Block(5, 9)]
    assert blocks[0].path is None
    assert not Document("d", "abcd efgh", blocks).from_html


def test_blocks_of_html_carry_what_the_markup_says() -> None:
    body = (None, "body", 1)
    blocks = Blocks([0], [10], [Landmark.FOOTER], [2], [5], [Cue.SPONSORED_LINK], [(body, "h2", 3)])
    assert blocks[0] == Block(0, 10, Landmark.FOOTER, 2, 0.5, Cue.SPONSORED_LINK, (body, "h2", 3))
    assert blocks[0].path == "body > h2:nth-child(3)"
    assert Document("d", "0123456789", blocks).from_html


def test_link_density_is_a_share() -> None:
    assert Blocks([0], [4], [0], [0], [40], [0])[0].link_density == 1.0


def test_passages_come_as_rows_of_their_text() -> None:
    passages = Passages(*(np.array(c, np.int32) for c in ([0, 4], [3, 8], [0, 1])))
    assert list(passages.rows("Aha.Next")) == [Passage(0, 3, 0, "Aha"), Passage(4, 8, 1, "Next")]

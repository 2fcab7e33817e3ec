"""Scanning a DataFrame gives what scanning its pages gives."""

import pandas as pd
import pytest
from conftest import PAID, PLAIN

from detector.inference import Detector
from detector.integrations.pandas import COLUMNS, score_frame


def test_every_row_has_the_scores_of_its_page(small_detector: Detector) -> None:
    frame = pd.DataFrame({"text": [PAID, PLAIN]}, index=["a", "b"])
    scored = score_frame(frame, small_detector)
    assert list(scored.index) == ["a", "b"] and tuple(scored.columns) == COLUMNS
    for row, text in zip(scored.to_dict("records"), (PAID, PLAIN), strict=True):
        report = small_detector.scan(text)
        assert row["paid_articles"] == len(report.paid)
        assert row["advice_disclaimer"] == max((f.score for f in report.findings_of("advice_disclaimer")), default=0.0)


def test_a_missing_value_is_a_row_with_its_error(small_detector: Detector) -> None:
    scored = score_frame(pd.DataFrame({"text": [None, PLAIN]}), small_detector)
    assert "empty" in scored["error"][0] and scored["error"].isna()[1]


def test_a_frame_without_the_column_is_refused(small_detector: Detector) -> None:
    with pytest.raises(KeyError, match="body"):
        score_frame(pd.DataFrame({"text": [PLAIN]}), small_detector, column="body")

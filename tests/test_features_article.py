"""What describes an article for its content type."""

import numpy as np
import pytest

from detector.document import LABELS, Label
from detector.features.article import ARTICLE_COLUMNS, TYPE_INPUTS, article_row

PROSE = np.array([0.5, -0.5], np.float32)
PAYING = {Label.SPONSORSHIP_DISCLOSURE, Label.CONFLICT_OF_INTEREST, Label.NO_CONFLICT, Label.FUNDING_ACKNOWLEDGEMENT}


@pytest.mark.parametrize("label", LABELS)
def test_each_regression_reads_its_words_and_its_labels_best_scores_alone(label: Label) -> None:
    probabilities = np.zeros((3, len(LABELS)), np.float32)
    probabilities[:, LABELS.index(label)] = 0.25, 0.75, 0.5
    row = article_row(probabilities, PROSE)
    assert row.shape == (ARTICLE_COLUMNS,)
    paid, release = (row[list(columns)].tolist() for columns in TYPE_INPUTS)
    assert (paid[0], release[0]) == (0.5, -0.5)
    assert sorted(paid[1:]) == [0, 0, 0, 0.75 if label in PAYING else 0]
    assert release[1:] == [0.75 if label is Label.PRESS_RELEASE_MARKER else 0]

"""Scan examples as `detector scan` would, and keep the probabilities that its output leaves out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.blocks import extract_document
from detector.corpus import Example
from detector.document import CONTENT_TYPES, LABELS, ContentType, Page, Passages, Report
from detector.errors import PageError
from detector.inference import Detector, reported, scored
from detector.scoring import Scores

_PAID = CONTENT_TYPES.index(ContentType.PAID_PROMOTION)


@dataclass(frozen=True, slots=True)
class Scan:
    """What a detector says of one example."""

    example: Example
    report: Report
    passages: Passages
    probabilities: NDArray[np.float32]  # (passages, labels); 0 where the sentence is no candidate
    paid: float  # probability that the page is paid promotion: the mean over its articles, by length


def scan(detector: Detector, example: Example) -> Scan:
    """Scan an example's text; the language is guessed, since a page that comes in seldom declares it.

    A page that cannot be read finds nothing: all its gold counts as missed.
    """
    try:
        document = extract_document(page_of(example))
    except PageError as error:
        nothing = np.zeros(0, np.int32)
        report = Report(example.id, example.url, error=str(error))
        return Scan(example, report, Passages(nothing, nothing, nothing), np.zeros((0, len(LABELS)), np.float32), 0.0)
    passages, scores = scored(document, detector.model)
    probabilities = np.zeros((len(passages), len(LABELS)), np.float32)
    probabilities[scores.candidates] = scores.probabilities
    lengths = [document.blocks.ends[last - 1] - document.blocks.starts[first] for first, last in scores.articles]
    report = reported(document, passages, scores, detector.model)
    return Scan(example, report, passages, probabilities, _paid(scores, lengths))


def report_of(detector: Detector, example: Example) -> Report:
    """Return only the report of an example."""
    try:
        return detector.scan_document(extract_document(page_of(example)))
    except PageError as error:
        return Report(example.id, example.url, error=str(error))


def page_of(example: Example) -> Page:
    """Return an example as the page that a user would hand in: no gold, no declared language."""
    return Page(example.id, example.text, url=example.url)


def _paid(scores: Scores, lengths: list[int]) -> float:
    return float(np.average(scores.types[:, _PAID], weights=lengths)) if sum(lengths) else 0.0

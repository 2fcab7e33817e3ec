"""A labelled page of three lines, and scans that say what a test wants them to say."""

from collections.abc import Mapping, Sequence

import numpy as np

from detector.corpus import Example
from detector.document import LABELS, Article, ContentType, Finding, Label, Passages, Report
from detector.evaluation.scans import Scan

AD, ADVICE = Label.SPONSORSHIP_DISCLOSURE, Label.ADVICE_DISCLAIMER
PAID, RELEASE, EDITORIAL = ContentType.PAID_PROMOTION, ContentType.PRESS_RELEASE, ContentType.EDITORIAL
TEXT = "Sponsored by Quillfen.\nGlue prices fell in Tarn.\nThis is not advice."
LINES = ((0, 22), (23, 48), (49, 68))


def example(read: Sequence[tuple[int, int]] = LINES, layer: str = "sentences", text: str = TEXT) -> Example:
    return Example("x", "a.example", "en", text, "dev", findings=((0, 22, AD), (49, 68, ADVICE)), read=tuple(read), layer=layer)


def passages(*spans: tuple[int, int]) -> Passages:
    starts, ends = np.array(spans, np.int32).T
    return Passages(starts, ends, np.arange(len(starts), dtype=np.int32))


def scan_of(example: Example, *found: tuple[int, int, Label], types: Mapping[tuple[int, int], ContentType] | None = None) -> Scan:
    findings = tuple(Finding(label, start, end, 0.9, None, "") for start, end, label in found)
    articles = tuple(Article(start, end, kind, 0.9, "") for (start, end), kind in (types or {}).items())
    report = Report(example.id, articles=articles, findings=findings)
    return Scan(example, report, passages(*LINES), np.full((3, len(LABELS)), 0.25, np.float32), 0.0)

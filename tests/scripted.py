"""A detector that needs no model: it finds what its pages' texts tell it to, and does what they tell it to do.

A module of its own, so that worker processes can import it.
"""

import ctypes
import os
import re
import signal
import time
from types import SimpleNamespace
from typing import cast

from detector.classifier import Model
from detector.document import Article, ContentType, Document, Finding, Label, Report
from detector.inference import Detector

_SENTENCE = re.compile(r"[^.\n]+\.")
_CUES = {
    "Sponsored by": Label.SPONSORSHIP_DISCLOSURE,
    "commission": Label.AFFILIATE_DISCLOSURE,
    "No advice": Label.ADVICE_DISCLAIMER,
}


class ScriptedDetector(Detector):
    """Takes each line for an article, a paid one where it says who sponsored it."""

    def __init__(self) -> None:
        super().__init__(cast(Model, SimpleNamespace(name="scripted")))

    def scan_document(self, document: Document) -> Report:
        _obey(document.text)
        articles, findings = [], []
        for index, line in enumerate(re.finditer(r"[^\n]+", document.text)):
            kind = ContentType.PAID_PROMOTION if "Sponsored by" in line.group() else ContentType.EDITORIAL
            articles.append(Article(line.start(), line.end(), kind, 0.9, line.group()[:40]))
            for sentence in _SENTENCE.finditer(line.group()):
                start, end = line.start() + sentence.start(), line.start() + sentence.end()
                labels = [label for cue, label in _CUES.items() if cue in sentence.group()]
                findings += [Finding(label, start, end, 0.8, index, document.text[start:end]) for label in labels]
        return Report(document.id, document.url, "en", "scripted", document.date, tuple(articles), tuple(findings))


def _obey(text: str) -> None:
    if "KILL" in text:
        os.kill(os.getpid(), signal.SIGKILL)
    if "SEGFAULT" in text:
        ctypes.string_at(0)
    if "EXIT" in text:
        os._exit(0)
    if "MEMORY" in text:
        raise MemoryError
    if "BUG" in text:
        raise IndexError("list index\nout of range")
    if "SLOW" in text:
        time.sleep(0.05)

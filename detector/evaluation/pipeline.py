"""Scan labelled examples and score all that their labels allow: sentences, articles, pages of several articles, false alarms."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from detector.corpus import Example
from detector.document import Report
from detector.errors import CorpusError
from detector.evaluation.alarms import FalseAlarms, count_alarms
from detector.evaluation.articles import ArticleScores, score_articles
from detector.evaluation.composites import CompositeScores, score_composites
from detector.evaluation.decisions import LAYERS, decide
from detector.evaluation.scans import Scan, report_of, scan
from detector.evaluation.sentences import SentenceScores, score_sentences
from detector.evaluation.undisclosed import UndisclosedScores, score_undisclosed
from detector.inference import Detector


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All figures of one model on one set of examples; None where the examples hold no gold for it."""

    model: str
    data: str  # digest of the examples
    layers: Mapping[str, SentenceScores]  # by "sentences" (picked by doubt) and "natural" (whole pages)
    articles: ArticleScores | None
    composites: CompositeScores | None
    undisclosed: UndisclosedScores | None
    alarms: FalseAlarms | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain records, only of what was measured."""
        return {"model": self.model, "data": self.data} | {name: part.to_dict() for name, part in self._parts()}

    def to_text(self) -> str:
        """Return tables for a terminal."""
        tables = [f"{name}\n{part.to_text()}" for name, part in self._parts()]
        return "\n\n".join([f"model {self.model}, data {self.data}", *tables])

    def figures(self) -> dict[str, float]:
        """Return every figure by its dotted path in `to_dict`, such as `sentences.labels.no_conflict.f1`."""
        return dict(_flat(self.to_dict(), ""))

    def _parts(self) -> Iterator[tuple[str, Any]]:
        yield from self.layers.items()
        for name in ("articles", "composites", "undisclosed", "alarms"):
            if getattr(self, name) is not None:
                yield name, getattr(self, name)


def evaluate(detector: Detector, examples: Sequence[Example]) -> Evaluation:
    """Measure a detector on examples, which must be ones that its model has not been fitted on; raises CorpusError without any."""
    if not examples:
        raise CorpusError("there is no example to evaluate on; name labelled data")
    scans = [scan(detector, e) for e in examples if e.layer != "composites" and (e.read or e.articles)]
    decisions = {layer: decide(scans, layer) for layer in LAYERS}
    singles = [s for s in scans if s.example.is_single]
    ordinary = [report_of(detector, e) for e in examples if e.layer == "unlabelled" and not e.articles]
    pages = _pages(detector, examples, scans)
    return Evaluation(
        detector.model.name,
        digest_of(examples),
        {layer: score_sentences(d) for layer, d in decisions.items() if len(d)},
        score_articles(singles) if singles else None,
        score_composites(pages) if pages else None,
        score_undisclosed(detector, singles) if singles else None,
        count_alarms(ordinary) if ordinary else None,
    )


def digest_of(examples: Sequence[Example]) -> str:
    """Return a digest of texts and gold, the same in whatever order they come."""
    digest = hashlib.blake2b(digest_size=8)
    for e in sorted(examples, key=lambda e: e.id):
        digest.update(repr((e.id, e.text, sorted(e.findings), sorted(e.read), sorted(e.articles))).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _pages(detector: Detector, examples: Sequence[Example], scans: Sequence[Scan]) -> list[tuple[Example, Report]]:
    known = [(s.example, s.report) for s in scans if s.example.is_page]
    return known + [(e, report_of(detector, e)) for e in examples if e.layer == "composites"]


def _flat(record: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, float]]:
    for name, value in record.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        elif isinstance(value, int | float):
            yield prefix + name, value

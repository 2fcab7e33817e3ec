"""Score the sentence layer: each label, all together, any at all, by language, and how honest the probabilities are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.document import LABELS
from detector.evaluation.calibration import calibration_error
from detector.evaluation.counts import PLACES, Counts, counts_of
from detector.evaluation.decisions import Decisions
from detector.evaluation.intervals import Interval, Tally, draws_of, f1_of, interval, tally_by_site

MIN_GOLD = 20  # gold labels that a language needs to be listed
_ANY = len(LABELS)  # the column after the labels


@dataclass(frozen=True, slots=True)
class SentenceScores:
    """How well sentences are labelled; intervals by "micro", "macro", "any" and label."""

    sentences: int
    sites: int
    labels: Mapping[str, Counts]
    any: Counts  # whether a sentence carries any label
    macro_f1: float
    intervals: Mapping[str, Interval]  # 95 %, of F1
    languages: Mapping[str, Counts]  # all labels together
    calibration: Mapping[str, float]  # expected calibration error by label

    @property
    def micro(self) -> Counts:
        """The counts of all labels together."""
        return sum(self.labels.values(), Counts())

    def to_dict(self) -> dict[str, Any]:
        """Return plain records; single figures as `micro_f1`, `macro_f1`, `any_f1`."""
        return {
            "sentences": self.sentences,
            "sites": self.sites,
            "micro_f1": round(self.micro.f1, PLACES),
            "macro_f1": round(self.macro_f1, PLACES),
            "any_f1": round(self.any.f1, PLACES),
            "labels": counts_of({**self.labels, "any": self.any}),
            "languages": counts_of(self.languages),
            "calibration": {label: round(error, PLACES) for label, error in self.calibration.items()},
            "intervals": {name: [round(bound, PLACES) for bound in bounds] for name, bounds in self.intervals.items()},
        }

    def to_text(self) -> str:
        """Return a table."""
        lines = [
            f"{name:26} {counts.to_text():48} {self._interval(name)}"
            + (f"  calibration error {self.calibration[name]:.3f}" if name in self.calibration else "")
            for name, counts in {**self.labels, "any": self.any}.items()
        ]
        lines.append(
            f"micro-F1 {self.micro.f1:.3f} {self._interval('micro')}  macro-F1 {self.macro_f1:.3f} {self._interval('macro')}"
            f"   {self.sentences} sentences of {self.sites} sites"
        )
        return "\n".join(lines + [f"  language {name:15} {counts.to_text()}" for name, counts in self.languages.items()])

    def _interval(self, name: str) -> str:
        low, high = self.intervals[name]
        return f"[{low:.3f}, {high:.3f}]"


def score_sentences(decisions: Decisions) -> SentenceScores:
    """Score decisions, of which there must be some."""
    gold = np.column_stack([decisions.gold, decisions.gold.any(1)])
    predicted = np.column_stack([decisions.predicted, decisions.predicted.any(1)])
    by_site = tally_by_site(gold, predicted, decisions.sites)
    draws = draws_of(by_site)
    totals = by_site.sum(0)
    counts = [Counts(*row) for row in totals.tolist()]
    intervals = {"micro": interval(draws, _micro), "macro": interval(draws, _macro), "any": interval(draws[:, _ANY], f1_of)}
    return SentenceScores(
        len(decisions),
        len(by_site),
        {str(label): counts[k] for k, label in enumerate(LABELS)},
        counts[_ANY],
        float(_macro(totals)),
        intervals | {str(label): interval(draws[:, k], f1_of) for k, label in enumerate(LABELS)},
        _by_language(decisions),
        {str(label): calibration_error(decisions.probabilities[:, k], decisions.gold[:, k]) for k, label in enumerate(LABELS)},
    )


def _micro(tally: Tally) -> NDArray[np.float64]:
    return f1_of(tally[..., :_ANY, :].sum(-2))


def _macro(tally: Tally) -> NDArray[np.float64]:
    return np.asarray(f1_of(tally[..., :_ANY, :]).mean(-1))


def _by_language(decisions: Decisions) -> dict[str, Counts]:
    langs = np.array(decisions.langs)
    kept = [lang for lang in sorted(set(decisions.langs)) if decisions.gold[langs == lang].sum() >= MIN_GOLD]
    return {lang: Counts.of(decisions.gold[langs == lang], decisions.predicted[langs == lang]) for lang in kept}

"""Count what is found on ordinary pages, most of which disclose nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from detector.document import LABELS, Report


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """Findings per 1,000 pages; an upper bound, since some of the pages may disclose something after all."""

    pages: int
    labels: Mapping[str, float]  # findings per 1,000 pages, most frequent first
    paid: float  # pages with an article called paid, per 1,000

    @property
    def findings(self) -> float:
        """Findings of all labels per 1,000 pages."""
        return sum(self.labels.values())

    def to_dict(self) -> dict[str, Any]:
        """Return plain records."""
        rates = {"findings": round(self.findings, 1), "paid": round(self.paid, 1)}
        return {"pages": self.pages} | rates | {"labels": {label: round(rate, 1) for label, rate in self.labels.items()}}

    def to_text(self) -> str:
        """Return two lines."""
        labels = ", ".join(f"{label} {rate:.1f}" for label, rate in self.labels.items())
        return f"per 1,000 pages: {self.findings:.1f} findings, {self.paid:.1f} pages called paid   {self.pages} pages\n{labels}"


def count_alarms(reports: Sequence[Report]) -> FalseAlarms:
    """Count the findings on pages, of which there must be some."""
    found = Counter(finding.label for report in reports for finding in report.findings)
    rates = {str(label): 1_000 * found[label] / len(reports) for label in sorted(LABELS, key=lambda label: -found[label])}
    return FalseAlarms(len(reports), rates, 1_000 * sum(bool(report.paid) for report in reports) / len(reports))

"""Scan the rows of a pandas DataFrame."""

import pandas as pd

from detector.document import LABELS, ContentType, Page
from detector.inference import Detector

COLUMNS = ("lang", "paid_articles", "paid_score", *LABELS, "error")


def score_frame(frame: pd.DataFrame, detector: Detector, *, column: str = "text", html: bool = False) -> pd.DataFrame:
    """Return COLUMNS for every row, under the index of `frame`; raises KeyError where it has no such column.

    `paid_articles` counts; `paid_score` is the highest score of a paid article, each label's column that of its findings, 0 where there
    is none. A page that cannot be read (a missing value, say) has its reason in `error`.
    """
    pages = (Page(str(index), _content(value), html=html) for index, value in frame[column].items())
    rows = []
    for report in detector.pipe(pages):
        best = {str(label): max((f.score for f in report.findings_of(label)), default=0.0) for label in LABELS}
        paid = [article.score for article in report.articles if article.type is ContentType.PAID_PROMOTION]
        rows.append({"lang": report.lang, "paid_articles": len(paid), "paid_score": max(paid, default=0.0), **best, "error": report.error})
    return pd.DataFrame(rows, index=frame.index, columns=list(COLUMNS))


def _content(value: object) -> str | bytes:
    """Return a cell as a page's content, a missing value as an empty one."""
    return value if isinstance(value, str | bytes) else ""

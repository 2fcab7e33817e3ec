"""The errors that the library raises; each message names the input, the reason and the remedy."""

import traceback
from pathlib import PurePath


class DetectorError(Exception):
    """Anything that detector refuses; catch this to catch them all."""


class PageError(DetectorError):
    """A page that cannot be read or scanned; `page_id` names it, `url` and `date` are what is known of it besides."""

    def __init__(self, page_id: str, reason: str, remedy: str, url: str | None = None, date: str | None = None) -> None:
        super().__init__(page_id, reason, remedy)
        self.page_id = page_id
        self.reason = reason
        self.remedy = remedy
        self.url = url
        self.date = date

    def __str__(self) -> str:
        return f"{self.page_id}: {self.reason}; {self.remedy}"


def bug_in(page_id: str, error: Exception) -> PageError:
    """Return what to report where scanning a page raised what it should not: one line with the error and its place."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    said = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}, at {PurePath(place.filename).name}:{place.lineno}"
    return PageError(page_id, f"scanning failed ({said})", "report it as a bug, with the page")


class CorpusError(DetectorError):
    """Labelled data that cannot be trained on or scored."""


class ModelError(DetectorError):
    """A model file that is missing, foreign, damaged or of an unknown format."""

"""The errors that the library raises; each message names the input, the reason and the remedy."""


class DetectorError(Exception):
    """Anything that detector refuses; catch this to catch them all."""


class PageError(DetectorError):
    """A page that cannot be read or scanned; `page_id` names it."""

    def __init__(self, page_id: str, reason: str, remedy: str) -> None:
        super().__init__(page_id, reason, remedy)
        self.page_id = page_id
        self.reason = reason
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.page_id}: {self.reason}; {self.remedy}"


class CorpusError(DetectorError):
    """Labelled data that cannot be trained on or scored."""


class ModelError(DetectorError):
    """A model file that is missing, foreign, damaged or of an unknown format."""

"""Find paid promotion on web pages, and the sentences that disclose, deny or disclaim."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from detector.blocks import extract_document
    from detector.document import Article, ContentType, Finding, Label, Page, Report
    from detector.errors import CorpusError, DetectorError, ModelError, PageError
    from detector.inference import Detector
    from detector.pages import Fields, read_pages

__all__ = [
    "Article",
    "ContentType",
    "CorpusError",
    "Detector",
    "DetectorError",
    "Fields",
    "Finding",
    "Label",
    "ModelError",
    "Page",
    "PageError",
    "Report",
    "extract_document",
    "read_pages",
]
__version__ = "0.1.0"

_HOMES = {
    "detector.blocks": ("extract_document",),
    "detector.document": ("Article", "ContentType", "Finding", "Label", "Page", "Report"),
    "detector.errors": ("CorpusError", "DetectorError", "ModelError", "PageError"),
    "detector.inference": ("Detector",),
    "detector.pages": ("Fields", "read_pages"),
}


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for, so that importing detector costs nothing."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module 'detector' has no attribute {name!r}")

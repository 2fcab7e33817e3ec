"""Import the libraries that only a pip extra installs, at the moment that an input needs them."""

from importlib import import_module
from types import ModuleType

from detector.errors import PageError


def needed(library: str, extra: str, page_id: str) -> ModuleType:
    """Return an imported library; raises PageError with the command that installs it."""
    try:
        return import_module(library)
    except ImportError as error:
        raise PageError(page_id, f"reading it needs {library}", f"run `pip install detector[{extra}]`") from error

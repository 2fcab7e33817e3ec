"""The model: what it computes (`model`), and how it is kept (`files`)."""

from detector.classifier.files import FORMAT, default_path, load, load_reader, reader_paths, save, save_reader
from detector.classifier.model import (
    CHROME,
    LABELLED,
    MARKER,
    Cascade,
    Markers,
    Model,
    Network,
    Prose,
    Reading,
    Table,
    log_odds,
    logistic,
)

__all__ = [
    "CHROME",
    "FORMAT",
    "LABELLED",
    "MARKER",
    "Cascade",
    "Markers",
    "Model",
    "Network",
    "Prose",
    "Reading",
    "Table",
    "default_path",
    "load",
    "load_reader",
    "log_odds",
    "logistic",
    "reader_paths",
    "save",
    "save_reader",
]

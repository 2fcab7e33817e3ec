"""Shared by the tests: the shipped model, a small one trained on a sample of the project's own data, texts, the command line."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings
from random_reader import random_reader

from detector.classifier import Model, save
from detector.corpus import Example, read_examples
from detector.inference import Detector
from detector.training import train

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ROOT = Path(__file__).parent.parent
SHARE = 40  # one window in so many goes into the sample: every label and language, trained in seconds

PAID = """Why the smallest boiler maker in Ostmark could be the year's surprise
Vellmark AG has orders for three winters and a share price that has yet to hear of it. Those who wait will pay more.
This article was paid for by Vellmark AG, and its author holds shares in the company. It is not investment advice.
"""
PLAIN = """Ferry service to the outer islands resumes on Monday
The harbour board said the slipway had been repaired in nine days. Passengers are asked to come half an hour early.
"""


def command_line(model_file: Path, *arguments: str | Path) -> list[str]:
    """Return the command that runs `detector` with a model in a process of its own."""
    return [sys.executable, "-m", "detector", *map(str, arguments), "--model", str(model_file)]


def environment() -> dict[str, str]:
    """Return the variables of a process that finds the package wherever it is started."""
    return {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="session")
def detector() -> Detector:
    """The detector with the shipped model."""
    return Detector.load()


@pytest.fixture(scope="session")
def small_examples() -> list[Example]:
    """All whole pages of `data/` to train on, and some of its windows."""
    examples = [e for e in read_examples([ROOT / "data"]) if e.split == "train"]
    return [e for e in examples if e.articles] + [e for e in examples if not e.articles][::SHARE]


@pytest.fixture(scope="session")
def small_model(small_examples: list[Example]) -> Model:
    """A model of little worth and of every part."""
    return train(small_examples, readers=[random_reader(), random_reader(gelu=True)], name="small")


@pytest.fixture(scope="session")
def model_file(small_model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the small model."""
    path = tmp_path_factory.mktemp("model") / "small.safetensors"
    save(small_model, path)
    return path


@pytest.fixture(scope="session")
def small_detector(small_model: Model) -> Detector:
    """The detector with the small model."""
    return Detector(small_model)

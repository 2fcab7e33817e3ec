"""The programs in docs/recipes.md, run as they stand: what they keep is what the library says is left of each page."""

import gzip
import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, environment

from detector.cleaning import clean
from detector.document import Page
from detector.inference import Detector

RECIPES = dict(
    re.findall(r"^## ([^\n]+)\n(?:(?!^## ).)*?^```python\n(.*?)^```$", (ROOT / "docs" / "recipes.md").read_text(), re.DOTALL | re.MULTILINE)
)
PACKAGES = {"datatrove": "datatrove[io]", "dolma": "dolma", "nemo_curator": "nemo-curator[text_cpu]"}
TITLES = dict(zip(PACKAGES, ("datatrove", "Dolma", "NeMo Curator"), strict=True))


def _documents() -> list[dict[str, Any]]:
    """Return pages of several articles, articles of one, and a page that cannot be scanned."""
    lines = [line for name in ("pages", "articles") for line in (ROOT / "data" / "pages" / f"{name}.jsonl").open(encoding="utf-8")]
    documents = [{"id": record["id"], "text": record["text"], "source": "own"} for record in map(json.loads, lines)]
    return [*documents[::4], {"id": "blank", "text": "\u00a0", "source": "own"}]


def _run(package: str, folder: Path) -> dict[str, str]:
    """Run a recipe in a folder with documents; return the texts that it kept, by id."""
    if find_spec(package) is None:
        pytest.skip(f"{package} is not installed: pip install '{PACKAGES[package]}'")
    documents = folder / "corpus" / "documents"
    documents.mkdir(parents=True)
    with gzip.open(documents / "own.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(document) + "\n" for document in _documents())
    (folder / "recipe.py").write_text(RECIPES[TITLES[package]])
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [sys.executable, "recipe.py"], cwd=folder, env={**environment(), "PATH": path}, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    kept = {}
    for file in sorted((folder / "kept").iterdir()):
        with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as lines:
            kept.update({record["id"]: record["text"] for record in map(json.loads, lines)})
    return kept


@pytest.mark.parametrize("package", PACKAGES)
def test_a_recipe_cuts_the_paid_articles_and_nothing_else(package: str, tmp_path: Path, detector: Detector) -> None:
    kept = _run(package, tmp_path)
    documents = _documents()
    reports = list(detector.pipe(Page(document["id"], document["text"]) for document in documents))
    left = {report.id: clean(document["text"], report).text for document, report in zip(documents, reports, strict=True)}
    emptied = {report.id for report in reports if report.paid and not left[report.id].strip()}
    assert any(report.paid for report in reports)
    if package == "dolma":  # its mixer keeps documents that it emptied
        assert kept == left
    else:
        assert kept == {id: text for id, text in left.items() if id not in emptied}


def test_every_recipe_is_run_and_is_short() -> None:
    assert sorted(RECIPES) == sorted(TITLES.values())
    assert all(sum(bool(line) for line in recipe.splitlines()) <= 30 for recipe in RECIPES.values())

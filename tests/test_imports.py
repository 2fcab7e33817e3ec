"""The import rules of the design: a module imports only from lower levels, and an outside library has one home."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from conftest import ROOT

PACKAGE = ROOT / "detector"

# Lowest first; within a level nobody imports another. A folder is one module and may import within itself.
LEVELS = (
    {"errors", "document", "language", "quantised", "tags", "threads", "wrapping"},
    {"balance", "pages"},
    {"blocks", "articles", "passages", "spans", "overlap", "facts", "render", "cleaning", "plain"},
    {"features"},
    {"reader"},
    {"classifier", "corpus"},
    {"scoring"},
    {"inference", "training"},
    {"detector"},  # detector/__init__.py: the public names
    {"evaluation", "writers"},
    {"crawl"},
    {"progress"},
    {"cli", "integrations"},
    {"__main__"},
)
HOMES = {
    "selectolax": {"blocks"},
    "sentencex": {"passages"},
    "fastwarc": {"pages"},
    "backports": {"pages"},  # zstd
    "safetensors": {"classifier"},
    "sklearn": {"training"},
    "scipy": {"training"},
    "joblib": {"training", "crawl"},
    "pandas": {"integrations"},
    "pyarrow": {"pages", "writers", "integrations"},
    "threadpoolctl": {"threads"},
    "typer": {"cli"},
    "torch": {"training"},
    "transformers": {"training"},
    "scrapy": {"integrations"},
    "itemadapter": {"integrations"},
    "pyspark": {"integrations"},
}
ANYWHERE = {"numpy", "orjson", "_typeshed"}
FILES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


def _module(path: str) -> str:
    first = Path(path).parts[0].removesuffix(".py")
    return "detector" if first == "__init__" else first


@cache
def _level(module: str) -> int:
    (level,) = (i for i, modules in enumerate(LEVELS) if module in modules)
    return level


def _imports(path: str) -> Iterator[str]:
    """Yield the dotted name of everything that a file imports, also inside functions, and by name."""
    for node in ast.walk(ast.parse((PACKAGE / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("import_module", "needed"):
            yield from (arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant))


def _own(path: str) -> set[str]:
    """Return the modules of the package that a file imports; a name that is no module is one of `detector` itself."""
    names = {parts[1:2] for name in _imports(path) if (parts := tuple(name.split(".")))[0] == "detector"}
    modules = set().union(*LEVELS)
    return {name[0] if name and name[0] in modules else "detector" for name in names}


@pytest.mark.parametrize("path", FILES)
def test_a_module_imports_only_from_lower_levels(path: str) -> None:
    module = _module(path)
    above = {other for other in _own(path) - {module} if _level(other) >= _level(module)}
    assert not above


@pytest.mark.parametrize("path", FILES)
def test_an_outside_library_has_one_home(path: str) -> None:
    outside = {name.split(".")[0] for name in _imports(path)} - {"detector", *ANYWHERE} - sys.stdlib_module_names
    assert not {library for library in outside if _module(path) not in HOMES.get(library, ())}


def test_every_module_has_its_level_and_every_level_its_modules() -> None:
    assert {_module(path) for path in FILES} - set().union(*LEVELS) == set()
    assert set().union(*LEVELS) - {_module(path) for path in FILES} == set()
    assert sum(map(len, LEVELS)) == len(set().union(*LEVELS))


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert not {"utils", "helpers", "common", "base", "manager", "types"} & {Path(path).stem for path in FILES}

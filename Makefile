# Everything runs in .venv, which `install` makes; PYTHON may name another interpreter (3.11 or newer).
# `make reader` makes the small reader; with ENCODER=FOLDER, a pretrained MPNet, the large one.
PYTHON ?= python3
BIN := .venv/bin
CORPUS ?= ../shared/corpus
TRAINING := data $(wildcard $(CORPUS))

.PHONY: install run test test-spark lint train reader evaluate gate bench check clean

install: .venv/.installed

.venv/.installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "detector needs Python 3.11 or newer; set PYTHON=…")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

run: install
	$(BIN)/detector scan data/sample.html

test: install
	$(BIN)/python -m pytest

test-spark: install
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev,spark]'
	$(BIN)/python -m pytest tests/test_integrations_spark.py

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

train: install
	$(BIN)/detector train $(foreach path,$(TRAINING),--data $(path)) --output models/default.safetensors

reader: install
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev,reader]'
	$(BIN)/python -m detector.training.reader $(if $(ENCODER),--encoder $(ENCODER) models/reader-large.safetensors,models/reader.safetensors) $(TRAINING)

evaluate: install
	$(BIN)/detector evaluate --data $(CORPUS) --split dev

gate: install
	$(BIN)/detector evaluate --data $(CORPUS) --split dev --gate models/floors.json

bench: install
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev,bench]'
	$(BIN)/python tests/benchmarks/bench.py

check: lint test

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist

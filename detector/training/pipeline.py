"""Train a model from examples: tables, sentence network, article layer, thresholds, card."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from detector.classifier import Cascade, Model, Prose
from detector.corpus import Example
from detector.document import CONTENT_TYPES, LABELS
from detector.errors import CorpusError
from detector.features.article import TYPE_INPUTS
from detector.reader import Reader
from detector.training import articles, sentences, tables
from detector.training.markers import fit_markers
from detector.training.networks import fit_cascade
from detector.training.pages import composed, respaced
from detector.training.prepare import FOLDS, Prepared, prepare
from detector.training.prose import fit_prose, ordinary_articles, typed
from detector.training.readings import fit_readings
from detector.training.sentences import Level
from detector.training.thresholds import tuned

Log = Callable[[str], None]


def train(
    examples: Sequence[Example],
    *,
    markup: dict[str, bytes] | None = None,
    readers: Sequence[Reader] = (),
    name: str = "default",
    log: Log = lambda _: None,
) -> Model:
    """Fit and calibrate a model on the train split; the thresholds of titles and chrome come from dev, where it has pages.

    The readers are taken as they are and joined to the rest as dev tells; without any there are two levels. Raises CorpusError where
    a label or a content type has no example at all.
    """
    kept = [e for e in examples if e.split == "train"]
    fitting = prepare([e for e in kept if e.layer != "composites"], markup)
    pages = prepare(_known_pages(kept))
    made = prepare(composed(kept))
    dev = prepare([e for e in examples if e.split == "dev" and (e.read or e.articles)], markup)
    _require_all(fitting, pages)
    log(f"{len(fitting)} documents and {len(pages)} + {len(made)} pages of several articles to train on, {len(dev)} to tune on")
    levels, whole = _fit_sentences(fitting, pages, log)
    outlines = [articles.outline_rows(kind, whole) for kind in (pages, made) if kind]
    titles = articles.fit_titles(outlines)
    outline = outlines[0]  # composed pages hold next to no chrome
    chrome = articles.fit_calibrated(outline.blocks, outline.chrome, outline.block_folds, penalty=0.1, epochs=20)
    prose, types = _fit_types(fitting, levels)
    log(f"article layer: {len(outline.titles)} possible titles, {len(typed(fitting))} articles of known type")
    assert whole.sentences is not None
    model = Model(name, whole.words, whole.rich, whole.sentences, titles, chrome, prose, types, whole.gate, {}, _card(examples, readers))
    labelled = [(d, level) for d, level in _unseen(dev, fitting, levels, whole) if d.read.any()]
    model = tuned(replace(model, readings=fit_readings(labelled, readers)), articles.outlined(dev) or pages)
    if ordinary := ordinary_articles(fitting, model.fast()):
        prose, types = _fit_types(fitting, levels, ordinary)
        model = replace(model, prose=prose, types=types)
        log(f"content types fitted once more, with {len(ordinary)} articles of ordinary pages")
    model = replace(model, markers=fit_markers(model, labelled))
    log("thresholds: " + ", ".join(f"{key} {value:.2f}" for key, value in model.thresholds.items()))
    return model


def fitted_levels(examples: Sequence[Example], markup: dict[str, bytes], log: Log) -> tuple[list[Prepared], list[Level]]:
    """Return the train split's documents, and a level for each fold that has not seen the fold's sites."""
    fitting = prepare([e for e in examples if e.split == "train" and e.layer != "composites"], markup)
    return fitting, _fit_sentences(fitting, [], log)[0]


def _unseen(dev: Sequence[Prepared], fitting: Sequence[Prepared], levels: Sequence[Level], whole: Level) -> list[tuple[Prepared, Level]]:
    """Return documents to tune on, each with a level that has not seen its site; where dev has no whole page, those of train as well."""
    more = [] if _whole_pages(dev) else _whole_pages(fitting) or ([] if dev else fitting)
    return [(d, whole) for d in dev] + [(d, levels[d.fold]) for d in more]


def _whole_pages(fitting: Sequence[Prepared]) -> list[Prepared]:
    """Return the documents that were read whole: written examples hold far more labelled sentences than any page."""
    return [d for d in fitting if d.example.layer == "natural"]


def _known_pages(examples: Sequence[Example]) -> list[Example]:
    """Return the pages of several articles, each in three spacings."""
    return [c for e in examples if e.is_page for c in (e, *respaced(e))]


def _require_all(fitting: Sequence[Prepared], pages: Sequence[Prepared]) -> None:
    seen = np.sum([d.targets.any(0) for d in fitting], 0) if fitting else np.zeros(len(LABELS))
    missing = [str(label) for label, n in zip(LABELS, seen, strict=True) if not n]
    types = {t for d in typed(fitting) for _, _, t in d.example.articles}
    missing += [str(t) for t in CONTENT_TYPES if t not in types]
    if missing:
        raise CorpusError(f"the training data has no example of {', '.join(missing)}; add some, or add the project's own data/ folder")
    if not pages:
        raise CorpusError("the training data has no page of several articles; add some, or add the project's own data/ folder")


def _fit_sentences(fitting: Sequence[Prepared], pages: Sequence[Prepared], log: Log) -> tuple[list[Level], Level]:
    """Return a level for each fold that has not seen the fold's sites, and one fitted on all."""
    sample = sentences.sample_sentences(fitting)
    log(f"{len(sample.targets)} sentences, {int(sample.targets.any(1).sum())} with a label")
    idf = tables.inverse_frequencies(sample.words, sample.sites)
    chrome = articles.chrome_columns([*fitting, *pages], idf)
    levels = []
    for fold in (*range(FOLDS), None):
        levels.append(sentences.fit_tables(sample, chrome, idf, fold))
        log(f"first level fitted without fold {fold}" if fold is not None else "first level fitted on all folds")
    gate = sentences.gate_of(fitting, levels)
    levels = [replace(level, gate=gate) for level in levels]
    rows = sentences.context_sample(fitting, levels)
    log(f"gate at {gate:.2f}; {len(rows.rows)} rows for the second level")
    networks, network = sentences.fit_context(rows)
    fitted = [replace(level, sentences=n) for level, n in zip(levels, (*networks, network), strict=True)]
    return fitted[:FOLDS], fitted[FOLDS]


def _fit_types(fitting: Sequence[Prepared], levels: Sequence[Level], ordinary: Sequence[Prepared] = ()) -> tuple[Prose, Cascade]:
    """Return how articles of each content type are worded, and what joins that with their sentences."""
    blind, prose = fit_prose(fitting, ordinary)
    kinds = articles.type_rows(fitting, levels, blind)
    return prose, fit_cascade(kinds.rows, kinds.targets, kinds.weights, TYPE_INPUTS)


def _card(examples: Sequence[Example], readers: Sequence[Reader]) -> dict[str, Any]:
    digest = hashlib.blake2b(digest_size=8)
    for example in sorted(examples, key=lambda e: e.id):
        digest.update(example.id.encode())
        digest.update(repr((example.findings, example.read, example.articles)).encode())
    kept = [e for e in examples if e.split == "train"]
    return {
        "data": digest.hexdigest(),
        "readers": [reader.digest() for reader in readers],
        "documents": len(kept),
        "sites": len({e.site for e in kept}),
        "labels": {str(label): sum(f[2] == label for e in kept for f in e.findings) for label in LABELS},
    }

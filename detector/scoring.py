"""Score a document: every sentence, then those that could disclose, then those still in doubt; and from all of them its articles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.articles import Span, join_boilerplate, split_articles
from detector.classifier import CHROME, LABELLED, MARKER, Model, Prose, Reading, Table
from detector.document import LABELS, Document, Passages
from detector.features.article import article_row
from detector.features.asides import asides, tags
from detector.features.context import context_rows
from detector.features.excerpt import excerpts
from detector.features.outline import Outline, block_rows, outline_of, title_rows
from detector.features.quotation import quoted
from detector.features.text import Tokens, chunks, rich_ngrams, tag_ngrams, tagged_ngrams, tokens_of, voiced_rows, word_ngrams, word_rows

Array = NDArray[np.float32]
Rows = NDArray[np.intp]

CUED = 0.2  # first-level margin of a sentence that discloses by its own words
SURE = 0.8  # how likely a block is a title from which what follows it may be anything
SECTION = 12  # sentences around such a one that are looked at twice as well: boilerplate comes in sections


class Doubt(NamedTuple):
    """When a reader is asked: some label, of those for which it is worth its cost, is neither likely nor unlikely."""

    low: float
    high: float
    labels: tuple[int, ...] = tuple(range(len(LABELS)))

    def rows(self, probabilities: Array) -> Rows:
        """Return the rows in doubt."""
        asked = probabilities[:, self.labels]
        return np.flatnonzero(((asked > self.low) & (asked < self.high)).any(1))


# Of the small reader; of the large one, which knows release markers no better; and of the one for other languages than English, of which
# the levels before know less.
DOUBTS = Doubt(0.05, 0.9), Doubt(0.1, 0.8, tuple(k for k in range(len(LABELS)) if k != MARKER)), Doubt(0.04, 0.98)


@dataclass(frozen=True, slots=True)
class FirstLevel:
    """The first level's margins of every sentence of a document."""

    words: Array  # (passages, columns of the word table)
    labels: Array  # (passages, labels + 1), the last for any label
    tokens: Tokens  # with offsets into the document's text

    def candidates(self, gate: float) -> Rows:
        """Return the sentences at or above the gate, and those near a sentence that is CUED."""
        margins = self.labels[:, -1]
        cued = np.cumsum(np.concatenate(([0], margins >= CUED)))
        index = np.arange(len(margins))
        around = cued[np.minimum(index + SECTION + 1, len(margins))] - cued[np.maximum(index - SECTION, 0)]
        return np.flatnonzero((margins >= gate) | (around > 0))


@dataclass(frozen=True, slots=True)
class Scores:
    """What the model says of a document's sentences and articles."""

    candidates: Rows  # the passages looked at twice; all others disclose nothing
    probabilities: Array  # (candidates, labels)
    articles: list[Span]
    types: Array  # (articles, content types), rows sum to 1


def first_level(document: Document, passages: Passages, words: Table, rich: Table) -> FirstLevel:
    """Return the margins of all sentences, those of labels the highest of its own, its asides and its tag; long texts piece by piece."""
    parts = []
    for first, text, piece in chunks(document.text, passages):
        tokens, characters = tokens_of(text, piece)
        tag, aside = tags(text, piece), asides(text, piece)
        margins = words.margins(tagged_ngrams(tokens, tag), len(piece))
        labels = margins[:, LABELLED] + rich.margins(rich_ngrams(tokens, characters, piece), len(piece))
        if len(tag):
            np.maximum.at(labels, tag.blocks, words.margins(tag_ngrams(tokens.within(tag)), len(tag))[:, LABELLED])
        if len(aside):
            said = tokens.within(aside)
            apart = words.margins(word_ngrams(said), len(aside))[:, LABELLED]
            np.maximum.at(labels, aside.blocks, apart + rich.margins(rich_ngrams(said, characters, aside), len(aside)))
        parts.append(FirstLevel(margins, labels, tokens.moved(first, int(passages.starts[first]))))
    if len(parts) == 1:
        return parts[0]
    return FirstLevel(
        np.concatenate([p.words for p in parts]), np.concatenate([p.labels for p in parts]), Tokens.joined([p.tokens for p in parts])
    )


def sketch(document: Document, passages: Passages, level: FirstLevel, words: Table) -> Outline:
    """Return the outline of a document from its first-level scores."""
    rarity = words.rarity(word_rows(level.tokens.hashes))
    return outline_of(document, passages, level.tokens, rarity, level.words[:, CHROME])


def article_rows(
    document: Document, passages: Passages, spans: list[Span], tokens: Tokens, found: tuple[Rows, Array], prose: Prose
) -> Array:
    """Return the features of each article, shape (articles, ARTICLE_COLUMNS); `found` are the candidates and their probabilities."""
    every = np.zeros((len(passages), len(LABELS)), np.float32)
    candidates, probabilities = found
    every[candidates] = probabilities
    words, voiced = word_rows(tokens.hashes), voiced_rows(tokens.hashes, quoted(document, tokens.starts))
    rows = []
    for span in spans:
        first, last = np.searchsorted(passages.blocks, span).tolist()
        own = slice(*np.searchsorted(tokens.owners, (first, last)).tolist())
        rows.append(article_row(every[first:last], prose.margins(words[own], voiced[own])))
    return np.stack(rows)


def reread(document: Document, passages: Passages, readings: Sequence[Reading], candidates: Rows, probabilities: Array) -> Array:
    """Return the candidates' probabilities with those in doubt read again, by one reader after the other."""
    for reading, doubt in zip(readings, DOUBTS, strict=False):
        if not reading.reader.reads(document.lang):
            continue
        rows = doubt.rows(probabilities)
        if len(rows) == 0:
            continue
        probabilities = probabilities.copy()
        logits = reading.reader.logits(excerpts(document, passages, candidates[rows].tolist()))
        probabilities[rows] = reading.joint(probabilities[rows], logits)
    return probabilities


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where a page could be cut into articles."""

    titles: Rows  # the blocks that could open an article
    opening: Array  # (titles,), how likely each does
    chrome: Array  # (blocks,), how likely each is page chrome
    titled: frozenset[int]  # the blocks that are titles whatever they say: the text stands twice, or all around speaks for it


def cuts_of(document: Document, passages: Passages, model: Model, level: FirstLevel) -> Cuts:
    """Return where a document could be cut."""
    outline = sketch(document, passages, level, model.words)
    titles, rows = title_rows(document, outline)
    opening = model.titles.probabilities(rows)[:, 0] if len(titles) else np.zeros(0, np.float32)
    chrome = model.chrome.probabilities(block_rows(document, outline))[:, 0]
    titled = frozenset([*np.flatnonzero(outline.doubled).tolist(), *titles[opening >= SURE].tolist()])
    return Cuts(titles, opening, chrome, titled)


def cut(document: Document, passages: Passages, cuts: Cuts, found: tuple[Rows, Array], thresholds: tuple[float, float]) -> list[Span]:
    """Return the articles; `found` are the candidates and their probabilities, `thresholds` those of titles and chrome."""
    spans = split_articles(document, cuts.titles, cuts.opening, cuts.chrome, thresholds)
    candidates, probabilities = found
    disclosing = np.zeros(len(passages), np.float32)
    disclosing[candidates] = probabilities.max(1, initial=0)
    return join_boilerplate(passages, spans, disclosing, cuts.titled)


def articles_of(
    document: Document, passages: Passages, model: Model, level: FirstLevel, found: tuple[Rows, Array]
) -> tuple[list[Span], Array]:
    """Cut a document; return its articles, and the probabilities of their content types, shape (articles, content types)."""
    cuts = cuts_of(document, passages, model, level)
    spans = cut(document, passages, cuts, found, (model.thresholds["title"], model.thresholds["chrome"]))
    return spans, model.types.probabilities(article_rows(document, passages, spans, level.tokens, found, model.prose))


def editorial_of(passages: Passages, rows: Rows, spans: list[Span], types: Array) -> Array:
    """Return how editorial the article of each of some passages is, shape (rows,); what stands in none is page chrome, nobody's release."""
    editorial = np.ones(len(rows), np.float32)
    bounds = np.searchsorted(passages.blocks[rows], spans)
    for (first, last), probabilities in zip(bounds.tolist(), types, strict=True):
        editorial[first:last] = probabilities[0]
    return editorial


def score(document: Document, passages: Passages, model: Model) -> Scores:
    """Return the probabilities of every candidate sentence, the articles, and the probabilities of their content types."""
    level = first_level(document, passages, model.words, model.rich)
    candidates = level.candidates(model.gate)
    probabilities = model.sentences.probabilities(context_rows(document, passages, level.labels, candidates))
    probabilities = reread(document, passages, model.readings, candidates, probabilities)
    spans, types = articles_of(document, passages, model, level, (candidates, probabilities))
    if model.markers is not None:
        probabilities = model.markers.weighed(probabilities, editorial_of(passages, candidates, spans, types))
    return Scores(candidates, probabilities, spans, types)

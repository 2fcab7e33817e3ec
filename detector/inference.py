"""The library call: load a model once, scan one page or many."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal, Self, TypeAlias, get_args

import numpy as np

from detector.blocks import extract_document
from detector.classifier import Model, default_path, load
from detector.document import CONTENT_TYPES, Article, Document, Finding, Page, Passages, Report
from detector.errors import PageError, bug_in
from detector.facts import MAX_CONTEXT, details_of
from detector.passages import split_passages
from detector.plain import plain_copy, spoken
from detector.scoring import Scores, score
from detector.spans import content_type_of, thresholded
from detector.threads import one_thread

OnError: TypeAlias = Literal["raise", "skip", "yield"]

_LINE_BREAK = re.compile(r"[ \t]*[\r\n\v\f\x85\u2028\u2029]\s*")
_TITLE_MARKS = "#>*•- "  # of headings, quotations and lists
LINE_LENGTH = 1_000  # code points of an article's first line that are looked at
TITLE_LENGTH = 160  # of these without markup, that serve as its title


class Detector:
    """Scans pages with one model; immutable, so threads may share it and processes may be handed it."""

    def __init__(self, model: Model) -> None:
        self.model = model

    @classmethod
    def load(cls, path: str | Path | None = None, *, fast: bool = False) -> Self:
        """Load a model file, the shipped one by default, without its readers where it must be fast; raises ModelError."""
        model = load(default_path() if path is None else Path(path))
        return cls(model.fast() if fast else model)

    def scan(self, text: str, *, id: str = "text", url: str | None = None, lang: str | None = None) -> Report:
        """Scan plain text; offsets point into `text` itself. Raises PageError where it holds no text.

        `lang` is ISO 639-1 ("de", "de-AT"); the language is guessed where it is not given.
        """
        return self.scan_page(Page(id, text, url=url, lang=lang))

    def scan_html(self, html: str | bytes, *, id: str = "html", url: str | None = None, lang: str | None = None) -> Report:
        """Scan HTML; offsets point into the text that `extract_document` draws from it. Raises PageError."""
        return self.scan_page(Page(id, html, html=True, url=url, lang=lang))

    def scan_page(self, page: Page) -> Report:
        """Scan one page; raises PageError where it cannot be read."""
        return self.scan_document(extract_document(page))

    def scan_document(self, document: Document) -> Report:
        """Scan a document that `extract_document` made."""
        return reported(document, *scored(document, self.model), self.model)

    def pipe(self, pages: Iterable[Page | PageError], *, on_error: OnError = "yield") -> Iterator[Report]:
        """Scan `Page`s one by one, in order; a page that fails is a report with `error` set, or is skipped, or raises.

        What fails is a page that cannot be read and, unless it is to be raised, also one that a bug stops. Raises ValueError where
        `on_error` is none of the three, TypeError where what comes is neither a `Page` nor what `read_pages` yields for one.
        """
        if on_error not in get_args(OnError):
            raise ValueError(f"on_error is {on_error!r}; it must be one of {', '.join(get_args(OnError))}")
        return self._piped(pages, on_error)

    def _piped(self, pages: Iterable[Page | PageError], on_error: OnError) -> Iterator[Report]:
        for page in pages:
            if not isinstance(page, Page | PageError):
                raise TypeError(f"pipe takes pages, not {type(page).__name__}; make each a Page(id, text)")
            try:
                if isinstance(page, PageError):
                    raise page
                report = self.scan_page(page)
            except Exception as error:
                if on_error == "raise":
                    raise
                if on_error == "skip":
                    continue
                failure = _failure(page, error)
                report = Report(failure.page_id, page.url, model=self.model.name, date=page.date, error=str(failure))
            yield report


def scored(document: Document, model: Model) -> tuple[Passages, Scores]:
    """Return a document's passages, and what a model says of them."""
    copy = plain_copy(document)
    read = document if copy is None else copy.document
    passages = split_passages(read)
    with one_thread():
        scores = score(read, passages, model)
    return passages if copy is None else copy.back(passages), scores


def reported(document: Document, passages: Passages, scores: Scores, model: Model) -> Report:
    """Return the report of a document that was scored."""
    articles = _articles(document, scores, model.thresholds)
    findings = _findings(document, passages, scores, articles, model.thresholds)
    return Report(document.id, document.url, document.lang, model.name, document.date, articles, findings)


def _articles(document: Document, scores: Scores, thresholds: Mapping[str, float]) -> tuple[Article, ...]:
    starts, ends = document.blocks.starts, document.blocks.ends
    articles = []
    for (first, last), probabilities in zip(scores.articles, scores.types, strict=True):
        kind = content_type_of(probabilities.tolist(), thresholds)
        line = _LINE_BREAK.split(document.text[starts[first] : min(ends[first], starts[first] + LINE_LENGTH)], maxsplit=1)[0]
        title = spoken(line, entities=not document.from_html).lstrip(_TITLE_MARKS)[:TITLE_LENGTH].rstrip() or line.strip()
        articles.append(Article(starts[first], ends[last - 1], kind, _rounded(probabilities[CONTENT_TYPES.index(kind)]), title))
    return tuple(articles)


def _findings(
    document: Document, passages: Passages, scores: Scores, articles: tuple[Article, ...], thresholds: Mapping[str, float]
) -> tuple[Finding, ...]:
    findings = []
    for label, start, end, probability in thresholded(scores.probabilities, scores.candidates, passages, thresholds):
        owner = next((i for i, a in enumerate(articles) if a.start <= start < a.end), None)
        text = document.text[start:end]
        said, before = (
            spoken(part, entities=not document.from_html) for part in (text, document.text[max(0, start - MAX_CONTEXT) : start])
        )
        details = details_of(label, _LINE_BREAK.sub(" ", said), before, document.lang)  # names may be broken over lines
        findings.append(Finding(label, start, end, _rounded(probability), owner, text, details))
    return tuple(findings)


def _failure(page: Page | PageError, error: Exception) -> PageError:
    if isinstance(page, PageError):
        return page
    return error if isinstance(error, PageError) else bug_in(page.id, error)


def _rounded(probability: float | np.floating) -> float:
    """Return a probability with the four digits that mean anything, so that records are the same on every machine."""
    return round(float(probability), 4)

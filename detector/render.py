"""Write a report: as CSV rows, as a table for the terminal, as a self-contained HTML page."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from html import escape
from itertools import pairwise
from typing import Any
from unicodedata import east_asian_width

from detector.document import Article, ContentType, Finding, Label, Report

CSV_COLUMNS = ("id", "url", "kind", "label", "start", "end", "score", "article", "payer", "text")
MIN_SENTENCE = 24  # columns of a sentence, however narrow the terminal

FAMILIES = {
    Label.SPONSORSHIP_DISCLOSURE: "money",
    Label.AFFILIATE_DISCLOSURE: "money",
    Label.CONFLICT_OF_INTEREST: "interest",
    Label.NO_CONFLICT: "interest",
    Label.ADVICE_DISCLAIMER: "disclaimer",
    Label.CONTENT_DISCLAIMER: "disclaimer",
    Label.FORWARD_LOOKING: "disclaimer",
    Label.FUNDING_ACKNOWLEDGEMENT: "funding",
    Label.PRESS_RELEASE_MARKER: "release",
}
_ANSI = {"money": "33", "interest": "35", "disclaimer": "36", "funding": "32", "release": "34"}
_ANSI |= {"paid": "1;97;41", "title": "1", "faint": "2", "error": "1;31"}
_LABEL_COLUMNS = max(len(label) for label in Label)
# What could move the cursor, forge a line or fail to encode: control codes, bidirectional overrides, lone surrogates.
_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")

_SURROGATES = re.compile(r"[\ud800-\udfff]")
_HEAD = (
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
)
_CSS = """
:root { --money: #ffd54f; --interest: #e1a6f5; --disclaimer: #9fdcea; --funding: #a5d6a7; --release: #b3c5ff }
@media (prefers-color-scheme: dark) {
  :root { --money: #7a5c00; --interest: #6b2d82; --disclaimer: #0f5f70; --funding: #245c28; --release: #2f4596 } }
html { color-scheme: light dark }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem }
header { border-bottom: 1px solid; margin-bottom: 1.5rem } h1 { font-size: 1.2rem; overflow-wrap: anywhere }
ul { display: flex; flex-wrap: wrap; gap: .3rem 1rem; padding: 0; list-style: none }
main { white-space: pre-wrap; overflow-wrap: anywhere }
section { display: block; border-left: 4px solid gray; padding-left: 1rem; margin: .5rem 0 }
section::before { content: attr(data-caption); display: block; font-size: .8rem; opacity: .75 }
section.paid_promotion { border: 2px solid #d32f2f; border-left-width: 8px; padding: .3rem 1rem }
section.paid_promotion::before, li.paid_promotion a, .error { color: #d32f2f; font-weight: bold; opacity: 1 }
mark { color: inherit; border-radius: .2rem; padding: 0 .1rem }
mark mark { outline: 1px dashed }
.money { background: var(--money) } .interest { background: var(--interest) } .disclaimer { background: var(--disclaimer) }
.funding { background: var(--funding) } .release { background: var(--release) }
"""


def to_csv_rows(report: Report) -> list[list[str]]:
    """Return a row for each paid article, then for each finding, by `CSV_COLUMNS`; a failed page is one row of kind "error"."""
    page = [report.id, report.url or ""]
    if report.error is not None:
        return [[*page, "error", "", "", "", "", "", "", report.error]]
    rows = []
    for index, article in enumerate(report.articles):
        if article.type is ContentType.PAID_PROMOTION:
            payers = dict.fromkeys(p for f in report.findings if f.article == index for p in _names(f.details.get("payer")))
            where = [str(article.start), str(article.end), f"{article.score:.2f}", str(index)]
            rows.append([*page, "article", str(article.type), *where, "; ".join(payers), article.title])
    for f in report.findings:
        where = [str(f.start), str(f.end), f"{f.score:.2f}", "" if f.article is None else str(f.article)]
        rows.append([*page, "finding", str(f.label), *where, "; ".join(_names(f.details.get("payer"))), f.text])
    return rows


def to_table(report: Report, text: str, colour: bool) -> str:
    """Lay a report out for the terminal: each article with its findings under it, findings outside all articles last.

    `text` is the document's, for articles without a title. Control codes in the page's text are not passed on.
    """
    width = shutil.get_terminal_size().columns
    lines = [_paint(_plain(report.id), "title", colour) + f"  {_plain(report.lang)}  {_plain(report.url or '')}".rstrip()]
    if report.error is not None:
        return f"{lines[0]}\n{_paint(f'error: {_plain(report.error)}', 'error', colour)}\n"
    for index, article in enumerate(report.articles):
        lines.append(_article_line(article, text, width, colour))
        lines += _finding_lines((f for f in report.findings if f.article == index), width, colour)
    outside = [f for f in report.findings if f.article is None or not 0 <= f.article < len(report.articles)]
    if outside and report.articles:
        lines.append("outside articles")
    lines += _finding_lines(iter(outside), width, colour)
    if not report.articles and not report.findings:
        lines.append("nothing found")
    return "\n".join(lines) + "\n"


def to_html(report: Report, text: str) -> str:
    """Write a page that needs nothing else: the document's text with its articles framed and its findings marked, and a legend.

    Between `<main>` and `</main>` the text is whole: without tags and entities it is `text` again (lone surrogates aside).
    """
    url = escape(report.url or "")
    link = f'<a href="{url}" rel="noreferrer">{url}</a>' if url.startswith(("http://", "https://")) else url
    error = f'<p class="error">{escape(report.error)}</p>' if report.error is not None else ""
    page = (
        f'<!DOCTYPE html>\n<html lang="{escape(report.lang)}">\n<head>\n<meta charset="utf-8">\n{_HEAD}'
        f"<title>{escape(report.id)}</title>\n<style>{_CSS}</style>\n</head>\n<body>\n<header>\n<h1>{escape(report.id)}</h1>\n"
        f"<p>{link} {escape(report.lang)} {escape(report.model)}</p>\n{error}{_legend(report)}</header>\n"
    )
    return _SURROGATES.sub("\ufffd", f"{page}<main>{''.join(_marked(report, text))}</main>\n</body>\n</html>\n")


def _article_line(article: Article, text: str, width: int, colour: bool) -> str:
    paid = article.type is ContentType.PAID_PROMOTION
    name = str(article.type).replace("_", " ")
    head = f"■ {name.upper()}" if paid else f"□ {name}"
    where = f"  {article.score:.0%}  {article.start}-{article.end}  "
    title = article.title or text[article.start : article.end][: 4 * width].strip().partition("\n")[0]
    return _paint(head, "paid" if paid else "title", colour) + where + _shortened(title, width - len(head) - len(where))


def _finding_lines(findings: Iterator[Finding], width: int, colour: bool) -> Iterator[str]:
    for finding in findings:
        where = f"  {finding.score:.2f}  {finding.start}-{finding.end}  "
        room = max(MIN_SENTENCE, width - 2 - _LABEL_COLUMNS - len(where))
        label = _paint(f"{finding.label:<{_LABEL_COLUMNS}}", FAMILIES[finding.label], colour)
        yield f"  {label}{where}{_shortened(finding.text, room)}"
        if finding.details:
            yield _paint(f"      {_shortened(_details(finding.details), max(MIN_SENTENCE, width - 6))}", "faint", colour)


def _paint(text: str, style: str, colour: bool) -> str:
    return f"\x1b[{_ANSI[style]}m{text}\x1b[0m" if colour else text


def _plain(text: str) -> str:
    return _UNPRINTABLE.sub(" ", text).strip()


def _shortened(text: str, width: int) -> str:
    """Return one line of at most that many terminal columns; wide characters take two."""
    line, used, cut = _plain(text), 0, 0
    for i, character in enumerate(line):
        used += 2 if east_asian_width(character) in "WF" else 1
        if used <= width - 1:
            cut = i + 1
        elif used > width:
            return line[:cut].rstrip() + "…"
    return line


def _details(details: Mapping[str, Any]) -> str:
    return " · ".join(f"{key}: {_value(value)}" for key, value in details.items())


def _value(value: object) -> str:
    match value:
        case {"value": float() | int() as number, "currency": str() as currency}:
            return f"{number:,.2f} {currency}"
        case list() | tuple():
            return ", ".join(map(_value, value))
        case _:
            return str(value)


def _names(payer: object) -> list[str]:
    return [] if payer is None else [str(p) for p in payer] if isinstance(payer, list | tuple) else [str(payer)]


def _legend(report: Report) -> str:
    """List the labels found with their counts, and the articles as links to where they begin."""
    counts = Counter(finding.label for finding in report.findings)
    labels = "".join(
        f'<li><mark class="{FAMILIES[label]}">{label.replace("_", " ")}</mark> {count}</li>' for label, count in counts.items()
    )
    articles = "".join(
        f'<li class="{article.type}"><a href="#article-{index}">{_caption(article)}</a> {escape(article.title)}</li>'
        for index, article in enumerate(report.articles)
    )
    return f"<ul>{labels}</ul>\n<ol>{articles}</ol>\n"


def _marked(report: Report, text: str) -> Iterator[str]:
    """Yield the text cut at every border of a span: an article is a section, a finding a mark, and marks stand in sections.

    Spans may overlap in any way: each piece is wrapped in all findings that cover it, inside the last article begun.
    """
    section: int | None = None
    for start, end, articles, findings in _pieces(report, len(text)):
        inner = articles[-1] if articles else None
        if inner != section:
            yield "</section>" if section is not None else ""
            yield _section(report.articles[inner], inner, start) if inner is not None else ""
            section = inner
        for index in findings:
            finding = report.findings[index]
            hint = " · ".join(filter(None, (f"{finding.label} {finding.score:.2f}", _details(finding.details))))
            yield f'<mark class="{FAMILIES[finding.label]}" title="{escape(hint)}">'
        yield escape(text[start:end], quote=False).replace("\r", "&#13;")
        yield "</mark>" * len(findings)
    yield "</section>" if section is not None else ""


def _section(article: Article, index: int, start: int) -> str:
    anchor = f' id="article-{index}"' if start == article.start else ""
    return f'<section class="{article.type}"{anchor} data-caption="{_caption(article)}">'


def _caption(article: Article) -> str:
    return f"{article.type.replace('_', ' ')} {article.score:.2f}"


def _pieces(report: Report, length: int) -> Iterator[tuple[int, int, list[int], list[int]]]:
    """Yield start, end, articles and findings of each piece of the text between two borders, both in the order they began."""
    articles = [(max(0, a.start), min(length, a.end)) for a in report.articles]
    findings = [(max(0, f.start), min(length, f.end)) for f in report.findings]
    borders = sorted({0, length, *(at for start, end in articles + findings if start < end for at in (start, end))})
    around, on = _open_at(borders, articles), _open_at(borders, findings)
    for start, end in pairwise(borders):
        yield start, end, next(around), next(on)


def _open_at(borders: list[int], spans: list[tuple[int, int]]) -> Iterator[list[int]]:
    """Yield at each border the indices of the spans that go on past it, in the order they began."""
    begun: dict[int, list[int]] = {}
    for index, (start, end) in enumerate(spans):
        if start < end:
            begun.setdefault(start, []).append(index)
    active: list[int] = []
    for border in borders:
        active = [i for i in active if spans[i][1] > border] + begun.get(border, [])
        yield active

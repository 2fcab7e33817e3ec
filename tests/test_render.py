"""A report as JSON, CSV, table and HTML. All texts are invented."""

import html
import re

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.document import Article, ContentType, Finding, Label, Report
from detector.render import CSV_COLUMNS, to_csv_rows, to_html, to_table
from detector.writers.jsonl import JSONL

TEXT = "Storm hits the coast. Buy Vellmark <now> & smile. Sponsored by Vellmark AG. Not advice. We may earn a commission."
PAID_START, PAID_END = TEXT.index("Buy"), TEXT.index(" We may")


def _finding(label: Label, sentence: str, score: float, article: int | None, **details: object) -> Finding:
    start = TEXT.index(sentence)
    return Finding(label, start, start + len(sentence), score, article, sentence, details)


REPORT = Report(
    "page-7",
    "https://example.org/a?b=1&c=2",
    "en",
    "default-1",
    articles=(
        Article(0, PAID_START - 1, ContentType.EDITORIAL, 0.91, "Storm hits the coast"),
        Article(PAID_START, PAID_END, ContentType.PAID_PROMOTION, 0.974, "Buy Vellmark <now> & smile"),
    ),
    findings=(
        _finding(
            Label.SPONSORSHIP_DISCLOSURE,
            "Sponsored by Vellmark AG.",
            0.987,
            1,
            payer=["Vellmark AG", "Zell"],
            amount={"value": 40000.0, "currency": "USD"},
        ),
        _finding(Label.ADVICE_DISCLAIMER, "Not advice.", 0.81, 1),
        _finding(Label.AFFILIATE_DISCLOSURE, "We may earn a commission.", 0.7, None),
    ),
)


@st.composite
def reports(draw: st.DrawFn, text: str) -> Report:
    """Draw a report whose spans overlap in any way, some of them outside the text."""
    at = st.integers(-2, len(text) + 3)
    score = st.floats(0, 1)
    articles = draw(st.lists(st.builds(Article, at, at, st.sampled_from(ContentType), score, st.text(max_size=8)), max_size=4).map(tuple))
    details = st.dictionaries(st.sampled_from(["payer", "law"]), st.text(max_size=8) | st.lists(st.text(max_size=5), max_size=3))
    article = st.none() | st.integers(0, 4)
    findings = draw(
        st.lists(st.builds(Finding, st.sampled_from(Label), at, at, score, article, st.text(max_size=30), details), max_size=6).map(tuple)
    )
    return Report(draw(st.text(max_size=8)), draw(st.none() | st.text(max_size=8)), articles=articles, findings=findings)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("<>&\"'\r\n;# "), max_size=60)
REPORTS_AND_TEXTS = TEXTS.flatmap(lambda text: st.tuples(reports(text), st.just(text)))


def _text_of(page: str) -> str:
    body = page.split("<main>", 1)[1].rsplit("</main>", 1)[0]
    return html.unescape(re.sub(r"<[^>]*>", "", body))


@given(TEXTS.flatmap(reports))
def test_a_json_line_reads_back_as_the_report(report: Report) -> None:
    assert Report.from_dict(orjson.loads(JSONL.encode(report, ""))) == report


def test_csv_has_a_row_for_each_paid_article_and_each_finding() -> None:
    rows = [dict(zip(CSV_COLUMNS, row, strict=True)) for row in to_csv_rows(REPORT)]
    assert [(r["kind"], r["label"]) for r in rows] == [
        ("article", "paid_promotion"),
        ("finding", "sponsorship_disclosure"),
        ("finding", "advice_disclaimer"),
        ("finding", "affiliate_disclosure"),
    ]
    assert rows[0]["text"] == "Buy Vellmark <now> & smile"
    assert [(r["score"], r["article"], r["payer"]) for r in rows] == [
        ("0.97", "1", "Vellmark AG; Zell"),
        ("0.99", "1", "Vellmark AG; Zell"),
        ("0.81", "1", ""),
        ("0.70", "", ""),
    ]


def test_a_failed_page_is_not_lost_in_csv() -> None:
    assert to_csv_rows(Report("p", error="no text")) == [["p", "", "error", "", "", "", "", "", "", "no text"]]


@given(TEXTS.flatmap(reports))
def test_csv_rows_have_every_column(report: Report) -> None:
    paid = len(report.paid)
    rows = to_csv_rows(report)
    assert len(rows) == paid + len(report.findings)
    assert all(len(row) == len(CSV_COLUMNS) and all(isinstance(cell, str) for cell in row) for row in rows)


def test_the_table_puts_findings_under_their_article_and_the_rest_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    lines = to_table(REPORT, TEXT, colour=False).splitlines()
    starts = [
        "page-7  en",
        "□ editorial  91%",
        "■ PAID PROMOTION  97%",
        "  sponsorship",
        "      payer: ",
        "  advice",
        "outside",
        "  affiliate",
    ]
    assert len(lines) == len(starts)
    assert all(line.startswith(start) for line, start in zip(lines, starts, strict=True))
    assert "payer: Vellmark AG, Zell · amount: 40,000.00 USD" in lines[4]
    assert "0.99" in lines[3] and f"{REPORT.findings[0].start}-{REPORT.findings[0].end}" in lines[3]


def test_only_the_coloured_table_has_escape_codes() -> None:
    assert "\x1b[" not in to_table(REPORT, TEXT, colour=False)
    coloured = to_table(REPORT, TEXT, colour=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == to_table(REPORT, TEXT, colour=False)


@pytest.mark.parametrize("columns", ["60", "80", "140"])
def test_a_table_line_fits_the_terminal(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    long = Finding(Label.FUNDING_ACKNOWLEDGEMENT, 0, 900, 0.5, None, "資金 word " * 100, {"funder": ["Tolley Trust"] * 30})
    report = Report("p", articles=(Article(0, 900, ContentType.PAID_PROMOTION, 0.5, "Long title " * 30),), findings=(long,))
    for line in to_table(report, "", colour=False).splitlines():
        wide = len(re.findall(r"[資金]", line))
        assert len(line) + wide <= max(int(columns), 72)
    assert "…" in to_table(report, "", colour=False)


def test_an_article_without_title_shows_its_first_line() -> None:
    report = Report("p", articles=(Article(2, 20, ContentType.EDITORIAL, 0.8, ""),))
    assert "Harbour news" in to_table(report, "\n\nHarbour news\nmore of it", colour=False)


def test_a_page_cannot_send_control_codes_to_the_terminal() -> None:
    nasty = "\x1b[2J\x07 a\nb \u202e\x9b31m \ud800"
    finding = Finding(Label.NO_CONFLICT, 0, 5, 0.5, None, nasty, {"payer": nasty})
    report = Report(nasty, nasty, nasty, articles=(Article(0, 5, ContentType.EDITORIAL, 0.5, nasty),), findings=(finding,))
    table = to_table(report, nasty, colour=False)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800]", table)
    assert "\x1b" not in to_table(Report(nasty, error=nasty), "", colour=False)


def test_a_table_says_so_when_nothing_was_found_or_the_page_failed() -> None:
    assert "nothing found" in to_table(Report("p"), "", colour=False)
    assert "error: no text" in to_table(Report("p", error="no text"), "", colour=False)


@given(REPORTS_AND_TEXTS)
def test_a_table_can_always_be_printed(drawn: tuple[Report, str]) -> None:
    report, text = drawn
    to_table(report, text, colour=True).encode("utf-8")


def test_html_marks_findings_inside_their_article() -> None:
    page = to_html(REPORT, TEXT)
    section = page[page.index('<section class="paid_promotion" id="article-1"') :]
    section = section[: section.index("</section>")]
    assert (
        'title="sponsorship_disclosure 0.99 · payer: Vellmark AG, Zell · amount: 40,000.00 USD">Sponsored by Vellmark AG.</mark>' in section
    )
    assert "We may earn" not in section
    assert "Buy Vellmark &lt;now&gt; &amp; smile" in section


def test_html_needs_nothing_from_outside_and_escapes_what_it_quotes() -> None:
    evil = '"><script>alert(1)</script>'
    finding = Finding(Label.NO_CONFLICT, 0, 3, 0.5, 0, evil, {"payer": evil})
    report = Report(
        evil, "javascript:alert(1)", evil, evil, articles=(Article(0, 9, ContentType.EDITORIAL, 0.5, evil),), findings=(finding,)
    )
    page = to_html(report, evil)
    assert "<script" not in page and 'href="javascript' not in page
    assert not re.search(r"<(?:link|img|iframe)|url\(|@import|src=", page.replace("style-src", "").replace("default-src", ""))
    assert "prefers-color-scheme: dark" in page


@given(REPORTS_AND_TEXTS)
def test_html_round_trips_the_text_and_nests_its_tags(drawn: tuple[Report, str]) -> None:
    report, text = drawn
    page = to_html(report, text)
    assert _text_of(page) == text
    stack: list[str] = []
    for closing, tag in re.findall(r"<(/?)(section|mark)\b", page.split("<main>", 1)[1]):
        if closing:
            assert stack.pop() == tag
        else:
            assert not (tag == "section" and stack)
            stack.append(tag)
    assert not stack

"""The library call: one page or many, in any order, thread or process, the same answer. All texts are invented."""

import json
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import PAID, PLAIN, environment
from hypothesis import given
from hypothesis import strategies as st

import detector
from detector.blocks import extract_document
from detector.classifier import Model
from detector.corpus import Example
from detector.document import Page, Report
from detector.errors import ModelError, PageError
from detector.inference import TITLE_LENGTH, Detector

HEAVY = ("sklearn", "scipy", "pandas", "joblib", "pyarrow", "fastwarc", "typer", "rich", "scrapy", "pyspark", "torch", "transformers")
PAGES = [
    Page("text", PAID, url="https://tarn.example/1"),
    Page("html", f"<p>{PLAIN}<footer>{PAID}", html=True),
    Page("bytes", "<p>Bezahlt von der Münz AG.".encode("latin-1"), html=True, charset="latin-1", date="2026-01-02"),
    Page("text", PLAIN * 3, lang="en"),
]
BAD = [Page("empty", b""), Page("blank", " \n"), Page("binary", b"\0\1\2\3" * 20), PageError("lost", "there is no such file", "check it")]

_PIECES = st.sampled_from(
    [
        PAID,
        PLAIN,
        "Paid post.",
        "We may hold shares.",
        "\n",
        " ",
        "…",
        "提供記事です。",
        "\xad",
        "Dr. No",
        "🙂",
        "* ",
        "© Tarn",
        "\t",
        "\x00",
    ]
)
_TEXTS = (st.lists(_PIECES, min_size=1, max_size=30).map("".join) | st.text()).filter(str.strip)


@pytest.fixture(scope="module")
def texts(small_examples: list[Example]) -> list[str]:
    return [e.text for e in small_examples[::5]] + [PAID, PLAIN, PLAIN * 400, PAID + PLAIN * 3]


@given(_TEXTS)
def test_a_report_of_text_points_into_the_callers_own_string(small_detector: Detector, text: str) -> None:
    report = small_detector.scan(text)
    for finding in report.findings:
        assert text[finding.start : finding.end] == finding.text == finding.text.strip() != ""
        assert 0 < finding.score <= 1
        owners = [i for i, a in enumerate(report.articles) if a.start <= finding.start < a.end]
        assert finding.article == (owners[0] if owners else None)
    for before, after in zip(report.articles, report.articles[1:], strict=False):
        assert before.end <= after.start
    for article in report.articles:
        assert 0 <= article.start < article.end <= len(text)
        assert article.title == article.title.strip() != "" and len(article.title) <= TITLE_LENGTH
        assert 0 < article.score <= 1
    assert [(f.start, f.end) for f in report.findings] == sorted((f.start, f.end) for f in report.findings)
    assert Report.from_dict(json.loads(json.dumps(report.to_dict()))) == report


@pytest.mark.parametrize(
    "line", ["Tarn & Sons open", "# [Tarn &amp; Sons](https://tarn.example/x) **open**", "> Tarn & Sons <a href='/x'>open</a>"]
)
def test_a_title_is_the_first_line_without_its_markup(small_detector: Detector, line: str) -> None:
    (article,) = small_detector.scan(f"{line}\nThe gull sat on the mast.").articles
    assert article.title == "Tarn & Sons open"


def test_pipe_takes_pages_only(small_detector: Detector) -> None:
    with pytest.raises(TypeError, match="pipe takes pages, not str"):
        next(small_detector.pipe([PAID]))  # type: ignore[list-item]


@given(_TEXTS)
def test_a_report_of_html_points_into_the_text_of_its_document(small_detector: Detector, text: str) -> None:
    page = Page("p", f"<main>{text}</main>", html=True)
    try:
        document = extract_document(page)
    except PageError:
        return
    for finding in small_detector.scan_page(page).findings:
        assert document.text[finding.start : finding.end] == finding.text


def test_a_short_name_is_replaced_by_the_full_one_of_long_before(small_model: Model) -> None:
    sure = Detector(replace(small_model, thresholds={**small_model.thresholds, "sponsorship_disclosure": 0.0}))
    before = "It was sent by Kestrel Media Group LLC (“KMG”). " + "Rain is due on Sunday. " * 20
    (payer,) = {f.details.get("payer") for f in sure.scan(f"{before}This article was paid for by KMG.").findings if "paid for" in f.text}
    assert payer == "Kestrel Media Group LLC"


def test_a_payer_is_named_whole_where_the_name_is_a_link_or_broken_over_lines(small_model: Model) -> None:
    sure = Detector(replace(small_model, thresholds={**small_model.thresholds, "sponsorship_disclosure": 0.0}))
    wrapped = (
        "The quay is to be open to all who\nwish to see it, and so is the\nmill. This story of the quay was paid for by Kestrel\n"
        "  Media Group LLC, which runs\nthe ferry, and by nobody else."
    )
    linked = "This story was paid for by [Kestrel Media Group LLC](https://kestrel.example/)."
    for text in (wrapped, linked):
        (payer,) = {f.details.get("payer") for f in sure.scan(text).findings if "paid for" in f.text}
        assert payer == "Kestrel Media Group LLC"


def test_pipe_gives_what_scan_gives(small_detector: Detector) -> None:
    assert list(small_detector.pipe(PAGES)) == [small_detector.scan_page(page) for page in PAGES]


def test_pipe_is_lazy(small_detector: Detector) -> None:
    def endless() -> object:
        while True:
            yield PAGES[0]

    reports = small_detector.pipe(endless())  # type: ignore[arg-type]
    assert next(reports) == next(reports)


def test_the_calls_for_text_and_html_are_scans_of_a_page(small_detector: Detector) -> None:
    html = "<html lang=de><p>Bezahlt von der Münz AG."
    assert small_detector.scan(PAID, id="a", url="u", lang="fr") == small_detector.scan_page(Page("a", PAID, url="u", lang="fr"))
    assert small_detector.scan_html(html) == small_detector.scan_html(html.encode())
    assert small_detector.scan_html(html).lang == "de"
    assert small_detector.scan(PAID).id == "text"
    assert small_detector.scan_html(html).id == "html"


def test_a_failed_page_is_a_report_in_its_place(small_detector: Detector) -> None:
    reports = list(small_detector.pipe([PAGES[0], *BAD, PAGES[1]]))
    assert [r.id for r in reports] == ["text", "empty", "blank", "binary", "lost", "html"]
    assert [r.error is None for r in reports] == [True, False, False, False, False, True]
    for report in reports[1:5]:
        assert report.error is not None
        assert report.error.startswith(f"{report.id}: ")
        assert ";" in report.error
        assert (report.articles, report.findings, report.model) == ((), (), "small")


def test_failed_pages_can_be_skipped(small_detector: Detector) -> None:
    assert [r.id for r in small_detector.pipe([*BAD, *PAGES[:2], *BAD], on_error="skip")] == ["text", "html"]


@pytest.mark.parametrize("bad", BAD)
def test_a_failed_page_can_raise(bad: Page | PageError, small_detector: Detector) -> None:
    reports = small_detector.pipe([PAGES[0], bad], on_error="raise")
    next(reports)
    with pytest.raises(PageError, match=f"^{bad.page_id if isinstance(bad, PageError) else bad.id}: .*; "):
        next(reports)


def test_a_mistyped_choice_is_refused_at_once(small_detector: Detector) -> None:
    with pytest.raises(ValueError, match="on_error is 'ignore'; it must be one of raise, skip, yield"):
        small_detector.pipe(PAGES, on_error="ignore")  # type: ignore[arg-type]


def test_a_bug_costs_its_page_alone(small_detector: Detector) -> None:
    odd = Page("odd", None)  # type: ignore[arg-type]
    first, second = small_detector.pipe([odd, PAGES[0]])
    assert first.error is not None and first.error.startswith("odd: scanning failed (") and second.error is None
    assert [r.id for r in small_detector.pipe([odd, PAGES[0]], on_error="skip")] == ["text"]
    with pytest.raises(AttributeError):
        list(small_detector.pipe([odd], on_error="raise"))


def test_no_text_stops_a_pipe(small_detector: Detector) -> None:
    odd = [Page("surrogate", "A half \ud800 pair. It was paid for."), Page("nul", "\0. A b c d e f."), Page("dots", "... --- ...")]
    assert [r.id for r in small_detector.pipe([*odd, PAGES[0]])] == ["surrogate", "nul", "dots", "text"]


def test_threads_may_share_a_detector(small_detector: Detector, texts: list[str]) -> None:
    expected = [small_detector.scan(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(small_detector.scan, texts * 3)) == expected * 3


def test_a_detector_can_be_handed_to_another_process(small_detector: Detector) -> None:
    copy = pickle.loads(pickle.dumps(small_detector))
    assert [copy.scan_page(page) for page in PAGES] == [small_detector.scan_page(page) for page in PAGES]


def test_a_scan_depends_on_nothing_that_was_scanned_before(model_file: Path, texts: list[str]) -> None:
    forwards, backwards = Detector.load(model_file), Detector.load(str(model_file))
    assert [forwards.scan(text) for text in texts] == [backwards.scan(text) for text in texts[::-1]][::-1]


def test_processes_agree_byte_for_byte_whatever_their_hash_seed(model_file: Path) -> None:
    said = {_python(_SCAN.format(model=model_file.as_posix(), text=PAID + PLAIN), PYTHONHASHSEED=seed) for seed in ("0", "1", "77")}
    assert len(said) == 1


_SCAN = """
import json, sys
from detector import Detector
d = Detector.load({model!r})
print(json.dumps([d.scan({text!r}).to_dict(), d.scan_html("<p>" + {text!r}).to_dict()]))
"""
_LOADED = f"\nprint([name for name in {HEAVY} if name in sys.modules])"


def _python(program: str, **variables: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env={**environment(), **variables}, check=True, timeout=120
    )
    assert done.stderr == ""
    return done.stdout


def test_importing_and_scanning_bring_in_nothing_heavy(model_file: Path) -> None:
    assert _python("import sys, detector\nfrom detector import *" + _LOADED) == "[]\n"
    assert _python(_SCAN.format(model=model_file.as_posix(), text=PAID) + _LOADED).splitlines()[-1] == "[]"


def test_importing_alone_brings_in_no_numpy() -> None:
    assert _python("import sys, detector\nprint('numpy' in sys.modules)") == "False\n"


def test_the_public_names_are_there_and_no_others() -> None:
    assert all(getattr(detector, name) for name in detector.__all__)
    assert sorted(detector.__all__) == sorted(name for names in detector._HOMES.values() for name in names)
    assert dir(detector) == sorted([*detector.__all__, "__version__"])
    with pytest.raises(AttributeError, match="no attribute 'Detektor'"):
        _ = detector.Detektor


def test_a_missing_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="there is no such model file"):
        Detector.load(tmp_path / "none")

"""From a page to its text and blocks: all that a reader sees, with offsets. All texts are invented."""

import html
import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from detector.blocks import extract_document
from detector.document import Block, Cue, Document, Landmark, Page
from detector.errors import PageError


def _html(markup: str, url: str | None = None) -> Document:
    return extract_document(Page("p", markup, html=True, url=url))


def _text(text: str, url: str | None = None) -> Document:
    return extract_document(Page("p", text, url=url))


def _block(document: Document, text: str) -> Block:
    (block,) = (b for b in document.blocks if document.text[b.start : b.end] == text)
    return block


def _lines(document: Document) -> list[str]:
    return [document.text[b.start : b.end] for b in document.blocks]


PAGE = """<!doctype html><html lang="de"><head><title>Not on the page</title></head><body>
<header><a href="/">Tarnblatt</a></header>
<nav><ul><li>Sport</li><li>Kultur</li></ul></nav>
<main><h1>Ein  Titel</h1><p>Erster <b>Satz</b> mit <a href="/x">Link</a>.<br>Zweiter Satz.</p>
<figure><img alt="unseen" src="a.jpg"><figcaption>Bild: Quillfen</figcaption></figure>
<table><tr><td>Zelle</td><td>Nachbar</td></tr></table>
<aside>Anzeige</aside></main>
<div role="contentinfo">Impressum</div>
<footer><p>Bezahlt von der Quillfen&nbsp;AG &amp; Co.</p></footer></body></html>"""


def test_all_visible_text_is_kept_footer_and_menu_included() -> None:
    assert _lines(_html(PAGE)) == [
        "Tarnblatt",
        "Sport",
        "Kultur",
        "Ein Titel",
        "Erster Satz mit Link.",
        "Zweiter Satz.",
        "Bild: Quillfen",
        "Zelle",
        "Nachbar",
        "Anzeige",
        "Impressum",
        "Bezahlt von der Quillfen AG & Co.",
    ]


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>let a = 'Anzeige'</script>",
        "<style>p { color: red }</style>",
        "<noscript>Anzeige</noscript>",
        "<template><p>Anzeige</p></template>",
        "<!-- Anzeige -->",
        "<svg><text>Anzeige</text></svg>",
        "<p hidden>Anzeige</p>",
        '<p style="color: red; display : none">Anzeige</p>',
        '<div style="visibility:hidden"><p>Anzeige</p></div>',
        "<iframe>Anzeige</iframe>",
        "<table><tr hidden><td>Anzeige</td></tr></table>",
        '<span style="display:none">Anzeige</span>',
    ],
)
def test_what_no_reader_sees_is_skipped(hidden: str) -> None:
    assert _html(f"<p>Before</p>{hidden}<p>After</p>").text == "Before\nAfter"


@pytest.mark.parametrize(
    ("text", "landmark"),
    [
        ("Tarnblatt", Landmark.HEADER),
        ("Sport", Landmark.NAV),
        ("Ein Titel", Landmark.MAIN),
        ("Anzeige", Landmark.ASIDE),
        ("Impressum", Landmark.FOOTER),
        ("Bezahlt von der Quillfen AG & Co.", Landmark.FOOTER),
    ],
)
def test_a_block_knows_its_nearest_landmark(text: str, landmark: Landmark) -> None:
    assert _block(_html(PAGE), text).landmark is landmark


def test_headings_have_their_level_and_all_else_has_none() -> None:
    document = _html("".join(f"<h{n}>Level {n}</h{n}>" for n in range(1, 7)) + "<p>None</p>")
    assert [b.heading for b in document.blocks] == [1, 2, 3, 4, 5, 6, 0]


@pytest.mark.parametrize(
    ("markup", "density"),
    [
        ("<p>Read</p>", 0.0),
        ("<p><a href=x>Read</a></p>", 1.0),
        ("<p>Read <a href=x>more</a></p>", 4 / 9),
        ("<p><a href=x>Read <b>more</b></a> now</p>", 9 / 13),
        ("<a href=x><p>Read</p></a>", 1.0),
    ],
)
def test_link_density_is_the_share_of_characters_inside_links(markup: str, density: float) -> None:
    (block,) = _html(markup).blocks
    assert block.link_density == pytest.approx(density)


@pytest.mark.parametrize(
    ("markup", "cue"),
    [
        ("<p>Story</p>", Cue.NONE),
        ('<p class="anzeigen-markt sponsor-logo">Story</p>', Cue.NONE),
        ('<div class="teaser sponsored-box"><p>Story</p></div>', Cue.SPONSOR_WORD),
        ('<p id="advertorial">Story</p>', Cue.SPONSOR_WORD),
        ('<p class="Disclaimer-text">Story</p>', Cue.DISCLAIMER_WORD),
        ('<p><a rel="nofollow sponsored" href=x>Story</a></p>', Cue.SPONSORED_LINK),
    ],
)
def test_the_markup_around_a_block_gives_its_cues(markup: str, cue: Cue) -> None:
    document = _html(f"{markup}<p>Next</p>")
    assert _block(document, "Story").cues == cue
    assert _block(document, "Next").cues == Cue.NONE


@pytest.mark.parametrize(
    ("head", "url", "cue"),
    [
        ("", None, Cue.NONE),
        ('<script type="application/ld+json">{"@type": "NewsArticle"}</script>', "https://a.example/news/boilers/", Cue.NONE),
        (
            '<script type="application/ld+json">{"@type": ["Article", "AdvertiserContentArticle"]}</script>',
            None,
            Cue.ADVERTISER_TYPE,
        ),
        ('<meta name="keywords" content="boilers, sponsored">', None, Cue.META_WORD),
        ('<meta property="article:section" content="Werbung">', None, Cue.META_WORD),
        ("", "https://a.example/partner-content/boilers.html", Cue.URL_WORD),
        ("", "https://sponsored.example/boilers.html", Cue.NONE),
        ("", "https://a.example/boilers.html?from=/sponsored/#/sponsored/", Cue.NONE),
        ("", "http://[sponsored/sponsored/x", Cue.URL_WORD),
        ("", "/sponsored/x", Cue.URL_WORD),
    ],
)
def test_metadata_and_url_give_the_cues_of_the_page(head: str, url: str | None, cue: Cue) -> None:
    assert _html(f"<head>{head}</head><body><p>Story", url).cues == cue


def test_the_url_of_a_text_page_speaks_too() -> None:
    assert _text("Story", "https://a.example/advertorial/boilers").cues == Cue.URL_WORD


@pytest.mark.parametrize(
    "markup",
    [
        PAGE,
        "<body><div><p>One</p><!-- c --><p>Two</p></div><section><h2>Three</h2><ul><li>Four<li>Five</ul></section>",
        "<body><script>let a</script><p>One</p><style></style><p>Two</p><svg></svg><div><template></template><p>Three</p></div>",
        "<body><p><o:p>One</o:p></p><fb:like>Two</fb:like>",
        "<body><p>One</p><p><b><a href=x>Two</a></b></p><span></span><span><p>Three</p></span><table><tr><td>Four</td></tr></table>",
    ],
    ids=["page", "nested", "beside elements without text", "tags with a colon", "inside plain elements"],
)
def test_the_path_of_a_block_selects_its_element(markup: str) -> None:
    document, tree = _html(markup), LexborHTMLParser(markup)
    for block in document.blocks:
        (element,) = tree.css(block.path or "")
        assert document.text[block.start : block.end] in " ".join(element.text().split())


def test_text_input_has_no_paths() -> None:
    assert [b.path for b in _text("One\nTwo").blocks] == [None, None]


def test_the_declared_language_comes_before_the_guess() -> None:
    english = "<p>The harbour and the gulls are in the sun of the morning."
    assert _html(f"<html lang=fr-CH><body>{english}").lang == "fr"
    assert _html(english).lang == "en"
    assert extract_document(Page("p", english, html=True, lang="pt")).lang == "pt"


@pytest.mark.parametrize(("given", "lang"), [("DE", "de"), ("de-AT", "de"), ("pt_BR", "pt"), ("English", "en"), ("und", "en"), ("", "en")])
def test_a_language_given_is_an_iso_code_or_is_not_believed(given: str, lang: str) -> None:
    text = "The harbour and the gulls are in the sun of the morning."
    assert extract_document(Page("p", text, lang=given)).lang == lang
    assert extract_document(Page("p", f"<p>{text}", html=True, lang=given)).lang == lang


def test_bytes_are_read_as_a_scan_reads_them() -> None:
    markup = "<p>Anzeige für Gärten".encode("utf-16")
    assert extract_document(Page("p", markup, html=True)).text == "Anzeige für Gärten"


def test_old_line_ends_end_lines() -> None:
    assert _lines(_text("Anzeige\rStory\r\n\rNext")) == ["Anzeige", "Story", "Next"]


@given(st.text(st.characters(codec="utf-8") | st.sampled_from("\n\n \t\xad\xa0 .Aa")))
def test_blocks_of_text_are_its_lines_and_the_text_is_the_callers_own(text: str) -> None:
    try:
        document = _text(text)
    except PageError:
        assert not text.strip()
        return
    assert document.text is text
    assert _lines(document) == [line.strip() for line in re.split("[\r\n]", text) if line.strip()]


_LINES = st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])), min_size=1, max_size=8)
_TAGS = st.sampled_from(["p", "div", "h2", "li", "footer", "td", "section"])


@given(_LINES, _TAGS, st.booleans())
def test_text_and_html_hold_the_same_blocks(lines: list[str], tag: str, nested: bool) -> None:
    folded = [" ".join(line.split()) for line in lines]
    inner = "<span>{}</span>" if nested else "{}"
    markup = "\n".join(f"<{tag}>{inner.format(html.escape(line))}</{tag}>" for line in lines)
    if not any(folded):
        with pytest.raises(PageError, match="holds no text"):
            _html(f"<body>{markup}")
        return
    document = _html(f"<body>{markup}" if tag != "td" else f"<table><tr>{markup}</table>")
    assert document.text == "\n".join(filter(None, folded))
    assert _lines(document) == _lines(_text("\n".join(folded)))


@given(
    st.lists(
        st.sampled_from("<p> </p> <div> <b> </b> <a href=x> </a> <br> <li hidden> </div> Text word &amp; \n . é <h1> <!--x-->".split(" "))
    )
)
def test_offsets_hold_for_any_markup(pieces: Sequence[str]) -> None:
    try:
        document = _html("".join(pieces))
    except PageError:
        return
    blocks = list(document.blocks)
    assert [b.start for b in blocks] == [0, *(b.end + 1 for b in blocks[:-1])]
    assert "\n".join(_lines(document)) == document.text
    assert all(b.start < b.end and 0 <= b.link_density <= 1 for b in blocks)


@pytest.mark.parametrize(
    "markup",
    [
        "<div>" * 20_000 + "Anzeige",
        "<div>" * 20_000 + "Anzeige" + "</div>" * 20_000,
        "<p " + " ".join(f"a{i}=x" for i in range(20_000)) + ">Anzeige",
        "<b>" * 20_000 + "Anzeige",
        "<a href=x>" * 20_000 + "Anzeige",
        "<table><tr><td>" * 7_000 + "Anzeige",
        "<!-- x -->" * 20_000 + "Anzeige",
        "<p>Anzeige" + "&nbsp;" * 20_000,
        "<a " * 100_000 + "><p>Anzeige",
        "<p>Anzeige" + "<a" * 200_000,
        "<p>Anzeige<!--" + "<a>" * 200_000,
        "<!--" * 100_000 + "--><p>Anzeige",
    ],
    ids=[
        "open divs",
        "closed divs",
        "attributes",
        "inline",
        "links",
        "tables",
        "comments",
        "entities",
        "open tags",
        "an open tag at the end",
        "an open comment",
        "comments in a comment",
    ],
)
def test_hostile_markup_is_read_to_its_end(markup: str) -> None:
    document = _html(markup)
    assert document.text == "Anzeige"
    assert (document.blocks[0].path or "").startswith("body")


_LARGE = "<!--" + "x" * 400_000 + "-->"


@pytest.mark.parametrize(
    "before",
    [
        "<script>" + "if(i<n){k=i>2}\n" * 450 + "</script>",
        "<STYLE>" + "a<b>c{}\n" * 450 + "</style >",
        "<!--" + "<div>" * 450 + "-->",
        "<select>" + "<option>x" * 450 + "</select>",
        "<ul>" + "<li>x" * 450 + "</ul>",
        "<div>" + "<p>x</p>" * 450,
    ],
    ids=["script", "style", "comment", "options", "items", "closed paragraphs"],
)
def test_only_open_elements_make_a_large_page_deep(before: str) -> None:
    document = _html(f"{_LARGE}<body>{before}<style>p{{}}</style><h2>Title</h2><div>Anzeige</div><script>let a</script>")
    assert _lines(document)[-2:] == ["Title", "Anzeige"]
    assert _block(document, "Title").heading == 2


@pytest.mark.parametrize("page", [Page("p", " \n\t"), Page("p", "<p> <br></p><script>x</script>", html=True)])
def test_a_page_without_text_is_refused(page: Page) -> None:
    with pytest.raises(PageError, match="p: it holds no text; check"):
        extract_document(page)

"""From a page to its text and blocks: all that a reader sees, with offsets. All texts are invented."""

import html
import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from detector.balance import MAX_DEPTH
from detector.blocks import extract_document
from detector.document import Block, Cue, Document, Landmark, Page
from detector.errors import PageError
from detector.tags import untagged


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


@pytest.mark.parametrize("name", "a abbr b cite del em font i ins mark small span strong sub sup time u x-note".split())
@pytest.mark.parametrize(
    "attributes",
    [
        "hidden",
        "HIDDEN=''",
        "class=x hidden",
        "href='https://a.example/how' hidden",
        "style='display: none'",
        "style='height:0;VISIBILITY :hidden'",
        "class=x\nstyle='display:\nnone'",
    ],
)
def test_what_is_hidden_inside_a_line_is_skipped(name: str, attributes: str) -> None:
    assert _html(f"<p>The phone<{name} {attributes}> Paid by Acme.</{name}> is good.").text == "The phone is good."


@pytest.mark.parametrize(
    "attributes", ["class='x hidden'", "aria-hidden=true", "data-hidden", "style='overflow:hidden'", "style='border:none'"]
)
def test_what_is_only_said_to_hide_something_is_read(attributes: str) -> None:
    assert _html(f"<p>The phone<span {attributes}> paid by Acme</span> is good.").text == "The phone paid by Acme is good."


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<span>Sponsored by</span><a href=x>Gamma Bank</a>", "Sponsored by Gamma Bank"),
        ("<span>Sponsored by Acme</span><span>Jane Doe</span><time>May 5, 2024</time>", "Sponsored by Acme Jane Doe May 5, 2024"),
        ("<time>May 5, 2024</time><span>By Jane Doe</span>", "May 5, 2024 By Jane Doe"),
        ("<b>Disclosure:</b>I am long.", "Disclosure: I am long."),
        ("<em>This is sponsored.</em><strong>Quillfen</strong> paid us.", "This is sponsored. Quillfen paid us."),
        ("<b>Sponsored!</b><i>(Advertising)</i>Why boilers matter", "Sponsored!(Advertising) Why boilers matter"),
        ("<span>ADVERTISEMENT</span><span>The boiler</span>", "ADVERTISEMENT The boiler"),
        ("<span>3</span>Add water", "3 Add water"),
        ("<span>Materiał płatność</span><span>Żółw</span>", "Materiał płatność Żółw"),
        ("<span>Read<b></b></span><span><i>More</i></span>", "Read More"),
        ("<b>Paid post</b><!-- c --><i>Boilers</i>", "Paid post Boilers"),
        ("<span>Sponsored</span><span>by Gamma Bank</span>", "Sponsored by Gamma Bank"),
        ("<span>ANZEIGE</span><b>von Ältere Werke</b><i>5 Min. Lesezeit</i>", "ANZEIGE von Ältere Werke 5 Min. Lesezeit"),
        ("<span>Paid post</span><time>4 May 2031</time>", "Paid post 4 May 2031"),
    ],
)
def test_words_of_elements_side_by_side_are_parted(markup: str, text: str) -> None:
    assert _html(f"<div>{markup}</div>").text == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Spon<b>sored</b>", "Sponsored"),
        ("<span>T</span>he harbour", "The harbour"),
        ("<span>T</span>HE harbour", "THE harbour"),
        ("<span>L</span><span>O</span><span>g</span><span>O</span>", "LOgO"),
        ("My new i<b>Phone</b>", "My new iPhone"),
        ("H<sub>2</sub>O", "H2O"),
        ("<b>Acme</b><sup>TM</sup>", "AcmeTM"),
        ("from line 12<sup>a</sup>B", "from line 12aB"),
        ("die <b>S</b>Bahn", "die SBahn"),
        ("The 5<b>G</b> net and C25<b>K</b>", "The 5G net and C25K"),
        ("1<sup>st</sup>", "1st"),
        ("McDonald<i>s</i>", "McDonalds"),
        ("Mc<!-- -->Donald", "McDonald"),
        ("Kilo<wbr>Watt", "KiloWatt"),
        ("<span>Spon</span><span>sored by Acme</span>", "Sponsored by Acme"),
        ("<span>hob</span><span>by horse</span>", "hobby horse"),
        ("Covid<b>19</b> and CO<b>2</b> levels", "Covid19 and CO2 levels"),
        ("(<b>Advertising</b>)", "(Advertising)"),
        ("<pre>let by<b>Acme</b></pre>", "let byAcme"),
    ],
)
def test_a_word_of_several_elements_stays_whole(markup: str, text: str) -> None:
    assert _html(f"<div>{markup}</div>").text == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<a href=x>Home</a><a href=y>sponsored</a><a href=z>3</a>", "Home sponsored 3"),
        ("<a>home</a><a>sponsored</a><a>News</a>", "home sponsored News"),
        ("Quill<a href=x>f</a><a href=x>en</a>", "Quillfen"),
        ("(<a name=x></a><a href=x>Quillfen</a>)", "(Quillfen)"),
        ("<a href=x>Home</a>s", "Homes"),
    ],
)
def test_links_to_two_places_are_two_words(markup: str, text: str) -> None:
    assert _html(f"<div>{markup}</div>").text == text


@pytest.mark.parametrize("tag", ["pre", "textarea", "xmp", "listing"])
def test_blank_lines_part_the_blocks_of_preformatted_text(tag: str) -> None:
    document = _html(f"<p>Before<{tag}>\n\nOne\ntitle\r\n \t\r\nPara one.\n\n\nPara two.</{tag}>After\n\nthat<p>Last")
    assert _lines(document) == ["Before", "One title", "Para one.", "Para two.", "After that", "Last"]


@pytest.mark.parametrize("tag", ["script src='a.js'", "title", "style type='text/css' ", "iframe src='b'", "canvas", "textarea rows='2'"])
def test_an_element_that_xhtml_closes_at_once_hides_nothing_after_it(tag: str) -> None:
    page = f"<html xmlns='http://www.w3.org/1999/xhtml'><body><p>Rain.</p><{tag}/><p>Paid for by Quillfen.</p></body></html>"
    assert _lines(_html(f"<?xml version='1.0'?>\n{page}")) == ["Rain.", "Paid for by Quillfen."]


def test_a_preformatted_block_knows_its_place_and_its_links() -> None:
    document = _html("<footer><pre>One\n\n<b>Two</b><a href=x>\n\nThree\n\nFo</a>ur</pre></footer>")
    assert _lines(document) == ["One", "Two", "Three", "Four"]
    assert [b.link_density for b in document.blocks] == [0, 0, 1, 0.5]
    assert {b.landmark for b in document.blocks} == {Landmark.FOOTER}
    assert [(b.path or "").rpartition(" > ")[2] for b in document.blocks] == [
        "pre:nth-child(1)",
        "b:nth-child(1)",
        "a:nth-child(2)",
        "a:nth-child(2)",
    ]


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


@pytest.mark.parametrize("end", "\v\f\x85\u2028\u2029")
def test_the_line_ends_of_word_processors_end_lines(end: str) -> None:
    assert _lines(_text(f"Title{end}Sponsored by Tarn{end}{end} Story")) == ["Title", "Sponsored by Tarn", "Story"]


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
    assert _lines(document) == [line.strip() for line in re.split("[\r\n\v\f\x85\u2028\u2029]", text) if line.strip()]


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


@pytest.mark.parametrize(
    ("element", "number"),
    [
        ("<p><font size={}>x</p>", 1_000),  # of which a parser opens every one again in every paragraph
        ("<p><b id={}>x<p>", 1_000),
        ("<div/>", 21_000),
        ("<rt>", 21_000),
        ("<b><div id={}></b>", 11_000),
        ("<div><!x </div>", 11_000),
        ("<!--><div>-->", 11_000),
        ("<style-guide><div></style-guide>", 11_000),
    ],
)
def test_unclosed_elements_do_not_stand_in_each_other_without_end(element: str, number: int) -> None:
    document = _html("".join(map(element.format, range(number))) + "<p>Anzeige")
    path = list(document.blocks)[-1].path or ""
    assert document.text.endswith("Anzeige")
    assert path.count(">") <= 2 * MAX_DEPTH


_CROWD = "<wbr>" * 20_001  # so many tags that the elements are counted and closed


@pytest.mark.parametrize(
    "before",
    [
        "<script>" + "if(i<n){k=i>2}\n" * 450 + "</script>",
        "<STYLE>" + "a<b>c{}\n" * 450 + "</style >",
        "<!--" + "<div>" * 450 + "-->",
        "<iframe>" + "<div>" * 450 + "</iframe>",
        "<select>" + "<option>x" * 450 + "</select>",
        "<ul>" + "<li>x" * 450 + "</ul>",
        "<ul>" + "<li><div>x</li>" * 450 + "</ul>",
        "<dl>" + "<dt>x<dd>y" * 450 + "</dl>",
        "<div>" + "<p>x</p>" * 450,
        "<p>x<h3>y</h3>" * 450,
        "<p><span>x</p>" * 450,
        "<table>" + "<tr><td>x<td>y" * 450 + "</table>",
        "<table><tbody>" + "<tr><td><div>x</td></tr>" * 450 + "</table>",
        "<table><td></div></section>" * 3 + "</table>" * 3,
        "<div title='</a><b>'></div>" * 450,
        "<svg><path d='M0 0'><circle r=1></svg>" * 450,
        "<section><div>x</section>" * 450,
        "<a name=x><p>y</p>" * 450,
        "<div><font size=1>x</div>" * 450,
        "<div><b>x<div>y</b></div></div>" * 450,
        "<b>x" * 450,
        "<B><p>x</B>" * 150,
    ],
)
def test_only_open_elements_make_a_large_page_deep(before: str) -> None:
    document = _html(f"{_CROWD}<body><div>{before}<style>p{{}}</style></div><h2>Title</h2><div>Anzeige</div><script>let a</script>")
    assert _lines(document)[-2:] == ["Title", "Anzeige"]
    assert _block(document, "Title").heading == 2


@pytest.mark.parametrize("crowd", ["", _CROWD])
@pytest.mark.parametrize(
    ("markup", "lines"),
    [
        (PAGE, _lines(_html(PAGE))),
        ("<div><table><tr><td>One</div><td>Two</table>Three</div>", ["One", "Two", "Three"]),
        ("<ul><li>One<ul><li>Two</ul>Three<li>Four</ul>", ["One", "Two", "Three", "Four"]),
        ("<p>One<template><p>Two</template><object><p>Three</object>", ["One"]),
        ("<b>One<div>Two</b> three</div>Four", ["One", "Two three", "Four"]),
        ("<p title='a > b'>One</p a=\">\">Two</i>Three", ["One", "TwoThree"]),
        ("<p a=x\">One</p><p b='>Two</p>", ["One"]),
    ],
)
def test_a_large_page_is_read_as_a_small_one(crowd: str, markup: str, lines: list[str]) -> None:
    assert _lines(_html(markup + crowd)) == lines


@pytest.mark.parametrize("opened", ["<div>", "<section class=x>", "<b><div>"])
def test_blocks_too_deep_stay_blocks_and_what_is_not_read_stays_unread(opened: str) -> None:
    deep = "<h2>One</h2><p>Two<svg><g><text>Three</g></svg></p><noscript>Four</noscript>five<div>Six</div>seven"
    document = _html(_CROWD + opened * 500 + deep)
    assert _lines(document) == ["One", "Two", "five", "Six", "seven"]


@pytest.mark.parametrize("opened", ["<b id={}>x", "<a name={}><p>x</p>"])
def test_unclosed_elements_inside_lines_leave_room_for_blocks_and_links(opened: str) -> None:
    crowd = _CROWD + "".join(map(opened.format, range(450)))
    assert _block(_html(f"{crowd}<h2>Title</h2>"), "Title").heading == 2
    if "<a" in opened:
        assert _block(_html(f"{crowd}<p><a rel=sponsored href=x>Link</a></p>"), "Link").cues == Cue.SPONSORED_LINK


def test_comments_that_lack_an_end_tag_leave_the_rest_of_a_large_page_in_blocks() -> None:
    comments = "".join(f"<div id=c{i}><div><p>Comment {i}</p></div>" for i in range(900))
    document = _html(f"{_CROWD}<article>{comments}</article><footer>Bezahlt von Quillfen</footer>")
    assert _lines(document) == [*(f"Comment {i}" for i in range(900)), "Bezahlt von Quillfen"]
    assert _block(document, "Bezahlt von Quillfen").landmark is Landmark.FOOTER


def test_drawings_with_unclosed_parts_take_nothing_from_a_large_page() -> None:
    drawing = "<svg><path d='M0 0'><circle r=1></svg>"
    comments = "".join(f"<div>Comment {i}, {'long ' * 12}</div>" for i in range(9))
    document = _html(f"<body>{(drawing + comments) * 1200}<footer>Bezahlt von Quillfen</footer>")
    assert len(_lines(document)) == 9 * 1200 + 1
    assert _block(document, "Bezahlt von Quillfen").landmark is Landmark.FOOTER


@pytest.mark.parametrize("value", ['"https://a.example/{}"', "'data:image/png;base64,{}'", '= "{}"'])
def test_a_tag_in_a_text_may_have_a_long_value(value: str) -> None:
    tag = f"<a rel=x href={value.format('sponsored' * 10_000)}>"
    document = _text(f"Read {tag}more</a> of it.")
    assert [" ".join(line.split()) for line in untagged(document.text).splitlines()] == ["Read more of it."]


def test_what_opens_and_is_no_tag_stays_in_a_text() -> None:
    text = f'If x <a and it\'s so, {"then more of it " * 100} is said "here" > y.'
    assert untagged(text) == text


@pytest.mark.parametrize("page", [Page("p", " \n\t"), Page("p", "<p> <br></p><script>x</script>", html=True)])
def test_a_page_without_text_is_refused(page: Page) -> None:
    with pytest.raises(PageError, match="p: it holds no text; check"):
        extract_document(page)

"""Tags, Markdown and footnotes change neither the sentences nor where they are found. All texts are invented."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.blocks import extract_document
from detector.document import Page, Passages
from detector.passages import split_passages
from detector.plain import plain, plain_copy, spoken
from detector.tags import untagged

_PIECES = st.sampled_from(
    [
        "[",
        "]",
        "](https://x.example/a_(b))",
        '](/about "About us")',
        "![",
        "[1]",
        "[^a]",
        "!",
        "(#b)",
        "\n",
        " ",
        "\xa0",
        "Quay",
        "Sponsored by Tarn. ",
        "](see below)",
        "]: https://x.example",
        "<br>",
        '<a href="/x">',
        "</p>",
        "<!-- ",
        "&nbsp;",
        "😀",
    ]
)
_TEXTS = st.lists(_PIECES, max_size=40).map("".join)


def sentences(text: str) -> list[tuple[str, str]]:
    """Return the sentences as they are read, and as they stand in the text."""
    copy = plain_copy(extract_document(Page("x", text, lang="en")))
    assert copy is not None
    read = split_passages(copy.document)
    return [
        (copy.document.text[start:end], text[first:last])
        for start, end, first, last in zip(*_bounds(read), *_bounds(copy.back(read)), strict=True)
    ]


def _bounds(passages: Passages) -> tuple[list[int], list[int]]:
    return passages.starts.tolist(), passages.ends.tolist()


def test_addresses_are_no_part_of_a_sentence_as_it_is_read_but_of_it_as_it_stands() -> None:
    text = 'This was paid for by [Tarn Mills](https://tarn.example/a_(b)?c=1). Read our [policy](/policy "Our policy").[2][3]\nNext'
    assert sentences(text) == [
        ("This was paid for by Tarn Mills.", "This was paid for by [Tarn Mills](https://tarn.example/a_(b)?c=1)."),
        ("Read our policy.", 'Read our [policy](/policy "Our policy").[2][3]'),
        ("Next", "Next"),
    ]


def test_tags_are_no_words_and_those_of_blocks_end_a_line() -> None:
    text = '<h2>Sponsored</h2><p>This was <b class="x">paid</b> for by Tarn.<br/>Next</p>\n<hr>\n<!-- a > b -->Read [on](/more).'
    assert [(" ".join(read.split()), stands) for read, stands in sentences(text)] == [
        ("Sponsored", "Sponsored"),
        ("This was paid for by Tarn.", 'This was <b class="x">paid</b> for by Tarn.'),
        ("Next", "Next"),
        ("Read on.", "Read [on](/more)."),
    ]


@pytest.mark.parametrize("text", ["1 < 2 and 3 > 2", "<John Smith> wrote", "<j@tarn.example>", "a <bold claim>", "x <p", "<!-- open"])
def test_what_is_no_tag_stays(text: str) -> None:
    assert untagged(text) == text


def test_a_blank_that_is_written_as_an_entity_parts_sentences() -> None:
    text = "&nbsp;\n&#160;Paid for by&nbsp;Tarn.&nbsp;Our&#xA0;views.\nQ&A &amp; more"
    assert [(" ".join(read.split()), stands) for read, stands in sentences(text)] == [
        ("Paid for by Tarn.", "Paid for by&nbsp;Tarn."),
        ("Our views.", "Our&#xA0;views."),
        ("Q&A &amp; more", "Q&A &amp; more"),
    ]


def test_tags_that_an_html_page_shows_are_its_text() -> None:
    document = extract_document(Page("x", "<p>Write &lt;b&gt; for bold.</p>", html=True))
    assert document.text == "Write <b> for bold." and plain_copy(document) is None


def test_a_linked_sentence_is_found_with_its_brackets() -> None:
    assert sentences("[Sponsored](https://x.example)\n* [![A quay](q.jpg)](https://x.example/q) Seen from here") == [
        ("Sponsored", "[Sponsored](https://x.example)"),
        ("* A quay Seen from here", "* [![A quay](q.jpg)](https://x.example/q) Seen from here"),
    ]


def test_a_link_may_go_over_a_line_but_not_over_a_blank_one() -> None:
    assert sentences("See [our\npolicy](/policy).") == [("See our", "See [our"), ("policy.", "policy](/policy).")]
    assert plain_copy(extract_document(Page("x", "See [our\n\npolicy](/policy)."))) is None


def test_a_footnote_that_is_a_link_moves_nothing_behind_it() -> None:
    text = "Tarn paid us.[1](https://x.example/n)[2](#b) Great![3] So[^a] it is. ![4](q.jpg)\n\n[^a]: Paid by Tarn."
    assert sentences(text) == [
        ("Tarn paid us.", "Tarn paid us.[1](https://x.example/n)[2](#b)"),
        ("Great!", "Great![3]"),
        ("So it is.", "So[^a] it is."),
        ("4", "![4](q.jpg)"),
        ("[^a]: Paid by Tarn.", "[^a]: Paid by Tarn."),
    ]


@pytest.mark.parametrize(
    "target",
    ["tel:+4912345", "javascript:void(0)", "data:image/png;base64,AAAA+/=", "</shop>", "<https://x.example/a b>", "/shop 'Our shop'"],
)
def test_a_target_may_be_no_web_address_and_stand_in_brackets(target: str) -> None:
    text = f"Paid for by [Tarn]({target}). Next."
    assert sentences(text) == [("Paid for by Tarn.", f"Paid for by [Tarn]({target})."), ("Next.", "Next.")]


def test_addresses_that_stand_apart_are_no_words() -> None:
    text = 'Read [more][1] of [it][2].\n\n[1]: https://x.example/sponsored\n[Tarn]: /paid-post "Our shop"\n[2]: It was paid.'
    assert sentences(text) == [
        ("Read [more][1] of [it][2].", "Read [more][1] of [it][2]."),
        ("1", "[1]: https://x.example/sponsored"),
        ('Tarn "Our shop"', '[Tarn]: /paid-post "Our shop"'),
        ("[2]: It was paid.", "[2]: It was paid."),
    ]


def test_a_picture_without_words_stays() -> None:
    picture = "[![](https://x.example/q.png)](https://x.example)"
    assert sentences(f"{picture}\n[Quay](/quay)") == [(picture, picture), ("Quay", "[Quay](/quay)")]


@pytest.mark.parametrize(
    "text", ["a[i](x) and [note](see below)", "The list [is] (long)", "[1] First", "x = [1, 2]", "Quay\n[Tarn]\n(https://x.example)"]
)
def test_what_is_no_link_stays(text: str) -> None:
    assert plain_copy(extract_document(Page("x", text))) is None
    assert plain(text) == text


@given(_TEXTS)
def test_a_copy_has_the_blocks_of_its_document_and_every_sentence_a_place(text: str) -> None:
    document = extract_document(Page("x", text + "\nend", lang="en"))
    copy = plain_copy(document)
    if copy is None:
        return
    assert len(copy.document.blocks) == len(document.blocks)
    read = split_passages(copy.document)
    placed = copy.back(read)
    shown = untagged(document.text)
    kept = copy.original(np.arange(len(copy.document.text))).tolist()
    for (start, end), (first, last) in zip(zip(*_bounds(read), strict=True), zip(*_bounds(placed), strict=True), strict=True):
        said = copy.document.text[start:end]
        assert said == said.strip() != ""
        assert said == "".join(shown[i] for i in kept[start:end])
        assert not {*range(first, kept[start]), *range(kept[end - 1] + 1, last)}.intersection(kept)
    assert (placed.starts[1:] >= placed.ends[:-1]).all()
    for block, original in zip(copy.document.blocks, document.blocks, strict=True):
        assert copy.document.text[block.start : block.end].strip() == copy.document.text[block.start : block.end] != ""
        assert original.start <= kept[block.start] and kept[block.end - 1] < original.end


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Paid for by Tarn &amp; Quill&#8217;s&nbsp;Sons", "Paid for by Tarn & Quill’s Sons"),
        ("Sponsored by <b>Tarn</b>  Foods", "Sponsored by Tarn Foods"),
        ("Sponsored by **Tarn** `Foods`", "Sponsored by Tarn Foods"),
        ("par la Socie\u0301te\u0301", "par la Société"),
        ("ge\u00adspon\u00adsert von \u200bTarn", "gesponsert von Tarn"),
        ("Sponsored\u00a0by\u2009Tarn\nFoods", "Sponsored by Tarn\nFoods"),
    ],
)
def test_names_are_looked_for_in_a_text_as_it_is_read_out(text: str, said: str) -> None:
    assert " ".join(spoken(text, entities=True).split(" ")) == said


def test_what_looks_like_an_entity_in_text_drawn_from_html_is_none() -> None:
    assert spoken("Write &amp; for &", entities=False) == "Write &amp; for &"

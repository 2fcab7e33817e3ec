"""Wrapped lines are joined, everything else is left alone. All texts are invented."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.blocks import extract_document
from detector.document import Page
from detector.passages import split_passages

STORY = (
    "The harbour board met on Tuesday to look at the plans for the new fish market, which has been promised since the old one burned "
    "down six years ago. Its chair, Edda Wiborg, said that nobody on the quay believes in the date any more. Disclosure: the writer's "
    "brother rents a stall there and has signed the petition against the move to the northern quay, about which she will not write."
)
LINES = [
    "Harbour market again delayed",
    "Home",
    "News and views from the coast",
    *textwrap.wrap(STORY, 64),
    "Read on",
]


def blocks_of(text: str) -> list[str]:
    return [text[b.start : b.end] for b in extract_document(Page("x", text)).blocks]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("indent", ["", "    "])
def test_a_wrapped_paragraph_is_one_block_between_its_neighbours(newline: str, indent: str) -> None:
    blocks = blocks_of(newline.join([*LINES[:3], "", *(indent + line for line in LINES[3:-1]), "", LINES[-1]]))
    assert [" ".join(block.split()) for block in blocks] == [*LINES[:3], STORY, LINES[-1]]


def test_a_wrapped_sentence_is_one_passage_where_it_stands() -> None:
    text = "\n".join(textwrap.wrap(STORY, 72))
    rows = split_passages(extract_document(Page("x", text))).rows(text)
    assert [" ".join(p.text.split()).partition(" ")[0] for p in rows] == ["The", "Its", "Disclosure:"]
    assert all(text[p.start : p.end] == p.text for p in rows)


def test_a_title_right_above_wrapped_text_stays_on_its_own() -> None:
    blocks = blocks_of("\n".join([LINES[0], *textwrap.wrap(STORY, 72)]))
    assert blocks[0] == LINES[0]
    assert len(blocks) == 2


def test_lines_that_go_on_with_a_capital_are_joined_where_they_are_full_or_joined_themselves() -> None:
    lines = [
        *textwrap.wrap(STORY, 72),
        "",
        "She wrote on behalf of the association of the quay, whose chair is",
        "Edda Wiborg, to the board.",
    ]
    assert blocks_of("\n".join(lines))[-1] == "\n".join(lines[-2:])


def test_paragraphs_that_are_no_lines_are_left_alone() -> None:
    text = "\n".join([STORY] * 8 + textwrap.wrap(STORY, 72))
    assert len(blocks_of(text)) == len(text.split("\n"))


@pytest.mark.parametrize(
    "lines",
    [
        ["More on the quay and its stalls today", "how the market was lost to the fire"] * 2,  # too few to tell
        ["Fish prices rise for the third month", "Board wants a second opinion on quay", "Old stalls sold at auction on Friday"] * 6,
        ["- the northern quay, which is nearer to the road", "- the southern quay, which the fishers prefer it"] * 6,
        ["the quay", "the stalls", "the road", "the board"] * 6,
        ["The board met on Tuesday to look at plans.", "nobody believes in the date any more, she said."] * 6,
    ],
    ids=["few", "headlines", "list", "short", "sentences"],
)
def test_lines_that_were_not_wrapped_are_left_alone(lines: list[str]) -> None:
    assert blocks_of("\n".join(lines)) == lines


def test_lines_with_a_blank_one_between_are_left_alone() -> None:
    lines = textwrap.wrap(STORY, 72)
    assert blocks_of("\n\n".join(lines)) == lines


@given(
    st.lists(st.sampled_from([*textwrap.wrap(STORY, 48), "", "Home", "- item", STORY, "Zuerst", "\t"]), max_size=40),
    st.sampled_from("\n\r"),
)
def test_blocks_are_whole_lines_of_the_text_in_order(lines: list[str], newline: str) -> None:
    text = newline.join([*lines, "end"])
    blocks = blocks_of(text)
    assert [line.strip() for block in blocks for line in block.split(newline)] == [
        line.strip() for line in text.split(newline) if line.strip()
    ]

"""What stands inside quotation marks. All texts are invented."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.blocks import extract_document
from detector.document import Page
from detector.features.quotation import quoted


def marked(text: str) -> str:
    """Return the characters of a text that are quoted, all others as a dot; line ends stay."""
    inside = quoted(extract_document(Page("x", text)), np.arange(len(text)))
    return "".join(c if q or c == "\n" else "." for c, q in zip(text, inside, strict=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('He said: "We pay." Then he left.', '........."We pay."..............'),
        ("He said: “We pay.” Then he left.", ".........“We pay.”.............."),
        ("Er sagt: „Wir zahlen.“ Dann ging er.", ".........„Wir zahlen.“.............."),
        ("Er sagt: »Wir zahlen.« Dann ging er.", ".........»Wir zahlen.«.............."),
        ("Il dit : « On paie. » Puis il part.", ".........« On paie. ».............."),
        ('“So,” she said, “we pay.” A "paid" post.', '“So,”...........“we pay.”..."paid"......'),
        ("“We pay.\n“And we go on,” he said.\nThey did.", "“We pay.\n“And we go on,”.........\n........."),
        ('A screen of 15" and one of 17" are sold.', "." * 40),
        ("It's the firm's own, isn't it?", "." * 30),
        (f"He said: “We pay. {'They went on. ' * 90}", "." * (18 + 14 * 90)),
        ("Nobody is quoted here.", "." * 22),
    ],
    ids=["straight", "curly", "low", "inward", "outward", "several", "unclosed", "inches", "apostrophes", "too long", "none"],
)
def test_what_is_quoted(text: str, expected: str) -> None:
    assert marked(text) == expected


@given(st.text('a“”„«»" \n', max_size=60).map(lambda text: text + "end"))
def test_marks_in_one_paragraph_say_nothing_of_the_next(text: str) -> None:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    assert marked("\n".join(lines)).split("\n") == [marked(line) for line in lines]

"""What sentences say in brackets. All texts are invented."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.blocks import extract_document
from detector.classifier import Table
from detector.document import Page
from detector.features.asides import asides
from detector.features.text import RICH_BITS, WORD_BITS
from detector.passages import split_passages
from detector.scoring import first_level

LONG = "The bank, which is old, has lost a suit against the town"


def _asides(text: str) -> list[tuple[int, str]]:
    found = asides(text, split_passages(extract_document(Page("x", text, lang="en"))))
    return [(owner, text[start:end]) for start, end, owner in zip(found.starts, found.ends, found.blocks, strict=True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"It fell. {LONG} (where I worked once) and will appeal.", [(1, "(where I worked once)")]),
        (f"{LONG} (where I worked once) and another (which I still own) too.", [(0, "(where I worked once)"), (0, "(which I still own)")]),
        (f"{LONG} (NYSE: TRN).", []),
        ("It fell. (We own some shares of it.) It rose.", []),
        (f"{LONG} (where I worked once\nand will again) it says.", []),
        (f"{LONG} where I worked once) and (will again.", []),
        (f"(where I worked once) {LONG}.", [(0, "(where I worked once)")]),
    ],
    ids=["one", "two", "short", "a whole sentence", "over lines", "unpaired", "first"],
)
def test_asides_stand_in_brackets_inside_longer_sentences(text: str, expected: list[tuple[int, str]]) -> None:
    assert _asides(text) == expected


@given(st.text("a()（） .\n", max_size=120))
def test_an_aside_lies_inside_its_sentence(text: str) -> None:
    document = extract_document(Page("x", f"{text}end"))
    passages = split_passages(document)
    found = asides(document.text, passages)
    assert (np.diff(found.starts) > 0).all()
    assert (passages.starts[found.blocks] <= found.starts).all()
    assert (found.ends <= passages.ends[found.blocks]).all()


def test_a_sentence_says_what_its_aside_says_too(monkeypatch: pytest.MonkeyPatch) -> None:
    words = Table(np.zeros((1 << WORD_BITS, 12), np.float32), np.zeros(11, np.float32))
    rich = Table(np.random.default_rng(0).normal(size=(1 << RICH_BITS, 11)).astype(np.float32), np.zeros(10, np.float32))

    def margins(text: str) -> np.ndarray:
        document = extract_document(Page("x", text, lang="en"))
        return first_level(document, split_passages(document), words, rich).labels

    aside = "(where I worked once)"
    both = margins(f"It fell. {LONG} {aside}.")
    monkeypatch.setattr("detector.features.asides.REST", 1_000)
    alone = margins(f"It fell. {LONG} {aside}.")
    assert np.array_equal(both, np.stack([alone[0], np.maximum(alone[1], margins(aside)[0])]))
    assert (both[1] > alone[1]).any()

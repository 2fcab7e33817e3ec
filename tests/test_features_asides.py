"""What sentences say in brackets, and the tags of titles. All texts are invented."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.blocks import extract_document
from detector.classifier import Table
from detector.document import Page, Passages
from detector.features.asides import asides, tags
from detector.features.text import RICH_BITS, WORD_BITS, tag_ngrams, tokens_of
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sponsored: a better way to move", ["Sponsored"]),
        ("Ten ways to move [Werbung]", ["Werbung"]),
        ("Ten ways to move ⌈WERBUNG⌉", ["WERBUNG"]),
        ("(ad) Ten ways to move", ["ad"]),
        ("* Ten ways to move (paid post)", ["paid post"]),
        ("Geschenke – Anzeige", ["Geschenke", "Anzeige"]),
        ("SPONSORED · Gas prices are about to fall", ["SPONSORED"]),
        ("Ten better ways to move | Sponsored", ["Sponsored"]),
        ("Sponsorisé : dix façons de bouger", ["Sponsorisé"]),
        ('    "title": "Sponsor: Ten ways to move",', ["Sponsor"]),
        ("title: 'Sponsored: ten ways to move'", ["Sponsored"]),
        ("12:45 Sponsor: ten ways to move", ["Sponsor"]),
        ("[01:12:45] Sponsor – ten ways to move", ["Sponsor"]),
        ("3. [ad] Ten ways to move", ["ad"]),
        ("10 ways: move", []),
        ("Ten ways to move", []),
        ("Sponsored", []),
        ("One of many very good ways: move", []),
        ("It ended 3:2 - at last.", ["at last."]),
        (f"Sponsored: {'a better way ' * 20}", []),
    ],
)
def test_tags_are_short_and_stand_at_the_edge_of_a_title(text: str, expected: list[str]) -> None:
    found = tags(text, split_passages(extract_document(Page("x", text, lang="en"))))
    assert [text[start:end] for start, end in zip(found.starts, found.ends, strict=True)] == expected


@pytest.mark.parametrize("parts", [asides, tags])
@given(text=st.text("aB()[]（）:|– .\n", max_size=120))
def test_parts_lie_inside_their_sentences(parts: Callable[[str, Passages], Passages], text: str) -> None:
    document = extract_document(Page("x", f"{text}end"))
    passages = split_passages(document)
    found = parts(document.text, passages)
    assert (np.diff(found.starts) > 0).all()
    assert (found.starts < found.ends).all()
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


def test_a_title_says_what_its_tag_says() -> None:
    weights = np.zeros((1 << WORD_BITS, 12), np.float32)
    weights[:, -1] = 1
    rich = Table(np.zeros((1 << RICH_BITS, 11), np.float32), np.zeros(10, np.float32))

    def margins(text: str) -> np.ndarray:
        document = extract_document(Page("x", text, lang="en"))
        return first_level(document, split_passages(document), Table(weights, np.zeros(11, np.float32)), rich).labels[0]

    document = extract_document(Page("x", "Ten ways to move [Werbung]", lang="en"))
    passages = split_passages(document)
    (tagged,) = tag_ngrams(tokens_of(document.text, passages)[0].within(tags(document.text, passages)))
    weights[tagged.ids, 1:-1] = 2
    assert margins("Ten ways to move [Werbung]") == pytest.approx(np.full(10, 2))
    assert margins("Ten ways to move, Werbung and all") == pytest.approx(np.zeros(10))
    assert margins("Werbung") == pytest.approx(np.zeros(10))

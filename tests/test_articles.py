"""Cutting a document into articles, from what is said of its blocks."""

from collections.abc import Container, Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detector.articles import MIN_LENGTH, Span, join_boilerplate, split_articles
from detector.document import Blocks, Document, Passages

TITLE, SHORT, BODY, CHROME = 40, 60, MIN_LENGTH, 20


def _document(lengths: Sequence[int]) -> Document:
    ends = np.cumsum([n + 1 for n in lengths]) - 1
    starts = ends - np.array(lengths)
    return Document("d", "\n".join("x" * n for n in lengths), Blocks(starts.tolist(), ends.tolist()))


def _split(lengths: Sequence[int], titles: Sequence[int], chrome: Sequence[int] = ()) -> list[Span]:
    is_chrome = np.isin(np.arange(len(lengths)), chrome).astype(np.float32)
    places = np.array(titles, np.intp)
    return split_articles(_document(lengths), places, np.ones(len(places), np.float32), is_chrome, (0.5, 0.5))


def test_each_title_opens_an_article() -> None:
    assert _split([TITLE, BODY, TITLE, BODY, BODY], [0, 2]) == [(0, 2), (2, 5)]


def test_chrome_around_articles_belongs_to_none() -> None:
    lengths = [CHROME, CHROME, TITLE, BODY, CHROME, TITLE, BODY, CHROME]
    assert _split(lengths, [2, 5], [0, 1, 4, 7]) == [(2, 4), (5, 7)]


def test_chrome_inside_an_article_stays_in_it() -> None:
    assert _split([TITLE, BODY, CHROME, BODY], [0], [2]) == [(0, 4)]


def test_a_title_that_looks_like_chrome_still_opens_its_article() -> None:
    assert _split([TITLE, BODY, TITLE, BODY], [0, 2], [2]) == [(0, 2), (2, 4)]


def test_a_page_without_a_title_is_one_article_without_its_chrome() -> None:
    assert _split([CHROME, BODY, BODY, CHROME], [], [0, 3]) == [(1, 3)]


def test_what_is_too_short_belongs_to_the_article_before() -> None:
    assert _split([TITLE, BODY, TITLE, SHORT, TITLE, BODY], [0, 2, 4]) == [(0, 4), (4, 6)]


def test_of_two_titles_near_each_other_the_likelier_opens_the_article() -> None:
    document = _document([BODY, TITLE, SHORT, TITLE, BODY])
    places, chrome = np.array([1, 3]), np.zeros(5, np.float32)
    assert split_articles(document, places, np.array([0.9, 0.6], np.float32), chrome, (0.5, 0.5)) == [(0, 1), (1, 5)]
    assert split_articles(document, places, np.array([0.6, 0.9], np.float32), chrome, (0.5, 0.5)) == [(0, 3), (3, 5)]


def _joined(titled: Container[int], disclosing: Sequence[float]) -> list[Span]:
    ends = np.cumsum([TITLE, BODY, TITLE, BODY]).astype(np.int32)
    passages = Passages(ends - np.array([TITLE, BODY, TITLE, BODY], np.int32), ends, np.arange(4, dtype=np.int32))
    return join_boilerplate(passages, [(0, 2), (2, 4)], np.array(disclosing, np.float32), titled)


def test_a_piece_that_opens_with_boilerplate_belongs_to_the_article_before() -> None:
    assert _joined([], [0, 0, 0.9, 0.9]) == [(0, 4)]
    assert _joined([], [0, 0, 0.9, 0]) == [(0, 2), (2, 4)]
    assert _joined([], [0.9, 0.9, 0, 0]) == [(0, 2), (2, 4)]


def test_a_sure_title_opens_an_article_though_boilerplate_follows() -> None:
    assert _joined([2], [0, 0, 0.9, 0.9]) == [(0, 2), (2, 4)]


def test_a_page_of_chrome_only_is_one_article() -> None:
    assert _split([CHROME, CHROME], [], [0, 1]) == [(0, 2)]


def test_titles_below_the_threshold_open_nothing() -> None:
    document = _document([TITLE, BODY, TITLE, BODY])
    opening = np.array([0.9, 0.4], np.float32)
    assert split_articles(document, np.array([0, 2]), opening, np.zeros(4, np.float32), (0.5, 0.5)) == [(0, 4)]


@given(st.data())
def test_articles_are_runs_of_blocks_in_order_that_do_not_overlap(data: st.DataObject) -> None:
    lengths = data.draw(st.lists(st.sampled_from([CHROME, TITLE, SHORT, BODY]), min_size=1, max_size=30))
    places = st.sets(st.integers(0, len(lengths) - 1))
    spans = _split(lengths, sorted(data.draw(places)), sorted(data.draw(places)))
    assert spans
    assert all(first < last for first, last in spans)
    assert all(before[1] <= after[0] for before, after in zip(spans, spans[1:], strict=False))
    assert spans[0][0] >= 0
    assert spans[-1][1] <= len(lengths)

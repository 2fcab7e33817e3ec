"""Pages composed for training: every article stands where it is said to, whole, under its title, in any spacing."""

import pytest

from detector.corpus import Example
from detector.document import ContentType
from detector.training.pages import LENGTHS, SHARES, composed, respaced

SENTENCE = "The ferry to Tarn was late again on day {}.\nPassengers of line {} waited by the quay.\n\n"


def _article(kind: ContentType, number: int, title: str | None = "Ferry late") -> Example:
    text = "".join(SENTENCE.format(k, number) for k in range(6))
    title = title and f"{title} {number}"
    return Example(f"{kind}-{number}", f"{number % 2}.example", "en", text, title=title, articles=((0, len(text), kind),))


@pytest.fixture(scope="module")
def articles() -> list[Example]:
    return [_article(kind, number) for kind in SHARES for number in range(4)]


@pytest.fixture(scope="module")
def pages(articles: list[Example]) -> list[Example]:
    return composed(articles, 60)


def test_every_article_of_a_composed_page_stands_where_it_is_said_to(articles: list[Example], pages: list[Example]) -> None:
    stories = {(e.title, e.articles[0][2]): " ".join(e.text.split()) for e in articles}
    for page in pages:
        assert len(page.articles) > 1
        for start, end, kind in page.articles:
            lines = page.text[start:end].split("\n")
            story = next(story for (title, of), story in stories.items() if of is kind and title and lines[0].startswith(title))
            head, first, rest = " ".join(" ".join(lines).split()).partition(story[:20])
            assert story.startswith(first + rest)
            assert rest.endswith(".")
            assert len(head) < 120
        between = [page.text[a[1] : b[0]] for a, b in zip(page.articles, page.articles[1:], strict=False)]
        assert all("ferry" not in text.casefold() for text in between)


def test_some_stories_are_whole_and_some_are_cut(pages: list[Example]) -> None:
    sentences = [page.text[start:end].count("Passengers") for page in pages for start, end, _ in page.articles]
    assert max(sentences) == 6
    assert min(sentences) < 6


def test_pages_come_in_several_spacings_and_shapes(pages: list[Example]) -> None:
    assert len(pages) == 90  # half of the 60 in another spacing as well
    assert any("\n\n\n" in page.text for page in pages)
    assert any("\n\n" not in page.text for page in pages)
    assert any("minutes ago" in page.text for page in pages)
    assert any("minutes ago" not in page.text for page in pages)


def test_the_same_articles_give_the_same_pages(articles: list[Example], pages: list[Example]) -> None:
    assert composed(articles, 60) == pages


def test_no_page_is_composed_where_a_content_type_has_no_article_with_a_title(articles: list[Example]) -> None:
    untitled = [_article(ContentType.PRESS_RELEASE, 9, title=None)]
    others = [e for e in articles if e.articles[0][2] is not ContentType.PRESS_RELEASE]
    assert composed([*others, *untitled], 10) == []


def test_articles_that_are_hardly_any_text_are_left_out(articles: list[Example]) -> None:
    short = Example("short", "s.example", "en", "Too short.", title="A note", articles=((0, 10, ContentType.EDITORIAL),))
    assert len(short.text) < LENGTHS[0]
    assert all("Too short." not in page.text for page in composed([*articles, short], 60))


def test_respacing_moves_the_articles_along() -> None:
    text = "Menu\n\nA title\n\nFirst story.\nIt ends.\n\n\nNext title\n\nSecond story."
    first, second = text.index("A title"), text.index("Next title")
    kinds = ContentType.EDITORIAL, ContentType.PAID_PROMOTION
    page = Example("p", "p", "en", text, articles=((first, second - 3, kinds[0]), (second, len(text), kinds[1])))
    single, double = respaced(page)
    assert single.text == text.replace("\n\n\n", "\n").replace("\n\n", "\n")
    assert double.text == "\n\n".join(line for line in text.split("\n") if line)
    for copy in (single, double):
        stories = [copy.text[start:end].split() for start, end, _ in copy.articles]
        assert stories == [text[start:end].split() for start, end, _ in page.articles]

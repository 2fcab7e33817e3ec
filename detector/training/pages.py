"""Put pages of several articles together from single ones, and space pages anew: titles are to be told on any page.

Pages whose articles are known are few, and their articles come again and again. Those composed here hold every article of known type and
title, in what aggregators make of them: titles once or doubled, bare or between source, age and buttons, stories with their line breaks
or on one line, anything between them.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from detector.corpus import Example
from detector.document import ContentType

# Dev, average precision of titles: no such pages .936; 600 of whole stories .979, 1,500 .989; with short and signed ones, so that front
# pages are cut as well, 2,500 .981, 4,000 .987.
PAGES = 4_000
SHARES = {ContentType.EDITORIAL: 0.5, ContentType.PAID_PROMOTION: 0.3, ContentType.PRESS_RELEASE: 0.2}
MOST_ARTICLES = 6
LENGTHS = 300, 15_000  # code points of the articles taken
SAME_SITE = 0.25  # of the articles are followed by another of their site, as in a feed
HEADED = 0.15  # of the articles have a heading of the page before them
ONE_LINE = 0.4  # of the pages have each story on one line
FEED = 0.35  # of the pages show titles twice, site and age below
CARDS = 0.2  # of the pages show them in another of the ways of feeds
SIGNED = 0.4  # of the others' articles have a line below the title that says who wrote it, or when
SHORT = 0.3  # of the articles are cut to their first BRIEF code points or so, as on front pages
BRIEF = 300, 900

_SEPARATORS = "\n", "\n", "\n\n", "\n\n\n"
_TOPS = ("", "", "Related articles", "Trending now", "More stories", "Read also", "Latest", "Mehr zum Thema", "À lire aussi")
_MENUS = (
    "Home\nNews\nBusiness\nSport",
    "Politik  Wirtschaft  Kultur  Abo",
    "Shop | Forum | Archive\n12 degrees, light rain",
    "The Harbour Gazette",
)
_ENDS = (
    "",
    "",
    "© All rights reserved.",
    "About us\nContact\nPrivacy\nTerms",
    "Comments\nNo comments yet",
    "Impressum  Datenschutz",
    "Most read\nWhat the new timetable means for you\nTerms. Privacy.",
)
_NAMES = "Ines Corvalan", "Peter Haugh", "Marit Solheim", "J. Okonedo", "Redaktion", "Staff", "Luc Vernay", "Rosa Almeida", "AIN", "NPA"
_BYLINES = (
    "By {name}",
    "{name}",
    "{name} - Staff reporter",
    "Von {name}",
    "Par {name}",
    "Por {name} | Madrid",
    "{day} May, 6:00",
    "{day}/03/2024 {name}",
)
_DOUBLED = "", "{title}\n{title}\n\n{site}\n\n{age}\n\n  • {site}\n\n{title}\n\n"
_CARDS = (  # what stands before an article, and its head
    ("", "{title}\n{site} · {age}\n\n"),
    ("", "{title}\n{age} | {site}\n"),
    ("", "{title}\n\n{site}\n{age}\n\n"),
    ("", "{title} – {site}\n{age}\n"),
    ("", "{title}\n\nShare\nSave\n\n"),
    ("{site}\n", "{title}\n{age}\n"),
    ("{site} • {age}\n", "{title}\n\n"),
    ("{age}\n\n", "{title}\n\n"),
    ("Image: {name}\n", "{title}\n{name}\n\n"),
)
_AGES = "time{n} minutes ago", "{n} min ago", "{n}h", "Yesterday, {n}:15", "vor {n} Stunden", "il y a {n} h", "hace {n} horas"


def composed(examples: Sequence[Example], pages: int = PAGES) -> list[Example]:
    """Return pages of two to MOST_ARTICLES articles and more, from the examples that are one article of known type and title.

    Half of the pages come in another spacing as well. There are none where a content type has no such article.
    """
    draw = random.Random(5)
    pool: dict[ContentType, list[Example]] = {kind: [] for kind in SHARES}
    for example in examples:
        if example.is_single and example.title and LENGTHS[0] < len(example.text) < LENGTHS[1]:
            pool[example.articles[0][2]].append(example)
    if not all(pool.values()):
        return []
    made = [_composed(f"composed-{k}", _articles(pool, draw), draw) for k in range(pages)]
    return made + [respaced(page)[k // 2 % 2] for k, page in enumerate(made) if k % 2]


def _articles(pool: dict[ContentType, list[Example]], draw: random.Random) -> list[Example]:
    chosen: list[Example] = []
    for kind in draw.choices(list(SHARES), list(SHARES.values()), k=draw.randint(2, MOST_ARTICLES)):
        chosen.append(draw.choice(pool[kind]))
        if draw.random() < SAME_SITE:
            others = [e for e in pool[kind] if e.site == chosen[-1].site and e is not chosen[-1]]
            chosen += draw.sample(others, min(1, len(others)))
    return chosen


def _composed(name: str, chosen: Sequence[Example], draw: random.Random) -> Example:
    separator, one_line = draw.choice(_SEPARATORS), draw.random() < ONE_LINE
    feed = draw.random()
    card = _DOUBLED if feed < FEED else draw.choice(_CARDS) if feed < FEED + CARDS else None
    top = draw.choice((*_TOPS, *_MENUS))
    text, articles = top + draw.choice(("\n", "\n\n")) * bool(top), []
    for k, example in enumerate(chosen):
        text += separator * bool(k)
        if k and draw.random() < HEADED:
            text += draw.choice(_TOPS[2:]) + draw.choice(("\n", "\n\n"))
        before, head = _head(example, card, draw)
        text += before
        start = len(text)
        story = _story(example, draw)
        text += head + (" ".join(story.split()) if one_line else story)
        articles.append((start, len(text), example.articles[0][2]))
    end = draw.choice(_ENDS)
    return Example(name, name, "und", text + separator * bool(end) + end, articles=tuple(articles), layer="composites")


def _story(example: Example, draw: random.Random) -> str:
    """Return an article without its title, or its first sentences."""
    text = example.text.strip().removeprefix(example.title or "").strip()
    if draw.random() >= SHORT:
        return text
    end = re.compile(r"[.!?](?=\s)").search(text, draw.randint(*BRIEF))
    return text[: end.end()] if end else text


def _head(example: Example, card: tuple[str, str] | None, draw: random.Random) -> tuple[str, str]:
    """Return what stands before an article, and its title with what stands below: as a feed's page has it, or bare and perhaps signed."""
    name, n = draw.choice(_NAMES), draw.randint(1, 31)
    gap = draw.choice(("\n", "\n\n"))
    before, head = card or ("", "{title}" + gap + (draw.choice(_BYLINES) + gap) * (draw.random() < SIGNED))
    site = example.site if "." in example.site else name
    values = {"title": _title(example), "site": site, "name": name, "day": n, "age": draw.choice(_AGES).format(n=n)}
    return before.format(**values), head.format(**values)


def _title(example: Example) -> str:
    return " ".join((example.title or "").split())


def respaced(example: Example) -> list[Example]:
    """Return copies of a page with its blank lines lost and doubled, the spans moved along."""
    return [_respaced(example, r"\n{2,}", "\n"), _respaced(example, r"\n+", "\n\n")]


def _respaced(example: Example, pattern: str, by: str) -> Example:
    places = np.zeros(len(example.text) + 1, np.intp)
    parts, position, at = [], 0, 0
    for match in re.finditer(pattern, example.text):
        places[at : match.start()] = np.arange(position, position + match.start() - at)
        parts += [example.text[at : match.start()], by]
        position += match.start() - at
        places[match.start() : match.end()] = position
        position, at = position + len(by), match.end()
    places[at:] = np.arange(position, position + len(example.text) - at + 1)
    articles = tuple((int(places[s]), int(places[e - 1]) + 1, t) for s, e, t in example.articles)
    return replace(example, text="".join([*parts, example.text[at:]]), articles=articles, findings=(), read=())

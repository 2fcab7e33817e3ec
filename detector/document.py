"""The nouns: what flows from one step to the next, frozen and built whole.

Every offset is a half-open `[start, end)` in code points of `Document.text`, which for text input is the caller's own string.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag, StrEnum
from typing import TYPE_CHECKING, Any, Self, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Label(StrEnum):
    """What a sentence discloses, denies or disclaims (the sentence layer)."""

    SPONSORSHIP_DISCLOSURE = "sponsorship_disclosure"
    AFFILIATE_DISCLOSURE = "affiliate_disclosure"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    NO_CONFLICT = "no_conflict"
    ADVICE_DISCLAIMER = "advice_disclaimer"
    CONTENT_DISCLAIMER = "content_disclaimer"
    FORWARD_LOOKING = "forward_looking"
    FUNDING_ACKNOWLEDGEMENT = "funding_acknowledgement"
    PRESS_RELEASE_MARKER = "press_release_marker"


class ContentType(StrEnum):
    """What an article is (the article layer)."""

    EDITORIAL = "editorial"
    PAID_PROMOTION = "paid_promotion"
    PRESS_RELEASE = "press_release"


LABELS = tuple(Label)
CONTENT_TYPES = tuple(ContentType)


class Landmark(IntEnum):
    """The nearest HTML landmark that a block stands in."""

    NONE = 0
    HEADER = 1
    NAV = 2
    MAIN = 3
    ARTICLE = 4
    ASIDE = 5
    FOOTER = 6


class Cue(IntFlag):
    """What the markup around a block, or the page's metadata, says about money."""

    NONE = 0
    SPONSORED_LINK = 1  # rel=sponsored
    SPONSOR_WORD = 2  # a class or id speaks of sponsors, adverts or partners
    DISCLAIMER_WORD = 4  # a class or id speaks of disclaimers or disclosures
    ADVERTISER_TYPE = 8  # JSON-LD AdvertiserContentArticle
    META_WORD = 16  # a meta keyword or section speaks of sponsored content
    URL_WORD = 32  # the URL path speaks of sponsored content


@dataclass(frozen=True, slots=True)
class Page:
    """One input as it came: text (`str`), or HTML (`str`, or `bytes` still to be decoded)."""

    id: str
    content: str | bytes
    html: bool = False
    url: str | None = None
    lang: str | None = None
    charset: str | None = None  # as declared by the transport (HTTP header)
    date: str | None = None


# An element's place in the tree: (its parent's trail, tag, 1-based index among its parent's element children). A plain tuple,
# since a page makes a thousand of them and hardly one is ever asked for its path.
Trail: TypeAlias = tuple["Trail | None", str, int]


@dataclass(frozen=True, slots=True)
class Block:
    """One block of the page: a paragraph, heading, list item or line."""

    start: int
    end: int
    landmark: Landmark = Landmark.NONE
    heading: int = 0  # 1-6 for h1-h6, else 0
    link_density: float = 0.0  # share of characters inside links
    cues: Cue = Cue.NONE
    trail: "Trail | None" = None

    @property
    def path(self) -> str | None:
        """CSS path of the block's element; None for text input."""
        steps, trail = [], self.trail
        while trail is not None:
            parent, tag, index = trail
            steps.append(tag if parent is None else f"{tag if tag.isalnum() else '*'}:nth-child({index})")  # o:p is no CSS name
            trail = parent
        return " > ".join(reversed(steps)) or None


@dataclass(frozen=True, slots=True)
class Blocks:
    """The blocks of a document as parallel columns, in text order; indexing builds a `Block`."""

    starts: list[int]
    ends: list[int]
    landmarks: list[int] | None = None  # None: text input, all NONE
    headings: list[int] | None = None
    link_chars: list[int] | None = None
    cues: list[int] | None = None
    trails: list[Trail] | None = None

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, i: int) -> Block:
        start, end = self.starts[i], self.ends[i]
        if self.landmarks is None or self.headings is None or self.link_chars is None or self.cues is None:
            return Block(start, end)
        return Block(
            start,
            end,
            Landmark(self.landmarks[i]),
            self.headings[i],
            min(1.0, self.link_chars[i] / max(end - start, 1)),
            Cue(self.cues[i]),
            None if self.trails is None else self.trails[i],
        )

    def __iter__(self) -> Iterator[Block]:
        return (self[i] for i in range(len(self)))


@dataclass(frozen=True, slots=True)
class Document:
    """The page's text and its blocks; `cues` are those of the page's metadata and URL."""

    id: str
    text: str
    blocks: Blocks
    url: str | None = None
    lang: str = "und"
    cues: Cue = Cue.NONE
    date: str | None = None

    @property
    def from_html(self) -> bool:
        """Whether the text was drawn from markup."""
        return self.blocks.landmarks is not None


@dataclass(frozen=True, slots=True)
class Passage:
    """One sentence of a document, and the index of the block it stands in."""

    start: int
    end: int
    block: int
    text: str


@dataclass(frozen=True, slots=True)
class Passages:
    """The sentences of a document as parallel int32 columns of shape (n,), in text order."""

    starts: "NDArray[np.int32]"
    ends: "NDArray[np.int32]"
    blocks: "NDArray[np.int32]"

    def __len__(self) -> int:
        return len(self.starts)

    def rows(self, text: str) -> Iterator[Passage]:
        """Yield each as a `Passage` of `text`, the document's own."""
        for start, end, block in zip(self.starts.tolist(), self.ends.tolist(), self.blocks.tolist(), strict=True):
            yield Passage(start, end, block, text[start:end])


@dataclass(frozen=True, slots=True)
class Article:
    """A span of the page that is one article, title to last line of its own boilerplate."""

    start: int
    end: int
    type: ContentType
    score: float  # probability of `type`; may be below one half, since the model's thresholds decide the type
    title: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence that discloses, denies or disclaims; one with two labels is two findings.

    `article` indexes `Report.articles`, None outside all.
    """

    label: Label
    start: int
    end: int
    score: float  # calibrated probability that the sentence carries the label
    article: int | None
    text: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """All that was found on one page; `error` is set, and nothing found, where it could not be read."""

    id: str
    url: str | None = None
    lang: str = "und"
    model: str = ""
    date: str | None = None
    articles: tuple[Article, ...] = ()
    findings: tuple[Finding, ...] = ()
    error: str | None = None

    @property
    def paid(self) -> tuple[Article, ...]:
        """The articles that somebody paid for."""
        return tuple(a for a in self.articles if a.type is ContentType.PAID_PROMOTION)

    def findings_of(self, label: Label | str) -> tuple[Finding, ...]:
        """The findings of one label, in text order."""
        return tuple(f for f in self.findings if f.label == label)

    def to_dict(self) -> dict[str, Any]:
        """The output record: plain dicts, lists, strings and numbers."""
        return {
            "id": self.id,
            "url": self.url,
            "lang": self.lang,
            "model": self.model,
            "date": self.date,
            "articles": [{"start": a.start, "end": a.end, "type": str(a.type), "score": a.score, "title": a.title} for a in self.articles],
            "findings": [
                {
                    "label": str(f.label),
                    "start": f.start,
                    "end": f.end,
                    "score": f.score,
                    "article": f.article,
                    "text": f.text,
                    "details": dict(f.details),
                }
                for f in self.findings
            ],
            "error": self.error,
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """Build a report from an output record; raises KeyError, TypeError or ValueError where it is not one."""
        return cls(
            record["id"],
            record.get("url"),
            record.get("lang") or "und",
            record.get("model") or "",
            record.get("date"),
            tuple(Article(a["start"], a["end"], ContentType(a["type"]), a["score"], a["title"]) for a in record["articles"]),
            tuple(
                Finding(Label(f["label"]), f["start"], f["end"], f["score"], f["article"], f["text"], f.get("details") or {})
                for f in record["findings"]
            ),
            record.get("error"),
        )

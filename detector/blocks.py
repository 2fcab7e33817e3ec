"""Turn a page into a document: one text and its blocks with offsets, landmark, link density, heading level and markup cues.

All visible text is kept, menus and footers included: disclosures live there. Only this module creates text; for HTML it
appends text and offset in the same loop.
"""

import re
from typing import TypeAlias

from selectolax.lexbor import LexborHTMLParser, LexborNode

from detector.balance import balanced
from detector.document import Blocks, Cue, Document, Landmark, Page, Trail
from detector.errors import PageError
from detector.language import language_of
from detector.pages.decoding import decoded
from detector.tags import BLOCKS, UNREAD, untagged
from detector.wrapping import unwrapped

MAX_CHARACTERS = 20_000_000

_HEADINGS = {f"h{n}": n for n in range(1, 7)}
_LANDMARK_TAGS = {
    "header": Landmark.HEADER,
    "nav": Landmark.NAV,
    "main": Landmark.MAIN,
    "article": Landmark.ARTICLE,
    "aside": Landmark.ASIDE,
    "footer": Landmark.FOOTER,
}
_LANDMARK_ROLES = {
    "banner": Landmark.HEADER,
    "navigation": Landmark.NAV,
    "main": Landmark.MAIN,
    "article": Landmark.ARTICLE,
    "complementary": Landmark.ASIDE,
    "contentinfo": Landmark.FOOTER,
}
_SPONSOR_WORD = re.compile(
    r"(?<![a-z])(?:sponsor(?!-?logo)|advertori|promoted|paid|partner-?(?:content|post)|brand(?:ed)?-?(?:content|studio)|native-?ad|"
    r"anzeige(?!n-)|werbung|publired|publi-?rep|commercial)",
    re.IGNORECASE,
)
_DISCLAIMER_WORD = re.compile(r"disclaim|disclos|affiliate|haftung|riesgo|rechtshinweis|transparen[cz]", re.IGNORECASE)
_CUE_WORD = re.compile(f"{_SPONSOR_WORD.pattern}|{_DISCLAIMER_WORD.pattern}", re.IGNORECASE)
_URL_WORD = re.compile(
    r"(?:^|[/_.-])(?:sponsor(?:ed|s)?|advertorials?|partner-?content|brand(?:ed)?-?(?:content|studio|voice)|paid-?(?:post|content)|"
    r"promoted|native-?ads?|anzeigen?|publirr?ed\w*|publi-?reportage|patrocinad\w*)(?:$|[/_.-])",
    re.IGNORECASE,
)
_ADVERTISER_TYPE = re.compile(r'"@type"\s*:\s*\[?[^\]}]{0,80}"AdvertiserContentArticle"')
# An element inside a line whose attributes hide it. Few other attributes hold a colon or an h, so the rest is passed over at once.
_HIDING = re.compile(
    r"<(?i:a(?:bbr|cronym)?|b(?:d[io]|ig)?|c(?:ite|ode)|d(?:ata|el|fn)|em|font|i(?:ns)?|kbd|mark|nobr|q|s(?:amp|mall|pan|trike|trong|u[bp])?|"
    r"t(?:ime|t)|u|var|[a-z]+-[\w-]*)\s"
    r"(?:[^<>:hH]++|:(?!(?<=[yY\s]:)\s*(?i:none|hidden))|[hH](?!(?<=\s[hH])(?i:idden)[\s=/>]))*+[:hH]"
)
_XML = re.compile(r"[\ufeff \t\r\n]*<\?xml")
# Elements that XHTML may close in the tag that opens them; to HTML the rest of the page would be their content, which nobody sees.
_CLOSED_AT_ONCE = re.compile(
    r"<(audio|canvas|iframe|no(?:embed|frames|script)|object|script|style|template|textarea|title|video|xmp)((?:\s(?:[^<>]*[\s\"'])?)?)/>"
)
_PREFORMATTED = frozenset("listing pre textarea xmp".split())
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_NO_BOUNDARY = frozenset(("-comment", None, "wbr"))
_RAISED = frozenset(("sub", "sup"))
# How an element goes on that stands beside a tag: with a preposition and a name ("Sponsored", "by Acme"), a time ("3 min read") or a date.
_BESIDE = re.compile(
    r"(?:by|from|with|vo[nm]|durch|mit|par|avec|por|con|com|pel[ao]|da|dall[ao]|door|van|met|av|från|med|af|fra|przez)\s+[^\W\d_a-z]"
    r"|\d{1,2}\.?\s+[^\W\d_]{3}"
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_Context: TypeAlias = tuple[int, int, int, Trail | None]  # landmark, heading, cues, trail
_LINE = re.compile(r"[^\r\n\v\f\x85\u2028\u2029]+")  # those of word processors and of JSON end lines too


def extract_document(page: Page) -> Document:
    """Return the document of a page.

    Raises PageError where its bytes cannot be read, its HTML is too large to parse, or it holds no text at all.
    """
    page = decoded(page)
    assert isinstance(page.content, str)
    document = _from_html(page, page.content) if page.html else _from_text(page, page.content)
    if not len(document.blocks):
        raise PageError(page.id, "it holds no text", "check that the file is the page you meant")
    return document


def _from_text(page: Page, text: str) -> Document:
    starts, ends = [], []
    shown = untagged(text)
    for line in _LINE.finditer(shown):
        content = line.group().strip()
        if content:
            start = line.start() + line.group().index(content[0])
            starts.append(start)
            ends.append(start + len(content))
    blocks = Blocks(*unwrapped(shown, starts, ends))
    lang = _language(page.lang) or language_of(shown)
    return Document(page.id, text, blocks, page.url, lang, _url_cues(page.url), page.date)


def _from_html(page: Page, markup: str) -> Document:
    if len(markup) > MAX_CHARACTERS:
        raise PageError(page.id, f"its HTML is longer than {MAX_CHARACTERS:,} characters", "split it or scan its text")
    try:
        tree = LexborHTMLParser(balanced(_as_html(markup)))
    except (ValueError, RuntimeError, UnicodeError) as error:
        raise PageError(page.id, f"its HTML cannot be parsed ({error})", "save the page again") from error
    writer = _Writer()
    if tree.body is not None:
        _walk(tree.body, writer, "sponsored" in markup, _HIDING.search(markup) is not None)
    text = "\n".join(writer.parts)
    declared = tree.root.attributes.get("lang") if tree.root is not None else None
    lang = _language(page.lang) or _language(declared) or language_of(text)
    return Document(page.id, text, writer.blocks(), page.url, lang, _url_cues(page.url) | _page_cues(tree, markup), page.date)


def _as_html(markup: str) -> str:
    """Return markup that begins as XML with elements that are closed at once written as HTML reads them; other markup as it is."""
    return _CLOSED_AT_ONCE.sub(r"<\1\2></\1>", markup) if _XML.match(markup) else markup


class _Writer:
    """Collects text and block columns in one pass; lasts for one page."""

    __slots__ = ("parts", "length", "words", "linked", "context", "columns")

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.words: list[str] = []  # text of the open block, not yet folded
        self.linked = 0
        self.context: _Context = (0, 0, 0, None)
        self.columns: list[tuple[int, int, int, int, int, int, Trail | None]] = []

    def close_block(self) -> None:
        text = " ".join("".join(self.words).split())
        self.words.clear()
        if text:
            landmark, heading, cues, trail = self.context
            start, end = self.length, self.length + len(text)
            self.parts.append(text)
            self.columns.append((start, end, landmark, heading, self.linked, cues, trail))
            self.length = end + 1

    def close_paragraphs(self, text: str, context: _Context, linked: bool) -> str:
        """Write all of a preformatted text but what follows its last blank line; return that."""
        *paragraphs, rest = _BLANK_LINE.split(text)
        for paragraph in paragraphs:
            if not self.words:
                self.context, self.linked = context, 0
            self.words.append(paragraph)
            self.linked += len(paragraph) if linked else 0
            self.close_block()
        return rest or " "

    def blocks(self) -> Blocks:
        columns = [list(column) for column in zip(*self.columns, strict=True)] or [[] for _ in range(7)]
        return Blocks(*columns)


def _walk(body: LexborNode, writer: _Writer, paid_links: bool, hiding: bool) -> None:
    """Visit every node in document order without recursion, keeping one frame an open element.

    Elements inside a line of text say nothing, but for links where the page has `paid_links` at all, and where it is `hiding` some:
    reading attributes is dear.
    """
    stack: list[tuple[LexborNode, bool, bool, _Context, int]] = []
    context: _Context = (0, 0, 0, (None, "body", 1))
    linked, index, words = False, 0, writer.words
    preformatted: LexborNode | None = None
    node = body.first_child
    while node is not None:
        tag = node.tag or "-comment"
        if tag == "-text":
            text = node.text_content or ""
            if preformatted is not None:
                text = writer.close_paragraphs(text, context, linked)
            if words:
                if text[:1].isalnum() and preformatted is None and _parted(words[-1], text) and _at_boundary(node):
                    words.append(" ")
                words.append(text)
                if linked:
                    writer.linked += len(text)
            elif not text.isspace():
                writer.context = context
                words.append(text)
                writer.linked = len(text) if linked else 0
        elif tag in UNREAD:
            index += tag[0] not in "-!"  # comments are no elements
        else:
            index += 1
            block = tag in BLOCKS
            if words:
                if block:
                    writer.close_block()
                elif tag == "a" and _follows_link(node):
                    words.append(" ")
            child = node.first_child
            if child is not None:
                inner: _Context | None
                if block or hiding or (paid_links and tag == "a"):
                    inner = _enter(tag, node.attributes, context, index)
                    if tag in _PREFORMATTED and preformatted is None and inner is not None:
                        preformatted = node
                else:
                    inner = context[0], context[1], context[2], (context[3], tag, index)
                if inner is not None:
                    stack.append((node, block, linked, context, index))
                    context, linked, index, node = inner, linked or tag == "a", 0, child
                    continue
        following = node.next
        while following is None and stack:
            node, block, linked, context, index = stack.pop()
            if block:
                if words:
                    writer.close_block()
                if node is preformatted:
                    preformatted = None
            following = node.next
        node = following
    if words:
        writer.close_block()


def _parted(before: str, after: str) -> bool:
    """Whether two texts side by side are no one word, going by the characters where they meet.

    So are "by" and "Acme", "Disclosure:" and "I", "2024" and "By", "PROMOTED" and "The", "Ad" and "by Acme", "Sponsored" and "3 min read";
    not "i" and "Phone", "5" and "G", "T" and "HE", "Spon" and "sored by Acme".
    """
    if not after[:1].isupper():
        return before[-2:].isalpha() and len(before) > 1 and _BESIDE.match(after) is not None
    last, earlier = before[-1:], before[-2:-1]
    if last.islower():
        return earlier.isalnum()
    if last.isupper():
        return earlier.isupper() and after[1:2].islower()
    return after[1:2].islower() if last.isdigit() else last in ".:!?)%…®™"


def _at_boundary(node: LexborNode) -> bool:
    """Whether an element begins or ends right before a text: no comment, no place to break a word, and nothing raised or lowered."""
    previous = node.prev
    while previous is not None and previous.tag in _NO_BOUNDARY:
        previous = previous.prev
    beside = previous if previous is not None else node.parent
    return beside is not None and beside.tag != "-text" and beside.tag not in _RAISED


def _follows_link(node: LexborNode) -> bool:
    """Whether a link stands right after another to a different place."""
    previous = node.prev
    if previous is None or previous.tag != "a" or previous.first_child is None:
        return False
    target = node.attributes.get("href")
    return target is None or target != previous.attributes.get("href")


def _enter(tag: str, attributes: dict[str, str | None], context: _Context, index: int) -> _Context | None:
    """Return the context that an element's children stand in; None where the element is hidden."""
    landmark, heading, cues, trail = context
    if tag in _HEADINGS:
        heading = _HEADINGS[tag]
    elif tag in _LANDMARK_TAGS:
        landmark = _LANDMARK_TAGS[tag]
    if attributes:
        if "hidden" in attributes or ("style" in attributes and _HIDDEN.search(attributes["style"] or "")):
            return None
        if "role" in attributes:
            landmark = _LANDMARK_ROLES.get(attributes["role"] or "", landmark)
        if "class" in attributes:
            cues |= _word_cues(attributes["class"] or "")
        if "id" in attributes:
            cues |= _word_cues(attributes["id"] or "")
        if tag == "a" and "sponsored" in (attributes.get("rel") or ""):
            cues |= Cue.SPONSORED_LINK.value
    return landmark, heading, cues, (trail, tag, index)


_WORD_CACHE = 4_000  # strings kept; a page has some hundred
_word_cache: dict[str, int] = {}


def _word_cues(words: str) -> int:
    """Return the cues of one class or id string; the same strings recur on a page and a site, so they are kept."""
    cues = _word_cache.get(words)
    if cues is None:
        if len(_word_cache) >= _WORD_CACHE:
            _word_cache.clear()
        cues = 0
        if _CUE_WORD.search(words):
            cues = Cue.SPONSOR_WORD.value if _SPONSOR_WORD.search(words) else 0
            cues |= Cue.DISCLAIMER_WORD.value if _DISCLAIMER_WORD.search(words) else 0
        _word_cache[words] = cues
    return cues


def _page_cues(tree: LexborHTMLParser, markup: str) -> Cue:
    cues = Cue.NONE
    if "AdvertiserContentArticle" in markup and _ADVERTISER_TYPE.search(markup):
        cues |= Cue.ADVERTISER_TYPE
    for meta in tree.css(
        "meta[name='keywords'],meta[property='article:section'],meta[property='article:tag'],meta[name='article:section']"
    ):
        if _SPONSOR_WORD.search(meta.attributes.get("content") or ""):
            return cues | Cue.META_WORD
    return cues


def _language(declared: str | None) -> str | None:
    """Return the ISO 639-1 code of a declared language; None where it is missing or of another kind ("fil", "x-default", "English")."""
    primary = (declared or "").replace("_", "-").partition("-")[0].strip().lower()
    return primary if len(primary) == 2 and primary.isascii() and primary.isalpha() else None


def _url_cues(url: str | None) -> Cue:
    path = re.split("[?#]", url or "", maxsplit=1)[0].partition("//")
    return Cue.URL_WORD if _URL_WORD.search(path[2].partition("/")[2] if path[1] else path[0]) else Cue.NONE

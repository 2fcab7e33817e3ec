"""Close the elements that large markup leaves open, and take out those too deep, which parsers need quadratic time for."""

import re
from collections import defaultdict

from detector.tags import BLOCKS, UNREAD

MAX_DEPTH = 400  # deeper elements are read as children of the last one within; parsers need quadratic time for them
MAX_TAG = 10_000  # code points; a longer tag loses its attributes, for the same reason
PLAIN_LENGTH, PLAIN_TAGS, PLAIN_FORMATS = 400_000, 20_000, 500  # a page with no more of each is parsed as it is

# Kept by a parser for the blocks that follow, unless it is closed; without attributes, three times at most.
_FORMAT = re.compile(r"<(?i:b|big|code|em|font|i|nobr|s(?:mall|trike|trong)?|tt|u)[\s/]")
# A comment, or an element whose content is no markup, as a whole; or a tag: its slash, name and rest. As HTML has it: a quoted value may
# hold ">", and where no quote follows, it is none.
_ATTRIBUTES = r"""(?:[\s/]++|[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+)*+"""
_TAG = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))|<(?:[!?]|/(?![a-z]))[^>]*>"
    rf"|<(script|style|textarea|title|iframe|xmp|noembed|noframes)(?=[\s/>]){_ATTRIBUTES}(?<!/)>.*?(?:</\1(?=[\s/>])[^>]*>|\Z)"
    rf"|<(/?)([a-z][^\s/>]*)({_ATTRIBUTES})>",
    re.IGNORECASE | re.DOTALL | re.ASCII,
)
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())  # never closed
_WALLS = frozenset("table template object".split())  # no end tag inside closes what stands around them
_CLOSES_PARAGRAPH = BLOCKS.difference(
    "body br button caption html label legend option select summary table tbody td tfoot th thead title tr".split()
)
_CELL, _ROW, _ROWS = frozenset(("td", "th")), frozenset(("tr",)), frozenset(("tbody", "tfoot", "thead"))
_CLOSED_BY = {  # the elements that end where the next of their kind begins, by its name
    **dict.fromkeys(_CLOSES_PARAGRAPH, frozenset(("p",))),
    "li": frozenset(("p", "li")),
    "dt": frozenset(("p", "dt", "dd")),
    "dd": frozenset(("p", "dt", "dd")),
    "option": frozenset(("option",)),
    "td": _CELL,
    "th": _CELL,
    "tr": _CELL | _ROW,
    **dict.fromkeys(_ROWS, _CELL | _ROW | _ROWS),
}


def balanced(markup: str) -> str:
    """Return large markup with its elements closed and without the tags beyond MAX_DEPTH and the attributes beyond MAX_TAG.

    Small markup is returned as it is, and the elements of long markup with few tags are left to the parser.
    """
    crowded = markup.count("<") > PLAIN_TAGS or len(_FORMAT.findall(markup)) > PLAIN_FORMATS
    if len(markup) <= PLAIN_LENGTH and not crowded:
        return markup
    last = markup.rfind(">") + 1  # what opens after it is no tag, and not to be looked for there
    return _TAG.sub(_Balance().tag if crowded else _short, markup[:last]) + markup[last:]


def _short(tag: re.Match[str]) -> str:
    _, closing, name, rest = tag.groups()
    return tag.group() if name is None or len(rest) <= MAX_TAG else f"<{closing}{name}>"


class _Balance:
    """Closes the elements that a page leaves open, and takes out those too deep; lasts for one page.

    An end tag closes all that was opened since its own opening, as in a parser; written out, so that a parser opens none of it again.
    """

    __slots__ = ("names", "kept", "depth", "places", "blocks", "walls")

    def __init__(self) -> None:
        self.names: list[str] = []  # of the open elements, outermost first; empty for one closed while a block inside is open
        self.kept: list[bool] = []  # whether their tags are left in the page
        self.depth = 0  # the number of those
        self.places: defaultdict[str, list[int]] = defaultdict(list)  # by name: which of the open elements bear it
        self.walls: list[int] = []
        self.blocks: list[int] = []  # walls among them

    def tag(self, match: re.Match[str]) -> str:
        """Return what is to stand for a tag, or for a comment or raw element."""
        _, closing, name, _ = match.groups()
        if name is None:
            return match.group()
        name = name.lower() if name.isascii() else name
        if name in _VOID:
            return _short(match)
        return self._closed(name, match.group()) if closing else self._opened(name, _short(match))

    def _opened(self, name: str, tag: str) -> str:
        before, block = "", name in BLOCKS
        if block:
            ended = _CLOSED_BY.get(name)
            while ended and self.blocks and self.names[self.blocks[-1]] in ended:
                before += self._left(self.blocks[-1])
        elif name == "a":
            before = self._closed("a", "")
        kept = self.depth < (MAX_DEPTH if block else MAX_DEPTH // 2) or (name in UNREAD and self.depth <= MAX_DEPTH)
        place = len(self.names)
        self.places[name].append(place)
        if name in _WALLS:
            self.walls.append(place)
            self.blocks.append(place)
        elif block:
            self.blocks.append(place)
        self.names.append(name)
        self.kept.append(kept)
        self.depth += kept
        return before + (tag if kept else "<br>" if block else " ")

    def _closed(self, name: str, tag: str) -> str:
        places = self.places.get(name)
        if not places or (self.walls and places[-1] < self.walls[-1]):
            return tag
        if name in BLOCKS or not self.blocks or self.blocks[-1] <= places[-1]:
            return self._left(places[-1])
        place = places.pop()
        self.names[place] = ""
        return f"</{name}>" if self.kept[place] else " "

    def _left(self, place: int) -> str:
        """Close an open element and all inside; return their end tags."""
        ends = []
        while len(self.names) > place:
            name, kept = self.names.pop(), self.kept.pop()
            self.depth -= kept
            if name:
                for places in (self.places[name], self.blocks, self.walls):
                    if places and places[-1] == len(self.names):
                        places.pop()
                ends.append(f"</{name}>" if kept else "<br>" if name in BLOCKS else " ")
        return "".join(ends)

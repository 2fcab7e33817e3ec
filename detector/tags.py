"""Blank the HTML tags that are left in plain text: feeds, Markdown and scraped fields hold pieces of markup, and tags are no words.

No place moves: a tag becomes as many blanks, the first of them a line break where the tag is a block's. So does a blank that is written
as an entity.
"""

import re

BLOCKS = frozenset(  # the elements that stand on lines of their own
    "address article aside blockquote body button caption center dd details dialog div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr html label legend li listing main menu nav ol option p pre section select summary table tbody td "
    "textarea tfoot th thead title tr ul xmp br".split()
)
UNREAD = frozenset(  # those whose content no reader sees
    "script style noscript template svg head iframe object canvas math audio video -comment !doctype".split()
)
_INLINE = (
    "a abbr acronym audio b big cite code del em embed font i iframe img input ins kbd link mark meta nobr noscript object path picture "
    "q s script small source span strike strong style sub sup svg time tt u video wbr"
).split()
# A tracking link or an image written as data may be of any length, and counts as one character.
_VALUE = r"""\s*(?:"[^"<>]*+"|'[^'<>]*+')"""
# A tag with more characters is none: so many openings that are never closed cost no more than their number.
_TAG = re.compile(
    rf"<!--.{{0,500}}?-->|</?({'|'.join(sorted(BLOCKS.union(_INLINE)))})(?:\s(?:[^<>=]|=(?:{_VALUE})?+){{0,1000}}+)?/?>",
    re.IGNORECASE | re.DOTALL,
)
_SPACE = re.compile(r"&(?:nbsp|e[mn]sp|thinsp|#(?:160|32|8194|8195|8201)|#x(?:a0|20|2002|2003|2009));", re.IGNORECASE)


def untagged(text: str) -> str:
    """Return a text with its tags blanked, and the blanks that it writes as entities; the text itself where there are none."""
    bare = _SPACE.sub(lambda space: " " * len(space.group()), text) if "&" in text else text
    return _TAG.sub(_blank, bare) if "<" in bare else bare


def _blank(tag: re.Match[str]) -> str:
    opened = "\n" if (tag[1] or "").lower() in BLOCKS else " "
    return opened + " " * (len(tag.group()) - 1)

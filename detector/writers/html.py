"""HTML: one page for reading that needs nothing else, with a chapter for each page scanned."""

import re
from html import escape

from detector.document import Report
from detector.render import to_html
from detector.writers.format import Format

# Anchors as `to_html` writes them. In the text "<" is escaped, and in the legend the quotes are, so nothing else looks like this.
_ANCHOR = re.compile(rb'(<section class="\w+" id="|<a href="#)article-')


def _encode(report: Report, text: str) -> bytes:
    """Return the body of the page that `to_html` writes."""
    chapter = to_html(report, text).partition("<body>\n")[2].rpartition("</body>")[0]
    return f'<div lang="{escape(report.lang)}">\n{chapter}</div>\n'.encode()


def _numbered(part: bytes, number: int) -> bytes:
    """Make a chapter's anchors different from those of the others; ids of pages may repeat."""
    return _ANCHOR.sub(rb"\g<1>page-%d-article-" % number, part)


def _head() -> bytes:
    before, body, _ = to_html(Report("detector"), "").partition("<body>\n")
    return (before + body).encode()


HTML = Format("html", _encode, head=_head(), numbered=_numbered, foot=b"</body>\n</html>\n")

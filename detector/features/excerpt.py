"""Show a sentence with what stands around it: its section's heading, the two sentences before, the one after."""

from collections.abc import Sequence

from detector.document import Document, Passages
from detector.features.context import headings_of

BEFORE_LENGTH, AFTER_LENGTH = 260, 180  # code points

Excerpt = tuple[str, str, str, str]  # heading, before, sentence, after


def excerpts(document: Document, passages: Passages, rows: Sequence[int]) -> list[Excerpt]:
    """Return the excerpts of some passages; the heading only where it is not among the sentences before."""
    text, starts, ends = document.text, passages.starts.tolist(), passages.ends.tolist()
    headings = headings_of(document, passages).tolist()
    found = []
    for i in rows:
        first = max(0, i - 2)
        heading = text[starts[headings[i]] : ends[headings[i]]] if 0 <= headings[i] < first else ""
        before = text[starts[first] : starts[i]].strip()[-BEFORE_LENGTH:]
        after = text[ends[i] : ends[min(len(passages) - 1, i + 1)]].strip()[:AFTER_LENGTH]
        found.append((heading, before, text[starts[i] : ends[i]], after))
    return found

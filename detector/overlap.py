"""Measure what spans have in common, in code points."""

from collections.abc import Iterable

Span = tuple[int, int]

MATCH = 0.5  # intersection over union from which a predicted span is the gold one


def union(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, those that overlap or touch joined."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def length(spans: Iterable[Span]) -> int:
    """Return how many code points stand in any of the spans."""
    return sum(end - start for start, end in union(spans))


def common(spans: Iterable[Span], start: int, end: int) -> int:
    """Return how many code points of `[start, end)` stand in any of the spans."""
    return length((max(s, start), min(e, end)) for s, e in spans if s < end and e > start)


def intersection_over_union(a: Span, b: Span) -> float:
    """Return the share that two spans have in common of the stretch from the first start to the last end."""
    stretch = max(a[1], b[1]) - min(a[0], b[0])
    return max(0, min(a[1], b[1]) - max(a[0], b[0])) / stretch if stretch else 0.0


def remainder(text: str, spans: Iterable[Span]) -> str:
    """Return a text with some spans cut out."""
    kept, at = [], 0
    for start, end in union(spans):
        kept.append(text[at:start])
        at = end
    return "".join((*kept, text[at:]))

"""Put the lines of hard-wrapped text together again: mails, text files and pages whose source was wrapped break sentences at a width.

A page counts as wrapped where many of its lines go on in the next one: they end without a full stop, and the next begins in lower case.
What is then joined are such lines, and those that go on with a capital if they are as wide as the others or have been joined themselves;
a title or a menu above the text stays on its own.
"""

import re

import numpy as np

SHORTEST, WIDEST = 25, 100  # code points of a line that was broken: shorter ones are menus and verse, longer ones paragraphs
FEWEST = 3  # lines that go on
SHARE = 0.4  # of the lines right above another one, those that go on
PARAGRAPHS = 0.1  # of the lines that are not short, those that may be wider
FULL = 0.85  # of the width of nine in ten that go on: a line as wide was broken, not ended

_ENDED = re.compile(r"[.!?…。][\"'”’»)\]]*\Z")
_ITEM = re.compile(r"[-*•·>|#]|\(?(?:\d{1,3}|[^\W\d_])[.)]\s|https?:")


def unwrapped(text: str, starts: list[int], ends: list[int]) -> tuple[list[int], list[int]]:
    """Return the bounds of a text's lines, given those of each one, with wrapped lines as one; they keep their breaks inside."""
    lines = list(zip(starts, ends, starts[1:], strict=False))
    open_ = [SHORTEST <= end - start <= WIDEST and _is_right_above(text[end:after]) for start, end, after in lines]
    broken = [
        o and not _ENDED.search(text, end - 4, end) and not _ITEM.match(text, after)
        for o, (_, end, after) in zip(open_, lines, strict=True)
    ]
    going_on = [b and text[after].islower() for b, (_, _, after) in zip(broken, lines, strict=True)]
    widths = np.subtract(ends, starts)
    many = sum(going_on) >= max(FEWEST, SHARE * sum(open_))
    if not many or (widths > WIDEST).sum() > PARAGRAPHS * (widths >= SHORTEST).sum():
        return starts, ends
    full = FULL * np.quantile(widths[:-1][going_on], 0.9)
    joined = [starts[0]], list[int]()
    before = False
    for (_, end, after), b, goes_on, width in zip(lines, broken, going_on, widths.tolist(), strict=False):
        before = goes_on or (b and (before or width >= full))
        if not before:
            joined[1].append(end)
            joined[0].append(after)
    joined[1].append(ends[-1])
    return joined


def _is_right_above(gap: str) -> bool:
    """Whether what stands between two lines is one line break."""
    return max(gap.count("\n"), gap.count("\r")) == 1

"""Turn examples into prepared documents: passages, targets, what was read, and the fold of their site."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detector.blocks import extract_document
from detector.corpus import Example
from detector.document import Blocks, Document, Page, Passages
from detector.errors import PageError
from detector.passages import split_passages
from detector.spans import covered, targets_of

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Prepared:
    """One example, ready to be featurised; arrays have one entry a passage."""

    example: Example
    document: Document
    passages: Passages
    targets: NDArray[np.bool_]  # (passages, labels)
    read: NDArray[np.bool_]
    fold: int  # the same for all documents of a site


def prepare(examples: Sequence[Example], markup: dict[str, bytes] | None = None) -> list[Prepared]:
    """Prepare all examples that hold any text."""
    prepared = []
    for example in examples:
        try:
            document = extract_document(Page(example.id, example.text, url=example.url, lang=_known(example.lang)))
        except PageError:
            continue
        raw = (markup or {}).get(example.id)
        if raw is not None:
            document = with_markup(document, raw)
        passages = split_passages(document)
        read = np.zeros(len(passages), np.bool_)
        for start, end in example.read:
            read[covered(passages, start, end)] = True
        prepared.append(Prepared(example, document, passages, targets_of(passages, example.findings), read, fold_of(example.site)))
    return prepared


def fold_of(site: str) -> int:
    """Return the fold of a registered domain, the same in every run."""
    return int.from_bytes(hashlib.blake2b(site.encode(), digest_size=4).digest(), "big") % FOLDS


def with_markup(document: Document, raw: bytes) -> Document:
    """Give a text document the markup of its raw page, line by line; lines that the page does not hold stay bare.

    Blanks do not count: other programs draw fewer of them from the same page.
    """
    try:
        page = extract_document(Page(document.id, raw, html=True))
    except PageError:
        return document
    known = {"".join(page.text[s:e].split()): i for i, (s, e) in enumerate(zip(page.blocks.starts, page.blocks.ends, strict=True))}
    table = page.blocks
    lines = zip(document.blocks.starts, document.blocks.ends, strict=True)
    found = [known.get("".join(document.text[s:e].split()), -1) for s, e in lines]
    if table.landmarks is None or table.headings is None or table.link_chars is None or table.cues is None:
        return document
    landmarks, headings, link_chars, cues = (
        [column[i] if i >= 0 else 0 for i in found] for column in (table.landmarks, table.headings, table.link_chars, table.cues)
    )
    return replace(document, blocks=Blocks(document.blocks.starts, document.blocks.ends, landmarks, headings, link_chars, cues))


def _known(lang: str) -> str | None:
    return lang if lang and lang != "und" else None

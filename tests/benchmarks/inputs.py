"""Pages and texts to measure on: real ones where the corpus lies beside the project, bundled ones elsewhere, and made-up ones."""

import json
import random
import tarfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "corpus" / "html.tar.gz"

_ONSETS, _VOWELS = "b br c d dr f g gr h k l m n p pl r s st t tr v w".split(), "a e i o u ai ea ou".split()
_LINK_WORDS = "the of and to in a for with on that from by at as its more than this year".split()


def read_pages(count: int) -> list[bytes]:
    """Return the first pages of the corpus, or all bundled ones where there is no corpus."""
    if CORPUS.exists():
        return list(islice(_corpus_pages(), count))
    return [path.read_bytes() for path in (ROOT / "data" / "sample.html", *sorted((ROOT / "tests" / "pages").glob("*.html")))]


def _corpus_pages() -> Iterator[bytes]:
    with tarfile.open(CORPUS) as archive:
        for member in archive:
            file = archive.extractfile(member)
            if file is not None:
                yield file.read()


def write_median_page(path: Path, count: int) -> None:
    """Write that one of the first pages whose length is the median."""
    pages = sorted(read_pages(count), key=len)
    path.write_bytes(pages[len(pages) // 2])


def own_texts() -> list[str]:
    """Return the texts of the project's own whole pages."""
    return [record["text"] for path in sorted((ROOT / "data" / "pages").glob("*.jsonl")) for record in _records(path)]


def own_sentences() -> tuple[list[str], list[str]]:
    """Return sentences of the project's own data, and the first label of each, "none" for none."""
    from detector.blocks import extract_document
    from detector.document import Page
    from detector.errors import PageError
    from detector.passages import split_passages

    sentences, labels = [], []
    for path in sorted((ROOT / "data").glob("*.jsonl")):
        for record in _records(path):
            if "text" not in record:
                continue
            try:
                document = extract_document(Page("", record["text"], lang=record.get("lang")))
            except PageError:  # nothing but tags
                continue
            for passage in split_passages(document).rows(document.text):
                found = [f["label"] for f in record["findings"] if f["start"] < passage.end and passage.start < f["end"]]
                sentences.append(passage.text)
                labels.append(found[0] if found else "none")
    return sentences, labels


def disclosures() -> list[str]:
    """Return English sentences of the project's own data that carry a label."""
    records = _records(ROOT / "data" / "en.jsonl")
    return [r["text"][f["start"] : f["end"]] for r in records if "text" in r for f in r["findings"]]


def made_up_text(length: int, seed: int) -> str:
    """Return so many characters of made-up prose in lines, every 25th sentence a disclosure, titles now and then."""
    chance, known = random.Random(seed), disclosures()
    words = [_word(chance) for _ in range(20_000)]
    lines: list[str] = []
    total = 0
    while total < length:
        if chance.random() < 0.1:
            lines.append(_sentence(chance, words)[:-1])
        count = chance.randint(2, 7)
        lines.append(" ".join(chance.choice(known) if chance.random() < 0.04 else _sentence(chance, words) for _ in range(count)))
        total += len(lines[-1]) + 1
    return "\n".join(lines)[:length]


def made_up_page(seed: int, sentences: list[str]) -> bytes:
    """Return a small HTML page of some sentences that no other seed gives, its class names and ids its own as well."""
    chance = random.Random(seed)
    words = [_word(chance) for _ in range(60)]
    blocks = "\n".join(
        f'<div id="{chance.choice(words)}-{seed}-{i}" class="{chance.choice(words)} col-{i}"><h2>{_sentence(chance, words)}</h2>'
        f"<p>{chance.choice(sentences)} {_sentence(chance, words)} {_sentence(chance, words)}</p></div>"
        for i in range(chance.randint(4, 12))
    )
    menu = "".join(f'<li><a href="/{word}">{word}</a></li>' for word in words[:20])
    return f'<html lang="en"><body><nav><ul>{menu}</ul></nav><main>{blocks}</main><footer>© {seed}</footer></body></html>'.encode()


def _records(path: Path) -> Iterator[dict]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def _word(chance: random.Random) -> str:
    return "".join(chance.choice(_ONSETS) + chance.choice(_VOWELS) for _ in range(chance.randint(1, 4)))


def _sentence(chance: random.Random, words: list[str]) -> str:
    chosen = [chance.choice(_LINK_WORDS) if chance.random() < 0.45 else chance.choice(words) for _ in range(chance.randint(6, 26))]
    return " ".join(chosen).capitalize() + "."

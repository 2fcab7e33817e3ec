"""Read labelled data into examples, and check it.

Two layouts. A folder with `documents.jsonl.gz` is a corpus with its labels beside the texts (`sentences`, `natural`, `articles`,
`composites`, `unlabelled`, each optional). Any other folder, or a single file, holds JSON lines as `data/README.md` documents them: the
output record plus the text, so that a corrected output can be trained on. A line with `doc` instead of `text` is stand-off: labels for a
document that another file brings.
"""

import gzip
import math
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import orjson

from detector.document import ContentType, Label
from detector.errors import CorpusError, PageError
from detector.pages.formats import Compression, Format, format_of
from detector.pages.json_lines import value_of
from detector.pages.records import MARK
from detector.pages.streams import unpacked

GoldSpan = tuple[int, int, Label]
GoldArticle = tuple[int, int, ContentType]
Made = TypeVar("Made")

SPLITS = "train", "dev", "test"
LAYERS = "sentences", "natural", "unlabelled"  # how a document's sentences were picked
_DOCUMENTS = "documents.jsonl.gz"
_TEXTS = _DOCUMENTS, "unlabelled.jsonl.gz", "composites.jsonl.gz"  # the files of a corpus that hold texts
_NOTHING = f"no labelled data found; expected *.jsonl or {_DOCUMENTS}"


@dataclass(frozen=True, slots=True)
class Example:
    """A text with its gold labels; `read` are the spans that somebody read, all else is unknown."""

    id: str
    site: str  # registered domain: the unit of splits and of bootstrap draws
    lang: str
    text: str
    split: str = "train"
    url: str | None = None
    title: str | None = None  # whether its text begins with it or not
    findings: tuple[GoldSpan, ...] = ()
    read: tuple[tuple[int, int], ...] = ()
    articles: tuple[GoldArticle, ...] = ()
    layer: str = "sentences"  # sentences (picked by doubt), natural (read whole), composites (several articles), unlabelled (ordinary)
    layout: str = ""
    weight: float = 1.0  # how much its sentences count in training
    type_weight: float = 1.0  # how much the type of its article counts

    @property
    def is_single(self) -> bool:
        """Whether it is one article of known type."""
        return len(self.articles) == 1 and self.layer != "composites"

    @property
    def is_page(self) -> bool:
        """Whether it is a page of several articles, all known."""
        return self.layer == "composites" or len(self.articles) > 1


def read_examples(paths: Sequence[Path]) -> list[Example]:
    """Read all examples below some paths; raises CorpusError naming the first bad row."""
    examples: list[Example] = []
    standoff: list[tuple[str, dict[str, Any]]] = []  # each with its file and line
    for path in paths:
        if not path.exists():
            raise CorpusError(f"{path}: there is no such file or folder; name labelled data as data/README.md describes it")
        if (path / _DOCUMENTS).exists():
            examples += _read_corpus(path)
            continue
        for file in _files(path):
            if file.name in _TEXTS and file.with_name(_DOCUMENTS).exists():
                raise CorpusError(f"{file}: it is part of a corpus, whose labels are in other files; name the folder {file.parent} itself")
            for number, record in _records(file):
                problems = list(problems_of(record))
                if problems:
                    raise CorpusError(f"{file}:{number}: {problems[0]}")
                if "doc" in record:
                    standoff.append((f"{file}:{number}", record))
                else:
                    examples.append(_example(record))
    if not examples:
        raise CorpusError(f"{', '.join(map(str, paths))}: {_NOTHING}")
    return _merged(examples, standoff)


def check(path: Path) -> Iterator[str]:
    """Yield one line a bad row below a path, of a corpus for the first only: file, line number, what is wrong."""
    if (path / _DOCUMENTS).exists():
        yield from _corpus_problems(path)
        return
    lengths: dict[str, int] = {}
    standoff: list[tuple[str, dict[str, Any]]] = []
    files = _files(path)
    if not files:
        yield f"{path}: {_NOTHING}"
    for file in files:
        try:
            for number, line in _lines(file):
                place = f"{file}:{number}"
                yield from (f"{place}: {problem}" for problem in _line_problems(line, place, lengths, standoff))
        except CorpusError as damaged:
            yield str(damaged)
    for place, record in standoff:
        if record["doc"] in lengths:
            yield from (f"{place}: {problem}" for problem in problems_of(record, lengths[record["doc"]]))


def _corpus_problems(folder: Path) -> Iterator[str]:
    """Yield the first bad row of a corpus."""
    try:
        _read_corpus(folder)
    except CorpusError as bad:
        yield str(bad)


def _line_problems(line: bytes, place: str, lengths: dict[str, int], standoff: list[tuple[str, dict[str, Any]]]) -> Iterator[str]:
    """Yield what is wrong with a line; the length of its text joins those by id, a good stand-off row the others."""
    try:
        record = value_of(line)
    except orjson.JSONDecodeError as error:
        yield f"not JSON ({error}); write one object a line"
        return
    problems = list(problems_of(record))
    yield from problems
    if not isinstance(record, dict):
        return
    if "doc" in record:
        standoff += [] if problems else [(place, record)]
    elif isinstance(key := record.get("id"), str):
        if key in lengths:
            yield f"the id {key!r} stands twice; give every row its own"
        lengths[key] = len(record["text"]) if isinstance(record.get("text"), str) else 0


def problems_of(record: object, length: int | None = None) -> Iterator[str]:
    """Yield what is wrong with a row of labelled data, each with its remedy; `length` is that of a text elsewhere, if it is known."""
    if not isinstance(record, dict):
        yield "not a JSON object; write one object a line"
        return
    standoff = "doc" in record
    for key in ("doc",) if standoff else ("id", "text"):
        if not isinstance(record.get(key), str) or not record[key]:
            yield f"`{key}` is missing or empty; give it a string"
    for key in ("site", "lang", "layer", "split", "url", "title"):
        if not isinstance(record.get(key), str | None):
            yield f"`{key}` is {record[key]!r}; give it a string or leave it out"
    if record.get("split") and record["split"] not in SPLITS:
        yield f"`split` is {record['split']!r}; known are {', '.join(SPLITS)}"
    if record.get("layer") and record["layer"] not in LAYERS:
        yield f"`layer` is {record['layer']!r}; known are {', '.join(LAYERS)}"
    for key in ("weight", "type_weight"):
        if not _is_weight(record.get(key, 1)):
            yield f"`{key}` is {record[key]!r}; give it a number from 0 on or leave it out"
    for key in ("findings", "articles", "read"):
        if not isinstance(record.get(key), list | None):
            yield f"`{key}` is {record[key]!r}; give it a list"
            return
    if record.get("type") is not None and record["type"] not in list(ContentType):
        yield f"`type` is {record['type']!r}; known are {', '.join(ContentType)}"
    length = len(record["text"]) if isinstance(record.get("text"), str) else length
    yield from _span_problems(record, "findings", "label", Label, length)
    yield from _span_problems(record, "articles", "type", ContentType, length)
    for span in record.get("read") or ():
        if not (isinstance(span, list | tuple) and len(span) == 2 and _in_order(span[0], span[1], length)):
            yield f"`read` holds {span!r}, which is no [start, end) of the text; offsets count code points"


def _span_problems(
    record: dict[str, Any], key: str, name: str, vocabulary: type[Label] | type[ContentType], length: int | None
) -> Iterator[str]:
    for span in record.get(key) or ():
        if not isinstance(span, dict) or not _in_order(span.get("start"), span.get("end"), length):
            yield f"`{key}` holds {span!r}, whose start and end are no [start, end) of the text; offsets count code points"
        elif span.get(name) not in list(vocabulary):
            yield f"`{key}` holds the {name} {span.get(name)!r}; known are {', '.join(vocabulary)}"


def _is_weight(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf


def _in_order(start: object, end: object, length: int | None) -> bool:
    return isinstance(start, int) and isinstance(end, int) and 0 <= start < end and (length is None or end <= length)


def _example(record: dict[str, Any]) -> Example:
    text = record["text"]
    return Example(
        record["id"],
        record.get("site") or record["id"],
        record.get("lang") or "und",
        text,
        record.get("split") or "train",
        record.get("url"),
        record.get("title"),
        tuple((f["start"], f["end"], Label(f["label"])) for f in record.get("findings") or ()),
        tuple((s, e) for s, e in record["read"]) if record.get("read") is not None else ((0, len(text)),),
        tuple((a["start"], a["end"], ContentType(a["type"])) for a in record.get("articles") or ()),
        "natural" if record.get("articles") else "sentences",
        weight=float(record.get("weight", 1.0)),
        type_weight=float(record.get("type_weight", 1.0)),
    )


def _merged(examples: list[Example], standoff: Iterable[tuple[str, dict[str, Any]]]) -> list[Example]:
    """Add stand-off labels to the documents they speak of; those of documents that are not there are left out."""
    lengths = {e.id: len(e.text) for e in examples}
    extra: dict[str, list[dict[str, Any]]] = {}
    for place, record in standoff:
        if record["doc"] in lengths and (problems := list(problems_of(record, lengths[record["doc"]]))):
            raise CorpusError(f"{place}: {problems[0]}")
        extra.setdefault(record["doc"], []).append(record)
    return [_with_standoff(e, extra[e.id]) if e.id in extra and e.layer != "composites" else e for e in examples]


def _with_standoff(example: Example, records: list[dict[str, Any]]) -> Example:
    findings, read, articles, layer = list(example.findings), list(example.read), list(example.articles), example.layer
    type_weight = example.type_weight
    for record in records:
        findings += [(f["start"], f["end"], Label(f["label"])) for f in record.get("findings") or ()]
        read += [(s, e) for s, e in record.get("read") or ()]
        if record.get("type") and not articles:
            articles.append((0, len(example.text), ContentType(record["type"])))
            type_weight = float(record.get("type_weight", 1.0))
        layer = record.get("layer") or layer
    return replace(
        example,
        findings=tuple(findings),
        read=tuple(read),
        articles=tuple(articles),
        layer=layer,
        type_weight=type_weight,
    )


def _read_corpus(folder: Path) -> list[Example]:
    labels: dict[str, list[tuple[int, int, list[Label]]]] = {}
    layers: dict[str, str] = {}
    for layer in ("sentences", "natural"):
        for doc, row in _rows(folder / f"{layer}.jsonl.gz", lambda r: (r["doc"], (r["start"], r["end"], [Label(x) for x in r["labels"]]))):
            labels.setdefault(doc, []).append(row)
            layers[doc] = layer
    types = dict(_rows(folder / "articles.jsonl.gz", lambda r: (r["doc"], ContentType(r["type"]))))

    def document(record: dict[str, Any]) -> Example:
        rows = labels.get(record["id"], ())
        return Example(
            record["id"],
            record["domain"],
            record["lang"],
            record["text"],
            record["split"],
            record.get("url"),
            record.get("title"),
            tuple((start, end, label) for start, end, found in rows for label in found),
            tuple((start, end) for start, end, _ in rows),
            ((0, len(record["text"]), types[record["id"]]),) if record["id"] in types else (),
            layers.get(record["id"], "unlabelled"),
        )

    examples = [e for name in ("documents", "unlabelled") for e in _rows(folder / f"{name}.jsonl.gz", document)]
    return examples + list(_rows(folder / "composites.jsonl.gz", _composite))


def _composite(record: dict[str, Any]) -> Example:
    articles = tuple((a["start"], a["end"], ContentType(a["type"])) for a in record["articles"])
    names = record["id"], record["id"], "und", record["text"], record["split"]
    return Example(*names, articles=articles, layer="composites", layout=record["layout"])


def read_markup(folder: Path) -> dict[str, bytes]:
    """Return the raw pages of a corpus that has any, by document id."""
    archive = folder / "html.tar.gz"
    if not archive.exists():
        return {}
    try:
        with tarfile.open(archive, "r:gz") as tar:
            return {Path(m.name).stem: f.read() for m in tar if m.isfile() and (f := tar.extractfile(m)) is not None}
    except (EOFError, zlib.error, gzip.BadGzipFile, tarfile.ReadError) as error:
        raise CorpusError(f"{archive}: it is damaged or cut off ({error}); fetch it again") from error


def _rows(path: Path, made: Callable[[dict[str, Any]], Made]) -> Iterator[Made]:
    """Yield what is made of each row of a file that a corpus may lack; raises CorpusError naming the first bad row."""
    for number, record in _records(path) if path.exists() else ():
        try:
            row = made(record)
        except (KeyError, TypeError, ValueError) as error:
            reason = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
            raise CorpusError(f"{path}:{number}: {reason}; take the corpus from its source anew") from error
        yield row


def _files(path: Path) -> list[Path]:
    """Return the files with labelled data below a folder, without those held out, and hidden ones: an unfinished run leaves such."""
    if not path.is_dir():
        return [path]
    found = ((f, f.relative_to(path).parts) for f in path.rglob("*") if f.is_file() and (format_of(f.name) or ("",))[0] is Format.JSONL)
    return sorted(f for f, parts in found if "heldout" not in parts and not any(part.startswith(".") for part in parts))


def _records(path: Path) -> Iterator[tuple[int, Any]]:
    for number, line in _lines(path):
        try:
            yield number, value_of(line)
        except orjson.JSONDecodeError as error:
            raise CorpusError(f"{path}:{number}: not JSON ({error}); write one object a line") from error


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    packing = (format_of(path.name) or (None, Compression.NONE))[1]
    try:
        with path.open("rb") as packed, unpacked(packed, packing, str(path)) as file:
            for number, line in enumerate(file, 1):
                line = line.removeprefix(MARK) if number == 1 else line
                if line.strip():
                    yield number, line
    except PageError as damaged:
        raise CorpusError(str(damaged)) from damaged

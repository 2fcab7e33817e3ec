"""Labelled data: every format is read, every bad row is named. All texts are invented."""

import gzip
import io
import json
import random
import sys
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from detector.corpus import Example, check, problems_of, read_examples, read_markup
from detector.document import CONTENT_TYPES, LABELS, Article, ContentType, Finding, Label, Report
from detector.errors import CorpusError

TEXT = "Paid post. Glue is dear."
ROW: dict[str, Any] = {"id": "a", "text": TEXT, "findings": [{"start": 0, "end": 10, "label": "sponsorship_disclosure"}]}


def _write(path: Path, rows: Iterable[Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = "".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def test_a_row_needs_no_more_than_id_and_text(tmp_path: Path) -> None:
    (example,) = read_examples([_write(tmp_path / "a.jsonl", [{"id": "a", "text": TEXT}])])
    assert example == Example("a", "a", "und", TEXT, "train", read=((0, len(TEXT)),))


def test_a_row_says_all_that_its_fields_can_say(tmp_path: Path) -> None:
    row = {
        **ROW,
        "site": "tarn.example",
        "lang": "en",
        "split": "dev",
        "url": "https://tarn.example/1",
        "title": "A title",
        "read": [[0, 10]],
        "articles": [{"start": 0, "end": 24, "type": "paid_promotion"}],
    }
    (example,) = read_examples([_write(tmp_path / "a.jsonl", [row])])
    assert example == Example(
        "a",
        "tarn.example",
        "en",
        TEXT,
        "dev",
        "https://tarn.example/1",
        "A title",
        ((0, 10, Label.SPONSORSHIP_DISCLOSURE),),
        ((0, 10),),
        ((0, 24, ContentType.PAID_PROMOTION),),
        "natural",
    )


@given(st.sampled_from(LABELS), st.sampled_from(CONTENT_TYPES))
def test_an_output_record_with_its_text_is_labelled_data(label: Label, kind: ContentType) -> None:
    report = Report("a", articles=(Article(0, 24, kind, 0.9, "Paid post."),), findings=(Finding(label, 0, 10, 0.9, 0, "Paid post."),))
    assert list(problems_of({**report.to_dict(), "text": TEXT})) == []


def test_folders_files_and_gzip_are_read_in_order_and_held_out_data_are_not(tmp_path: Path) -> None:
    _write(tmp_path / "b.jsonl", [{**ROW, "id": "b1"}, "", {**ROW, "id": "b2"}])
    _write(tmp_path / "a.jsonl.gz", [{**ROW, "id": "a1"}])
    _write(tmp_path / "pages" / "c.jsonl", [{**ROW, "id": "c1"}])
    _write(tmp_path / "heldout" / "d.jsonl", [{**ROW, "id": "d1"}])
    assert [e.id for e in read_examples([tmp_path])] == ["a1", "b1", "b2", "c1"]
    assert [e.id for e in read_examples([tmp_path / "b.jsonl", tmp_path / "a.jsonl.gz"])] == ["b1", "b2", "a1"]
    assert [e.id for e in read_examples([tmp_path / "heldout" / "d.jsonl"])] == ["d1"]


def test_stand_off_labels_go_to_the_document_of_another_file(tmp_path: Path) -> None:
    texts = _write(tmp_path / "texts.jsonl", [ROW, {"id": "b", "text": "Untouched."}])
    finding = {"start": 11, "end": 24, "label": "no_conflict"}
    labels = _write(tmp_path / "labels.jsonl", [{"doc": "a", "findings": [finding], "read": [[11, 24]], "type": "editorial"}])
    example, other = read_examples([labels, texts])
    assert example.findings == ((0, 10, Label.SPONSORSHIP_DISCLOSURE), (11, 24, Label.NO_CONFLICT))
    assert example.read == ((0, len(TEXT)), (11, 24))
    assert example.articles == ((0, len(TEXT), ContentType.EDITORIAL),)
    assert other.findings == ()


def test_stand_off_labels_of_absent_documents_are_left_out(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.jsonl", [ROW, {"doc": "elsewhere", "findings": ROW["findings"]}])
    assert [e.id for e in read_examples([path])] == ["a"]


def _corpus(folder: Path) -> Path:
    document = {"domain": "tarn.example", "lang": "en", "text": TEXT, "split": "train"}
    _write(
        folder / "documents.jsonl.gz", [{**document, "id": "s", "url": "https://tarn.example/", "title": "Ferry"}, {**document, "id": "n"}]
    )
    _write(folder / "unlabelled.jsonl.gz", [{**document, "id": "u"}])
    _write(folder / "sentences.jsonl.gz", [{"doc": "s", "start": 0, "end": 10, "labels": ["sponsorship_disclosure", "no_conflict"]}])
    _write(folder / "natural.jsonl.gz", [{"doc": "n", "start": 11, "end": 24, "labels": []}])
    _write(folder / "articles.jsonl.gz", [{"doc": "s", "type": "paid_promotion"}])
    spans = [{"start": 0, "end": 10, "type": "press_release"}, {"start": 11, "end": 24, "type": "editorial"}]
    _write(folder / "composites.jsonl.gz", [{"id": "c", "text": TEXT, "split": "dev", "layout": "oneline", "articles": spans}])
    return folder


def test_a_corpus_folder_gives_each_of_its_layers(tmp_path: Path) -> None:
    sentences, natural, unlabelled, composite = read_examples([_corpus(tmp_path)])
    assert sentences.layer == "sentences"
    assert (sentences.title, natural.title) == ("Ferry", None)
    assert sentences.findings == ((0, 10, Label.SPONSORSHIP_DISCLOSURE), (0, 10, Label.NO_CONFLICT))
    assert sentences.articles == ((0, len(TEXT), ContentType.PAID_PROMOTION),)
    assert (natural.layer, natural.findings, natural.read) == ("natural", (), ((11, 24),))
    assert (unlabelled.layer, unlabelled.read, unlabelled.site) == ("unlabelled", (), "tarn.example")
    assert (composite.layer, composite.layout, composite.split, len(composite.articles)) == ("composites", "oneline", "dev", 2)


def test_an_unlabelled_document_with_stand_off_labels_is_an_ordinary_page_still(tmp_path: Path) -> None:
    labels = _write(tmp_path / "labels" / "a.jsonl", [{"doc": "u", "findings": ROW["findings"], "read": [[0, 10]]}])
    examples = {e.id: e for e in read_examples([_corpus(tmp_path / "corpus"), labels])}
    assert (examples["u"].layer, examples["u"].read) == ("unlabelled", ((0, 10),))
    assert examples["c"].layer == "composites"


def test_a_corpus_is_named_by_its_own_folder(tmp_path: Path) -> None:
    folder = _corpus(tmp_path / "corpus")
    for path in (tmp_path, folder / "documents.jsonl.gz", folder / "unlabelled.jsonl.gz"):
        with pytest.raises(CorpusError, match=rf"part of a corpus, .*; name the folder {folder} itself"):
            read_examples([path])


@pytest.mark.parametrize("damage", [slice(0, -12), slice(0, 30), slice(5, None)])
def test_a_packed_file_that_is_damaged_is_named(damage: slice, tmp_path: Path) -> None:
    path = _write(tmp_path / "a.jsonl.gz", [{**ROW, "id": str(i)} for i in range(200)])
    path.write_bytes(path.read_bytes()[damage])
    good = _write(tmp_path / "b.jsonl", [{"id": "b"}])
    with pytest.raises(CorpusError, match=rf"^{path}: it is damaged or cut off \(.*\); fetch it again$"):
        read_examples([path])
    damaged, missing = check(tmp_path)
    assert damaged.startswith(f"{path}: it is damaged or cut off") and missing.startswith(f"{good}:1: `text`")


@pytest.mark.parametrize("damage", [slice(0, 40), slice(0, 900), slice(5, None)])
def test_damaged_markup_is_named(damage: slice, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(random.Random(5).randbytes(2_000))
    with tarfile.open(tmp_path / "html.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "a.html", "html/a.html")
    (tmp_path / "html.tar.gz").write_bytes((tmp_path / "html.tar.gz").read_bytes()[damage])
    with pytest.raises(CorpusError, match=r"html\.tar\.gz: it is damaged or cut off \(.*; fetch it again$"):
        read_markup(tmp_path)


def test_hidden_files_are_no_data(tmp_path: Path) -> None:
    for name in (".out.jsonl.journal", ".out.jsonl.partial", ".checkpoints/a.jsonl"):
        _write(tmp_path / ".data" / name, [{"settings": ""}])
    _write(tmp_path / ".data" / "a.jsonl", [ROW])
    assert [e.id for e in read_examples([tmp_path / ".data"])] == ["a"]
    assert list(check(tmp_path / ".data")) == []


def test_half_a_surrogate_pair_is_text_as_any_other(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.jsonl", [{"id": "a", "text": "Half \ud800 a pair."}])
    assert "\\ud800" in path.read_text()
    assert [e.text for e in read_examples([path])] == ["Half \ud800 a pair."]
    assert list(check(path)) == []


def test_markup_is_read_by_document(tmp_path: Path) -> None:
    assert read_markup(tmp_path) == {}
    with tarfile.open(tmp_path / "html.tar.gz", "w:gz") as tar:
        member = tarfile.TarInfo("html/a.html")
        member.size = 8
        tar.addfile(member, io.BytesIO(b"<p>a</p>"))
    assert read_markup(tmp_path) == {"a": b"<p>a</p>"}


_SPAN = {"start": 0, "end": 10, "label": "no_conflict"}
BAD = [
    ([], "not a JSON object"),
    ("text", "not a JSON object"),
    ({"text": TEXT}, "`id` is missing or empty"),
    ({"id": "a"}, "`text` is missing or empty"),
    ({"id": "a", "text": ""}, "`text` is missing or empty"),
    ({"id": 7, "text": TEXT}, "`id` is missing or empty"),
    ({"doc": ""}, "`doc` is missing or empty"),
    ({**ROW, "findings": [{**_SPAN, "end": 25}]}, "`findings` holds"),
    ({**ROW, "findings": [{**_SPAN, "start": 10}]}, "`findings` holds"),
    ({**ROW, "findings": [{**_SPAN, "start": -1}]}, "`findings` holds"),
    ({**ROW, "findings": [{**_SPAN, "start": "0"}]}, "`findings` holds"),
    ({**ROW, "findings": [{**_SPAN, "end": 2.5}]}, "`findings` holds"),
    ({**ROW, "findings": [[0, 10, "no_conflict"]]}, "`findings` holds"),
    ({**ROW, "findings": 5}, "`findings`"),
    ({**ROW, "findings": [{**_SPAN, "label": "advert"}]}, "the label 'advert'; known are sponsorship_disclosure"),
    ({**ROW, "findings": [{**_SPAN, "label": ["no_conflict"]}]}, "the label ['no_conflict']"),
    ({**ROW, "articles": [{"start": 0, "end": 24, "type": "paid"}]}, "the type 'paid'; known are editorial, paid_promotion, press_release"),
    ({**ROW, "articles": [{"start": 0, "end": 99, "type": "editorial"}]}, "`articles` holds"),
    ({**ROW, "read": [[0, 99]]}, "`read` holds [0, 99]"),
    ({**ROW, "read": [[5]]}, "`read` holds [5]"),
    ({**ROW, "read": 5}, "`read`"),
    ({**ROW, "site": 5}, "`site`"),
    ({**ROW, "lang": 5}, "`lang`"),
    ({**ROW, "layer": "whole"}, "`layer` is 'whole'; known are sentences, natural"),
    ({**ROW, "split": "trian"}, "`split` is 'trian'; known are train, dev"),
    ({**ROW, "weight": None}, "`weight` is None"),
    ({**ROW, "weight": "2"}, "`weight` is '2'"),
    ({**ROW, "weight": -1}, "`weight` is -1"),
    ({**ROW, "weight": float("nan")}, "`weight` is nan"),
    ({"doc": "a", "type": "editorial", "type_weight": None}, "`type_weight` is None"),
    ({"doc": "a", "type": "paid"}, "'paid'"),
]


@pytest.mark.parametrize(("row", "problem"), BAD)
def test_what_is_wrong_with_a_row_is_said(row: object, problem: str) -> None:
    problems = list(problems_of(row))
    assert any(problem in said for said in problems)
    assert all(";" in said for said in problems)  # each with its remedy


def test_every_bad_row_is_named_by_file_and_line(tmp_path: Path) -> None:
    rows = [ROW, "{torn", {"id": "b"}, "", {**ROW, "id": "c", "read": [[9, 3]]}, ROW, "\u00e9"]
    path = _write(tmp_path / "a.jsonl", rows)
    named = [line.removeprefix(f"{path}:").split(": ")[0] for line in check(tmp_path)]
    assert named == ["2", "3", "5", "6", "7"]
    assert list(check(path)) == list(check(tmp_path))


def test_an_id_that_stands_twice_is_named_in_whatever_file(tmp_path: Path) -> None:
    _write(tmp_path / "a.jsonl", [ROW])
    path = _write(tmp_path / "b.jsonl", [ROW])
    assert list(check(tmp_path)) == [f"{path}:1: the id 'a' stands twice; give every row its own"]


def test_good_rows_are_not_named(tmp_path: Path) -> None:
    _write(tmp_path / "a.jsonl", [ROW, {"id": "é", "text": "é"}, {"doc": "a", "findings": [_SPAN], "type": "editorial"}])
    assert list(check(tmp_path)) == []


@pytest.mark.parametrize("row", ["{torn", json.dumps({"id": "b"}), json.dumps({"doc": "a", "type": "paid"})])
def test_reading_stops_at_a_bad_row_and_names_it(row: str, tmp_path: Path) -> None:
    path = _write(tmp_path / "a.jsonl", [ROW, row])
    with pytest.raises(CorpusError, match=rf"^{path}:2: .*; "):
        read_examples([path])


def test_stand_off_labels_beyond_their_text_are_named(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.jsonl", [{"doc": "a", "findings": [{**_SPAN, "end": 25}]}, {"doc": "absent", "read": [[0, 99]]}, ROW])
    (problem,) = check(tmp_path)
    assert problem.startswith(f"{path}:1: `findings` holds")
    with pytest.raises(CorpusError, match=rf"^{path}:1: `findings` holds"):
        read_examples([tmp_path])


def test_data_are_read_as_a_scan_writes_them(tmp_path: Path) -> None:
    line = json.dumps(ROW).encode()
    (tmp_path / "a.jsonl").write_bytes(b"\xef\xbb\xbf" + line + b"\n")
    (tmp_path / "b.ndjson.zst").write_bytes(zstd.compress(line.replace(b'"a"', b'"b"')))
    for name in ("a.jsonl~", "a.jsonl.bak", "notes.txt"):
        (tmp_path / name).write_bytes(line)
    assert [example.id for example in read_examples([tmp_path])] == ["a", "b"]
    assert list(check(tmp_path)) == []


def test_a_path_without_data_is_not_good(tmp_path: Path) -> None:
    (tmp_path / "heldout").mkdir()
    _write(tmp_path / "heldout" / "a.jsonl", [{**ROW, "split": "trian"}])
    (problem,) = check(tmp_path)
    assert problem.startswith(f"{tmp_path}: no labelled data found")
    (problem,) = check(tmp_path / "heldout")
    assert "`split` is 'trian'" in problem


@pytest.mark.parametrize(
    ("file", "row", "reason"),
    [
        ("sentences", {"doc": "s", "start": 0, "end": 10, "labels": ["nonsense"]}, "'nonsense' is not a valid Label"),
        ("documents", {"id": "s", "lang": "en", "text": TEXT, "split": "dev"}, "it lacks 'domain'"),
        ("composites", {"id": "c", "text": TEXT, "split": "dev", "layout": "x", "articles": 5}, "not iterable"),
        ("articles", [], "indices must be"),
    ],
)
def test_a_bad_row_of_a_corpus_is_named(file: str, row: Any, reason: str, tmp_path: Path) -> None:
    path = _write(_corpus(tmp_path) / f"{file}.jsonl.gz", [row])
    (problem,) = check(tmp_path)
    assert problem.startswith(f"{path}:1: ") and reason in problem and problem.count("; ") == 1
    with pytest.raises(CorpusError, match=rf"^{path}:1: "):
        read_examples([tmp_path])


def test_a_good_corpus_has_no_bad_row(tmp_path: Path) -> None:
    assert list(check(_corpus(tmp_path))) == []


def test_absent_and_empty_paths_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no such file or folder"):
        read_examples([tmp_path / "none"])
    with pytest.raises(CorpusError, match=r"no labelled data found; expected \*\.jsonl"):
        read_examples([tmp_path])


def test_the_projects_own_data_are_good() -> None:
    assert list(check(ROOT / "data")) == []
    assert [p for file in (ROOT / "data" / "heldout").iterdir() for p in check(file)] == []

"""Rows on plain text: speed against scikit-learn pipelines on the same sentences, and how cost grows with length."""

import gc
from collections.abc import Callable
from typing import Any

from inputs import CORPUS, made_up_text, own_sentences, own_texts, read_pages
from measuring import Plan, Row, in_new_process, interleaved, median_ratio, medians

ROUNDS = 5
SHORT, LINE, LONG = 50_000, 1_000_000, 5_000_000  # characters
COPIES = 20  # short texts a run, so that the clock has something to count


def measure(plan: Plan) -> list[Row]:
    """Return the rows on speed."""
    runs = in_new_process(_runs, plan)
    speeds = {name: f"{1 / seconds:.2f} MB/s" for name, seconds in medians(runs).items()}
    peers = (("words", "plain text; sklearn word 1–2", 8), ("union", "plain text; sklearn word 1–2 + char_wb 2–5", 40))
    return [
        Row(what, speeds["ours"], speeds[name], median_ratio(runs, name, "ours"), "×", target, at_least=True)
        for name, what, target in peers
    ]


def measure_growth(plan: Plan) -> list[Row]:
    """Return the rows on cost a character."""
    runs = in_new_process(_growth_runs, plan)
    costs = {name: f"{seconds * 1e9:.0f} ns" for name, seconds in medians(runs).items()}
    pairs = (("5 MB text; 50 kB, a character", "long", "short"), ("one 1 MB line; 1 MB of lines, a character", "line", "lines"))
    return [Row(what, costs[a], costs[b], median_ratio(runs, a, b), "×", 1.15) for what, a, b in pairs]


def _runs(plan: Plan) -> list[dict[str, float]]:
    """Return the CPU seconds a megabyte of each run; every run has texts of its own, which no cache has seen."""
    from detector.inference import Detector

    detector, peers, texts = Detector.load(plan.model), _peers(plan), _texts(plan)
    gc.freeze()  # the peers' vocabularies are not ours to collect
    rounds = min(plan.rounds(ROUNDS), len(texts))
    detector.scan(made_up_text(SHORT, seed=0))
    runs = []
    for turn in range(rounds):
        mine = texts[turn::rounds]
        sentences = [sentence for text in mine for sentence in _sentences(text)]
        contestants: dict[str, Callable[[], object]] = {
            "ours": lambda mine=mine: [detector.scan(text) for text in mine],
            **{name: lambda peer=peer, batch=sentences: peer.decision_function(batch) for name, peer in peers.items()},
        }
        size = sum(len(text.encode()) for text in mine) / 1e6
        runs.append({name: seconds / size for name, seconds in interleaved(contestants, turn).items()})
    return runs


def _peers(plan: Plan) -> dict[str, Any]:
    """Return what people write first, fitted on the project's own sentences: nine labels or none, one matrix product for all."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    words, characters = {"ngram_range": (1, 2)}, {"ngram_range": (2, 5), "analyzer": "char_wb"}
    peers = {
        "words": make_pipeline(TfidfVectorizer(**words), LinearSVC()),
        "union": make_pipeline(make_union(TfidfVectorizer(**words), TfidfVectorizer(**characters)), LinearSVC(tol=1e-2)),
    }
    sentences, labels = own_sentences()
    share = 8 if plan.quick else 2  # fitting the union on all takes a minute and changes no speed
    for peer in peers.values():
        peer.fit(sentences[::share], labels[::share])
        peer.decision_function(sentences[:100])
    return peers


def _texts(plan: Plan) -> list[str]:
    """Return the texts of the pages, or the project's own where there is no corpus."""
    from detector.blocks import extract_document
    from detector.document import Page

    if not CORPUS.exists():
        return own_texts()
    return [extract_document(Page("html", page, html=True)).text for page in read_pages(plan.pages)]


def _sentences(text: str) -> list[str]:
    from detector.blocks import extract_document
    from detector.document import Page
    from detector.passages import split_passages

    return [passage.text for passage in split_passages(extract_document(Page("text", text))).rows(text)]


def _growth_runs(plan: Plan) -> list[dict[str, float]]:
    """Return the CPU seconds a character of each run; every run has texts of its own."""
    from detector.inference import Detector

    detector = Detector.load(plan.model)
    detector.scan(made_up_text(SHORT, seed=0))
    return [_growth(detector.scan, seed=1 + 100 * turn, turn=turn) for turn in range(plan.rounds(3))]


def _growth(scan: Callable[[str], object], *, seed: int, turn: int) -> dict[str, float]:
    shorts = [made_up_text(SHORT, seed + 1 + i) for i in range(COPIES)]
    long, lines = made_up_text(LONG, seed + 50), made_up_text(LINE, seed + 51)
    line = made_up_text(LINE, seed + 52).replace("\n", " ")
    texts = {"short": shorts, "long": [long], "lines": [lines], "line": [line]}
    contestants = {name: lambda mine=mine: [scan(text) for text in mine] for name, mine in texts.items()}
    seconds = interleaved(contestants, turn)
    return {name: seconds[name] / sum(map(len, mine)) for name, mine in texts.items()}

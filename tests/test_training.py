"""Training: the arrays that are served say what scikit-learn said, and the same data give the same bytes."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from random_reader import random_reader
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.svm import LinearSVC

from detector.classifier import Model, Table, default_path, load, save
from detector.corpus import Example, read_examples
from detector.document import CONTENT_TYPES, LABELS, ContentType, Label
from detector.errors import CorpusError
from detector.features.asides import tags
from detector.features.quotation import quoted
from detector.features.text import chunks, rich_ngrams, tagged_ngrams, tokens_of, voiced_rows, word_rows
from detector.inference import Detector
from detector.training import networks, prose, tables, train
from detector.training.pipeline import _unseen
from detector.training.prepare import FOLDS, Prepared, fold_of, prepare, with_markup
from detector.training.sentences import WEAK_SENTENCES, WEAK_WEIGHT, Level, sample_sentences

TOLERANCE = 1e-6


@pytest.fixture(scope="module")
def prepared(small_examples: list[Example]) -> list[Prepared]:
    return prepare(small_examples[:120])


def _margins(documents: Sequence[Prepared], table: Table, *, rich: bool) -> NDArray[np.float32]:
    rows = []
    for d in documents:
        for _, text, piece in chunks(d.document.text, d.passages):
            tokens, characters = tokens_of(text, piece)
            ngrams = rich_ngrams(tokens, characters, piece) if rich else tagged_ngrams(tokens, tags(text, piece))
            rows.append(table.margins(ngrams, len(piece)))
    return np.concatenate(rows)


@pytest.mark.parametrize("rich", [False, True], ids=["words", "rich"])
def test_a_table_gives_the_margins_of_the_linear_svm(rich: bool, prepared: list[Prepared]) -> None:
    matrix = tables.counts(prepared, [np.arange(len(d.passages)) for d in prepared])[rich]
    sites = np.repeat(np.arange(len(prepared)), [len(d.passages) for d in prepared])
    idf = tables.inverse_frequencies(matrix, sites)
    target = np.concatenate([d.targets.any(1) for d in prepared])
    svm = LinearSVC(C=tables.COST, random_state=0).fit(tables.weighted(matrix, idf), target)
    served = tables.table(svm.coef_.T.astype(np.float32), svm.intercept_.astype(np.float32), idf)
    rounded = np.sqrt(served.weights[:, -1].astype(np.float64))  # the served weights are those that float16 keeps
    folded = served.weights[:, 0].astype(np.float64)
    svm.coef_ = np.divide(folded, rounded, out=np.zeros_like(folded), where=rounded > 0)[None]
    rows = matrix.astype(np.float64).multiply(rounded).tocsr()
    norms = np.sqrt(np.asarray(matrix.astype(np.float64) @ rounded**2).ravel())
    expected = svm.decision_function(rows.multiply(1 / np.maximum(norms, 1e-3)[:, None]).tocsr())
    found = _margins(prepared, served, rich=rich)[:, 0]
    assert len(found) == matrix.shape[0] > 500
    assert np.abs(found - expected).max() < TOLERANCE


def test_rounding_a_table_to_half_precision_moves_no_margin_far(prepared: list[Prepared]) -> None:
    matrix, _ = tables.counts(prepared, [np.arange(len(d.passages)) for d in prepared], rich=False)
    idf = tables.inverse_frequencies(matrix, np.arange(matrix.shape[0]))
    target = np.concatenate([d.targets.any(1) for d in prepared])
    rows = tables.weighted(matrix, idf)
    svm = LinearSVC(C=tables.COST, random_state=0).fit(rows, target)
    served = tables.table(svm.coef_.T.astype(np.float32), svm.intercept_.astype(np.float32), idf)
    assert np.abs(_margins(prepared, served, rich=False)[:, 0] - svm.decision_function(rows)).max() < 0.01


def test_the_words_of_articles_are_weighed_as_they_were_fitted(prepared: list[Prepared]) -> None:
    typed = prose.typed(prepared)
    blind, whole = prose.fit_prose(typed)
    words, voiced = prose.worded(typed)
    expected = np.column_stack([words @ whole.weights[:, 0], voiced @ whole.weights[:, 1]]) + whole.bias
    tokens = [(tokens_of(d.document.text, d.passages)[0], d.document) for d in typed]
    assert any(quoted(document, t.starts).any() for t, document in tokens)
    found = np.stack([whole.margins(word_rows(t.hashes), voiced_rows(t.hashes, quoted(d, t.starts))) for t, d in tokens])
    assert len(blind) == FOLDS and len(typed) > 20
    assert np.allclose(found, expected, atol=1e-4)
    paid = np.array([d.example.articles[0][2] is ContentType.PAID_PROMOTION for d in typed])
    assert found[paid, 0].min() > found[~paid, 0].max() - 0.5  # on what it has seen


def test_articles_of_ordinary_pages_are_those_surely_editorial_and_most_of_their_page() -> None:
    written = read_examples([Path(__file__).parent.parent / "data" / "pages" / "articles.jsonl"])
    editorial = next(e for e in written if e.articles[0][2] is ContentType.EDITORIAL)
    paid = next(e for e in written if e.articles[0][2] is ContentType.PAID_PROMOTION)
    pages = [replace(e, id=f"{e.id}-page", articles=(), findings=(), read=(), layer="unlabelled") for e in (editorial, paid)]
    menu = "\n".join(f"Section {n}" for n in range(2 * len(editorial.text) // 9))
    drowned = replace(pages[0], id="drowned", text=f"{menu}\n\n{editorial.text}")
    found = prose.ordinary_articles(prepare([*pages, drowned, editorial]), load(default_path()).fast())
    assert [d.example.id for d in found] == [pages[0].id]
    (example,) = (d.example for d in found)
    assert example.articles == ((0, len(example.text), ContentType.EDITORIAL),)
    assert example.text in editorial.text and example.site == editorial.site


@pytest.mark.parametrize("outputs", [1, 3])
def test_a_network_gives_the_probabilities_of_the_perceptron(outputs: int) -> None:
    random = np.random.default_rng(outputs)
    rows = random.normal(2, 3, (400, 7)).astype(np.float32)
    targets = (rows @ random.normal(size=(7, outputs)) > random.normal(size=(400, outputs))).astype(bool)
    network = networks.fit_network(rows, targets, np.ones(400), penalty=0.1, epochs=20)
    inputs = ((rows - network.mean) / network.scale).astype(np.float32)
    perceptron = MLPClassifier(network.hidden_bias.shape, max_iter=1, random_state=0)
    with pytest.warns(UserWarning, match="Maximum iterations"):
        perceptron.fit(inputs, targets if outputs > 1 else targets.ravel())
    perceptron.coefs_, perceptron.intercepts_ = [network.hidden, network.output], [network.hidden_bias, network.output_bias]
    expected = perceptron.predict_proba(inputs)
    assert np.abs(network.raw(rows) - (expected if outputs > 1 else expected[:, 1:])).max() < TOLERANCE
    assert ((network.raw(rows) > 0.5) == targets).mean() > 0.7


def test_a_network_says_what_its_seeds_say_on_average() -> None:
    random = np.random.default_rng(0)
    rows, targets = random.normal(size=(300, 5)).astype(np.float32), random.random((300, 2)) < 0.4
    network = networks.fit_network(rows, targets, np.ones(300), penalty=0.1)
    inputs = ((rows - network.mean) / network.scale).astype(np.float32)
    fits = [networks._fit(inputs, targets, np.ones(300), 0.1, 10, seed) for seed in range(networks.SEEDS)]
    odds = np.mean([np.log(p) - np.log1p(-p) for p in (f.predict_proba(inputs).astype(np.float64) for f in fits)], 0)
    assert np.abs(network.raw(rows) - 1 / (1 + np.exp(-odds))).max() < TOLERANCE
    assert np.abs(network.probabilities(rows) - network.raw(rows)).max() < TOLERANCE  # no curve yet


def test_a_cascade_gives_the_probabilities_of_both_regressions() -> None:
    random = np.random.default_rng(0)
    rows = random.normal(2, 3, (300, 4)).astype(np.float32)
    targets = np.eye(3, dtype=bool)[random.integers(0, 3, 300)]
    cascade = networks.fit_cascade(rows, targets, np.ones(300), ((1, 3), (0, 2)))
    inputs = (rows.astype(np.float64) - cascade.mean) / cascade.scale
    paid = LogisticRegression(C=0.1).fit(inputs[:, [1, 3]], targets[:, 1]).predict_proba(inputs[:, [1, 3]])[:, 1]
    rest = ~targets[:, 1]
    release = LogisticRegression(C=0.1).fit(inputs[rest][:, [0, 2]], targets[rest, 2]).predict_proba(inputs[:, [0, 2]])[:, 1]
    expected = np.stack([(1 - paid) * (1 - release), paid, (1 - paid) * release], 1)
    assert np.abs(cascade.probabilities(rows) - expected).max() < 1e-3


def test_calibration_keeps_the_order_and_meets_what_was_observed() -> None:
    random = np.random.default_rng(0)
    rows = random.normal(size=(4000, 2)).astype(np.float32)
    targets = (random.random(4000) < 1 / (1 + np.exp(-2 * rows[:, 0])))[:, None]
    plain = networks.fit_network(rows, targets, np.ones(4000), penalty=0.1)
    raw = plain.raw(rows) ** 3  # as a network that says too little
    fitted = networks.calibrated(plain, raw, targets, np.ones(4000))
    assert (np.diff(fitted.curves, axis=1) >= 0).all()
    assert fitted.curves.min() >= 0
    assert fitted.curves.max() <= 1
    high = raw[:, 0] > np.quantile(raw, 0.8)
    said = np.interp(raw[:, 0], fitted.curves[0, :, 0], fitted.curves[1, :, 0])
    assert said[high].mean() == pytest.approx(targets[high].mean(), abs=0.03)


def test_training_twice_gives_the_same_bytes(small_examples: list[Example], model_file: Path, tmp_path: Path) -> None:
    save(train(small_examples, readers=[random_reader(), random_reader(gelu=True)], name="small"), tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == model_file.read_bytes()


def test_a_trained_model_scans_the_same_before_and_after_its_file(
    small_examples: list[Example], small_detector: Detector, model_file: Path
) -> None:
    loaded = Detector(load(model_file))
    pages = [e.text for e in small_examples if e.articles][:10]
    assert [loaded.scan(text) for text in pages] == [small_detector.scan(text) for text in pages]


def test_a_model_holds_a_threshold_for_every_decision_and_its_card(small_model: Model, small_examples: list[Example]) -> None:
    assert small_model.thresholds.keys() == {*map(str, LABELS), *map(str, CONTENT_TYPES), "title", "chrome"}
    assert all(0 < value < 1 for value in small_model.thresholds.values())
    assert small_model.card["documents"] == len(small_examples)
    assert small_model.card["labels"]["no_conflict"] == sum(f[2] == Label.NO_CONFLICT for e in small_examples for f in e.findings) > 0


@pytest.mark.parametrize("missing", [Label.FORWARD_LOOKING, Label.FUNDING_ACKNOWLEDGEMENT])
def test_a_label_without_an_example_is_refused_by_name(missing: Label, small_examples: list[Example]) -> None:
    with pytest.raises(CorpusError, match=rf"no example of {missing}; add some"):
        train([e for e in small_examples if all(f[2] != missing for f in e.findings)])


@pytest.mark.parametrize("missing", CONTENT_TYPES)
def test_a_content_type_without_an_example_is_refused_by_name(missing: ContentType, small_examples: list[Example]) -> None:
    kept = [e for e in small_examples if len(e.articles) != 1 or e.articles[0][2] != missing]
    with pytest.raises(CorpusError, match=f"no example of {missing}; add some"):
        train(kept)


def test_data_without_a_page_of_several_articles_are_refused(small_examples: list[Example]) -> None:
    with pytest.raises(CorpusError, match="no page of several articles; add some"):
        train([e for e in small_examples if len(e.articles) < 2])


@pytest.mark.parametrize(("layer", "weak"), [("unlabelled", WEAK_SENTENCES), ("sentences", 0)])
def test_an_ordinary_page_gives_weak_negatives_beside_what_was_read_of_it(layer: str, weak: int) -> None:
    lines = [f"Rain is due on hill number {n} tonight." for n in range(40)]
    text = "\n".join(["This story was paid for by Halden Mills.", *lines])
    paid = (0, text.index("\n"), Label.SPONSORSHIP_DISCLOSURE)
    sample = sample_sentences(prepare([Example("p", "p.example", "en", text, findings=(paid,), read=((0, paid[1]),), layer=layer)]))
    assert sorted(sample.weights) == [WEAK_WEIGHT] * weak + [1.0]
    assert sample.targets.any(1).tolist() == (sample.weights == 1).tolist()


def test_a_site_stays_in_one_fold() -> None:
    folds = [fold_of(f"site-{i}.example") for i in range(200)]
    assert set(folds) == set(range(FOLDS))
    assert folds == [fold_of(f"site-{i}.example") for i in range(200)]


def test_markup_is_laid_over_the_lines_of_a_text() -> None:
    (d,) = prepare([Example("x", "a.example", "en", "Menu\nA  story.\nNot there")])
    bare, dressed = d.document, with_markup(d.document, b"<nav>Menu</nav><footer class=disclaimer><h2>A story.</h2></footer>")
    assert dressed.text is bare.text
    assert [(b.start, b.end, b.landmark.name, b.heading) for b in dressed.blocks] == [
        (0, 4, "NAV", 0),
        (5, 14, "FOOTER", 2),
        (15, 24, "NONE", 0),
    ]


def test_markup_is_decoded_as_a_scan_decodes_it() -> None:
    (d,) = prepare([Example("x", "a.example", "de", "Menü")])
    for markup in ("<nav>Menü</nav>".encode("cp1252"), "<nav>Menü</nav>".encode("utf-16")):
        assert [b.landmark.name for b in with_markup(d.document, markup).blocks] == ["NAV"]
    assert with_markup(d.document, b"\x89PNG\r\n\x1a\n") is d.document


def test_a_dev_split_without_a_page_of_several_articles_will_do(small_examples: list[Example]) -> None:
    dev = {e.id for e in small_examples if e.is_single and e.id.endswith("0")}
    assert len(dev) > 10
    model = train([replace(e, split="dev") if e.id in dev else e for e in small_examples])
    assert set(model.thresholds) >= {"title", "chrome", *map(str, CONTENT_TYPES)}


def test_where_dev_has_no_whole_page_those_of_train_are_tuned_on_as_well(prepared: list[Prepared]) -> None:
    window, page = (replace(prepared[0], example=replace(prepared[0].example, layer=layer)) for layer in ("sentences", "natural"))
    table = Table(np.zeros((1, 1), np.float32), np.zeros(1, np.float32))
    levels = [Level(table, table)] * FOLDS

    def tuned_on(dev: list[Prepared], train: list[Prepared]) -> list[str]:
        return [d.example.layer for d, _ in _unseen(dev, train, levels, levels[0])]

    assert tuned_on([window], [window, page]) == ["sentences", "natural"]
    assert tuned_on([window, page], [page]) == ["sentences", "natural"]
    assert tuned_on([window], [window]) == ["sentences"]
    assert tuned_on([], [window]) == ["sentences"]

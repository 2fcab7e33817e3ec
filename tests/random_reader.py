"""A reader of little worth: its weights are drawn, its vocabulary is a handful of words and the letters."""

import string
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.document import LABELS
from detector.quantised import Quantised
from detector.reader import LENGTH, Reader

HEADS, WIDTH, UNITS, PLACES = 2, 64, 96, 128
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "paid", "post", "share", "##s", "##holder", "we", "may", "earn", ".", "§", "uber"]


def random_reader(layers: int = 2, *, gelu: bool = False, languages: str = "", levels: tuple[int, int] = (16, 255)) -> Reader:
    """Return a reader, the same each time; `levels` are those of its embeddings' numbers and of its layers'."""
    random = np.random.default_rng(5)

    def half(*shape: int) -> NDArray[np.float16]:
        return (random.normal(size=shape) / 4).astype(np.float16)

    words = [*WORDS, *string.ascii_lowercase, *(f"##{letter}" for letter in string.ascii_lowercase)]
    shapes = {
        "attend": (WIDTH, 3 * WIDTH),
        "attend_bias": (3 * WIDTH,),
        "mix": (WIDTH, WIDTH),
        "mix_bias": (WIDTH,),
        "mix_norm": (2, WIDTH),
        "widen": (WIDTH, UNITS),
        "widen_bias": (UNITS,),
        "narrow": (UNITS, WIDTH),
        "narrow_bias": (WIDTH,),
        "narrow_norm": (2, WIDTH),
    }
    arrays: dict[str, NDArray[Any]] = {}
    for i in range(layers):
        for name, shape in shapes.items():
            array = arrays[f"layers.{i}.{name}"] = half(*shape)
            if len(shape) == 2 and not name.endswith("norm"):
                matrix = Quantised.of(array.astype(np.float32), levels[1], (shape[0] // 2, 1))
                arrays |= {f"layers.{i}.{name}": matrix.numbers, f"layers.{i}.{name}.scales": matrix.scales}
    table = Quantised.of(random.normal(size=(len(words), WIDTH)).astype(np.float32), levels[0], (1, WIDTH // 2))
    return Reader.of(
        {
            "languages": np.frombuffer(languages.encode(), np.uint8),
            "words": np.frombuffer("\n".join(words).encode(), np.uint8),
            "embeddings": table.numbers,
            "scales": table.scales,
            "levels": np.array(levels, np.uint8),
            "positions": half(PLACES, WIDTH),
            "target": half(WIDTH),
            "norm": half(2, WIDTH),
            "relative": half(HEADS, 2 * LENGTH - 1),
            "gelu": np.array([gelu], np.uint8),
            "output": half(2 * WIDTH, len(LABELS)),
            "output_bias": half(len(LABELS)),
            **arrays,
        }
    )

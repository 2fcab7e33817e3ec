"""Hold a matrix in few bits: small whole numbers, as many to a byte as it can tell apart, and a scale for each tile of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

TRIED = np.linspace(0.25, 1, 16)  # shares of a tile's largest number that the uppermost level may stand for


def digits(levels: int) -> int:
    """Return how many numbers of so many levels, at most 255, stand in a byte."""
    count = 1
    while levels ** (count + 1) <= 256:
        count += 1
    return count


@dataclass(frozen=True, slots=True)
class Quantised:
    """A matrix; its numbers are from -(levels // 2) up, and all tiles are of one size, which the shape of `scales` tells.

    A byte holds a number from each of `digits(levels)` equal stripes of columns, that of the first stripe in its lowest digit. The last
    stripe may be filled up; so that it is known how far, there must then be more tiles across than columns were added.
    """

    numbers: NDArray[np.uint8]  # (rows, columns of a stripe)
    scales: NDArray[np.float16]  # (tiles down, tiles across)
    levels: int

    @classmethod
    def of(cls, matrix: Array, levels: int, tile: tuple[int, int]) -> Self:
        """Round a matrix; of the scales tried for a tile of so many rows and columns that counts with which least is lost (squares)."""
        (rows, columns), (down, across) = matrix.shape, tile
        tiles = matrix.reshape(rows // down, down, columns // across, across)
        largest = np.maximum(np.abs(tiles).max((1, 3), keepdims=True), 1e-4) / ((levels - 1) // 2)
        lowest = -(levels // 2)
        least = np.full(largest.shape, np.inf, np.float32)
        scales, numbers = np.zeros(largest.shape, np.float16), np.zeros(tiles.shape, np.int16)
        for share in (*TRIED, *-TRIED):  # with a negative one the outermost level, which has no opposite, stands for what is above 0
            tried = (largest * share).astype(np.float16)
            rounded = np.round(tiles / tried.astype(np.float32)).clip(lowest, lowest + levels - 1)
            lost = ((rounded * tried - tiles) ** 2).sum((1, 3), keepdims=True)
            better = lost < least
            least, scales = np.where(better, lost, least), np.where(better, tried, scales)
            numbers = np.where(better, rounded, numbers).astype(np.int16)
        return cls.packed(numbers.reshape(rows, columns), scales[:, 0, :, 0], levels)

    @classmethod
    def packed(cls, numbers: NDArray[np.integer[Any]], scales: NDArray[np.float16], levels: int) -> Self:
        """Put numbers, shape (rows, columns), into bytes, each brought between the lowest level and the uppermost."""
        stripes = digits(levels)
        codes = (numbers.astype(np.intp) + levels // 2).clip(0, levels - 1)
        codes = np.pad(codes, ((0, 0), (0, -codes.shape[1] % stripes))).reshape(len(codes), stripes, -1)
        bytes_ = (codes * levels ** np.arange(stripes)[:, None]).sum(1)
        return cls(bytes_.astype(np.uint8), scales, levels)

    def full(self, room: Array | None = None) -> Array:
        """Return the matrix in float32, in the room of another one of its shape if that is given: new memory costs more than the rest."""
        return self._scaled(self.numbers, self.scales, room)

    def rows(self, ids: Sequence[int]) -> Array:
        """Return some rows in float32; only where tiles are one row high."""
        return self._scaled(self.numbers[ids], self.scales[ids])

    def _scaled(self, numbers: NDArray[np.uint8], scales: NDArray[np.float16], room: Array | None = None) -> Array:
        (rows, width), (down, across) = numbers.shape, scales.shape
        columns = width * digits(self.levels) // across * across
        full = np.empty((rows, columns), np.float32) if room is None else room
        levels, lowest, rest = np.uint8(self.levels), np.float32(self.levels // 2), np.array(numbers)
        for start in range(0, columns, width):
            higher = rest // levels
            stripe = full[:, start : start + width]
            np.subtract((rest - higher * levels)[:, : stripe.shape[1]], lowest, out=stripe)
            rest = higher
        tiles = full.reshape(down, rows // down, across, -1)
        tiles *= scales.astype(np.float32)[:, None, :, None]
        return full

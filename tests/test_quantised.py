"""Matrices in few bits."""

import numpy as np
import pytest

from detector.quantised import Quantised, digits

LEVELS = (2, 3, 4, 16, 255)


@pytest.mark.parametrize(("levels", "count"), [(2, 8), (3, 5), (4, 4), (16, 2), (17, 1), (255, 1)])
def test_a_byte_holds_as_many_numbers_as_it_can_tell_apart(levels: int, count: int) -> None:
    assert digits(levels) == count


@pytest.mark.parametrize("levels", LEVELS)
@pytest.mark.parametrize("columns", [5, 12, 13])
def test_what_is_packed_comes_out_again(levels: int, columns: int) -> None:
    random = np.random.default_rng(levels)
    numbers = random.integers(-(levels // 2), levels - levels // 2, (6, columns))
    scales = random.uniform(0.5, 2, (3, columns)).astype(np.float16)
    matrix = Quantised.packed(numbers, scales, levels)
    assert matrix.numbers.shape == (6, -(-columns // digits(levels)))
    assert np.array_equal(matrix.full(), numbers * scales.astype(np.float32).repeat(2, axis=0))


def test_numbers_beyond_the_levels_are_brought_between_them() -> None:
    matrix = Quantised.packed(np.array([[-9, 9, -2, 1]]), np.ones((1, 1), np.float16), 4)
    assert matrix.full().tolist() == [[-2, 1, -2, 1]]


def test_a_matrix_may_be_made_in_the_room_of_another() -> None:
    one, two = (Quantised.of(np.random.default_rng(n).normal(size=(8, 13)).astype(np.float32), 3, (4, 1)) for n in range(2))
    room, expected = one.full(), two.full()
    assert two.full(room) is room
    assert np.array_equal(room, expected)


def test_some_rows_are_those_of_the_whole() -> None:
    matrix = Quantised.of(np.random.default_rng(0).normal(size=(7, 24)).astype(np.float32), 4, (1, 8))
    assert np.array_equal(matrix.rows([5, 0, 5]), matrix.full()[[5, 0, 5]])


@pytest.mark.parametrize(("levels", "tile", "lost"), [(3, (20, 1), 0.2), (4, (1, 32), 0.14), (16, (1, 32), 0.011), (255, (40, 1), 1e-4)])
def test_little_is_lost_by_rounding(levels: int, tile: tuple[int, int], lost: float) -> None:
    matrix = np.random.default_rng(2).normal(size=(40, 64)).astype(np.float32)
    rounded = Quantised.of(matrix, levels, tile).full()
    assert ((rounded - matrix) ** 2).mean() < lost * (matrix**2).mean()


def test_a_level_without_an_opposite_stands_for_what_is_large() -> None:
    for sign in (1, -1):
        matrix = sign * np.array([[-2, 1, 0, 1]], np.float32)
        assert np.abs(Quantised.of(matrix, 4, (1, 4)).full() - matrix).max() < 1e-2


def test_a_matrix_of_nothing_stays_nothing() -> None:
    assert not Quantised.of(np.zeros((4, 6), np.float32), 3, (2, 1)).full().any()

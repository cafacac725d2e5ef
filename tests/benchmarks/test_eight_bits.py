"""Weights put into 8 bits: how far they are from what they stand for."""

from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.eight_bits import Array, Scaled, as_table, by_column

WEIGHT = np.random.default_rng(1).normal(0, 0.05, (48, 20)).astype(np.float32)


def stands_for(scaled: Scaled) -> Array:
    return (scaled.numbers.astype(np.float32) - scaled.zero) * scaled.scale


@pytest.mark.parametrize("put", [by_column, as_table])
def test_no_number_is_off_by_more_than_half_a_step(put: Callable[[Array], Scaled]) -> None:
    scaled = put(WEIGHT)
    assert (np.abs(stands_for(scaled) - WEIGHT) <= scaled.scale * 0.501).all()


@pytest.mark.parametrize("put", [by_column, as_table])
def test_what_was_put_into_8_bits_stays_as_it_is(put: Callable[[Array], Scaled]) -> None:
    once = put(WEIGHT)
    again = put(stands_for(once))
    assert (again.numbers == once.numbers).all()
    assert np.allclose(again.scale, once.scale, rtol=1e-6)


def test_a_column_of_large_numbers_makes_no_other_coarser() -> None:
    wide = WEIGHT.copy()
    wide[:, 0] *= 1000
    assert (by_column(wide).numbers[:, 1:] == by_column(WEIGHT).numbers[:, 1:]).all()


def test_weights_use_seven_bits() -> None:
    assert np.abs(by_column(WEIGHT).numbers.astype(int)).max() == 64


@pytest.mark.parametrize("put", [by_column, as_table])
def test_nought_is_nought(put: Callable[[Array], Scaled]) -> None:
    gaps = WEIGHT.copy()
    gaps[3] = 0
    gaps[:, 5] = 0
    assert (stands_for(put(gaps))[gaps == 0] == 0).all()

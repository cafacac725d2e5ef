"""Numbers of 32 bits put into 8, each with a scale: the weights of the encoder. For `benchmarks.encoder_net`."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_STEPS = 64  # of the 127 that 8 bits have: on processors that sum products in 16 bits, larger ones would run over
_BYTE = 255


@dataclass(frozen=True, slots=True)
class Scaled:
    """Numbers of 8 bits that stand for others: less `zero`, times `scale`."""

    numbers: Array
    scale: Array
    zero: Array


def by_column(weight: Array) -> Scaled:
    """A weight (from, to) of a product: each column has a scale of its own, and zero is zero."""
    scale = (np.abs(weight).max(axis=0) / _STEPS).astype(np.float32)
    scale[scale == 0] = 1
    numbers = np.clip(np.round(weight / scale), -_STEPS, _STEPS).astype(np.int8)
    return Scaled(numbers, scale, np.zeros(len(scale), np.int8))


def as_table(weight: Array) -> Scaled:
    """A table of which rows are looked up: one scale for all."""
    low, high = min(float(weight.min()), 0.0), max(float(weight.max()), 0.0)
    scale = np.float32((high - low) / _BYTE)
    zero = np.uint8(round(-low / float(scale)))
    numbers = np.clip(np.round(weight / scale) + zero, 0, _BYTE).astype(np.uint8)
    return Scaled(numbers, np.asarray(scale), np.asarray(zero))

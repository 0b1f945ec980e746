"""The calibration kernel: a fixed NumPy job that writes about as many bytes as a simulated year.

Machines differ and drift; a time divided by this kernel's, measured beside it, is what a regression is judged by. It
works in memory that is already there, so that its time is the processor's and the memory's and not the allocator's.
The kernel must never change, or ratios of different days stop meaning the same.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

COLUMNS = 30  # 240 bytes written per row, as in one employee-year
_FACTOR, _SHIFT = np.uint64(0x9E3779B97F4A7C15), np.uint64(31)


def memory(rows: int) -> NDArray[np.uint64]:
    """Return the memory that the kernel works in, touched once."""
    return np.ones((COLUMNS + 1, rows), dtype=np.uint64)


def calibrate(block: NDArray[np.uint64], years: int = 5) -> int:
    """Mix numbers into every column of ``memory``, ``years`` times, and return a checksum."""
    *columns, scratch = block
    for year in range(years):
        for number, column in enumerate(columns):
            np.multiply(scratch, _FACTOR, out=column)
            np.add(column, np.uint64(year * COLUMNS + number), out=column)
            np.right_shift(column, _SHIFT, out=scratch)
            np.bitwise_xor(column, scratch, out=scratch)
    return int(scratch[-1])

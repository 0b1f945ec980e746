"""The calibration kernel: a fixed NumPy job that touches about as many bytes as a simulated year.

Machines differ and drift; a time divided by this kernel's, measured beside it, is what a regression is judged by.
The kernel must never change, or ratios of different days stop meaning the same.
"""

from __future__ import annotations

import numpy as np

COLUMNS = 30  # 240 bytes written and as many read per row, as one employee-year does


def calibrate(rows: int, years: int = 5) -> int:
    """Mix ``rows`` numbers into ``COLUMNS`` columns, ``years`` times, and return a checksum."""
    start = np.arange(rows, dtype=np.uint64)
    total = 0
    for year in range(years):
        kept = []
        for column in range(COLUMNS):
            z = start * np.uint64(0x9E3779B97F4A7C15) + np.uint64(year * COLUMNS + column)
            z ^= z >> np.uint64(31)
            kept.append(z)
        total ^= int(np.bitwise_xor.reduce(np.array([int(k[-1]) for k in kept], dtype=np.uint64)))
    return total

"""Partitions: the staff in parts that fit the caches of a processor, side by side on its cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

import numpy as np
import polars as pl

ROWS = 131_072
"""Employees of a partition: more do not fit the caches, fewer cost overhead."""

T = TypeVar("T")
R = TypeVar("R")


def parted(staff: pl.DataFrame, rows: int | None = None) -> list[pl.DataFrame]:
    """Return the staff in partitions of about ``rows`` employees, in their order."""
    count = max(1, round(staff.height / (rows or ROWS)))
    edges = [staff.height * i // count for i in range(count + 1)]
    return [staff[a:b] for a, b in pairwise(edges)] if count > 1 else [staff]


def each(function: Callable[[T], R], parts: Sequence[T]) -> list[R]:
    """Return what a function makes of each part, in their order; of several on as many threads as there are cores."""
    if len(parts) == 1:
        return [function(parts[0])]
    with ThreadPoolExecutor(min(len(parts), os.cpu_count() or 1), thread_name_prefix="workforce_sim-part") as threads:
        return list(threads.map(function, parts))


def keep_freed_memory() -> None:
    """Let the C library keep memory that is freed for the next array, rather than hand it back and fetch it anew.

    A year makes thousands of arrays of the same few sizes. The allocator of Linux adapts to the largest block that it
    has seen freed, up to 32 MiB; this shows it one, without touching its pages. No effect elsewhere.
    """
    np.empty(_SEEN_BYTES, dtype=np.uint8)


_SEEN_BYTES = 32 * 2**20 - 2**16

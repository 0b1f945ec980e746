"""The staff as events see them: columns of a frame as arrays, without copying."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workforce_sim.dates import NEVER, Days, Flags, Ints
from workforce_sim.tables import DataType

Array = NDArray[Any]
Rows = NDArray[np.intp]
Small = NDArray[np.int16]
"""Years, days of a year, positions in short lists."""

Described = Mapping[str, tuple[DataType, str]]
"""Columns by name: the type of each and what it holds."""

FLAG = pl.UInt8
"""Zeros and ones in a byte each, which NumPy reads without unpacking."""


class Columns:
    """The columns of a frame as arrays, each fetched when needed. Do not write to them: they are shared.

    A frame in pieces, as the threads of Polars 1 leave one that they filter or gather, is joined first.

    Attributes:
        frame: the frame.
        rows: its rows of the partition, if it is a block of one.
    """

    __slots__ = ("_fetched", "frame", "rows")

    def __init__(self, frame: pl.DataFrame, rows: slice = slice(None)) -> None:
        self.frame, self.rows = frame.rechunk(), rows
        self._fetched: dict[str, Array] = {}

    def __len__(self) -> int:
        return self.frame.height

    def __getitem__(self, name: str) -> Array:
        array = self._fetched.get(name)
        if array is None:
            array = self._fetched[name] = self.frame.get_column(name).to_numpy(allow_copy=False)
        return array

    @property
    def first_day(self) -> Array:
        """First days of employment: hire dates, except of those whose service with an acquired employer counts."""
        return self["employed_from" if "employed_from" in self.frame.columns else "hire_date"]

    @property
    def tenure_since(self) -> Array:
        """Where tenure counts from: hire dates, except of those who came back."""
        return self["service_date" if "service_date" in self.frame.columns else "hire_date"]

    @property
    def served_since(self) -> Array:
        """Where service counts from in the plan."""
        return self["plan_service_date" if "plan_service_date" in self.frame.columns else "hire_date"]

    @property
    def years_before(self) -> Array | int:
        """Years of vesting service before the latest return, where hours count."""
        return self["years_before"] if "years_before" in self.frame.columns else 0

    def level_on(self, date: Days | int, rows: Rows | slice = slice(None)) -> Small:
        """Return the level of some rows on a date each, after a promotion on that day."""
        promotion = self["promotion_date"][rows]
        return np.asarray(self["level"][rows] + ((promotion <= date) & (promotion != NEVER)))

    def flags(self, name: str) -> Flags:
        """Return a column of zeros and ones as flags."""
        return self[name].view(np.bool_)

    def bounds(self, replicates: int) -> list[slice]:
        """Return the slice of each replicate; its rows are adjacent."""
        if replicates == 1:
            return [slice(0, len(self))]
        ends = np.searchsorted(self["replicate"], np.arange(replicates + 1))
        return [slice(int(a), int(b)) for a, b in itertools.pairwise(ends)]


def spread(rows: Rows, values: Any, size: int, dtype: Any, fill: Any = 0) -> Array:
    """Return a column that holds values in some rows, ``fill`` in the others."""
    column = np.full(size, fill, dtype=dtype)
    column[rows] = values
    return column


_FEW = 16
"""Edges, up to which comparing with each is faster than a search."""


def reached(edges: Array | Sequence[int], values: Any) -> Rows:
    """Return how many of some rising edges each value is at or beyond."""
    if len(edges) > _FEW:
        return np.asarray(np.searchsorted(edges, values, side="right"))
    count = np.zeros(np.shape(values), dtype=np.intp)
    for edge in edges:
        count += values >= edge
    return count


def group_sums(groups: NDArray[np.integer[Any]], values: Ints, size: int) -> list[int]:
    """Return the exact sum of whole non-negative values below 2^53 by group number, 0 to size - 1.

    Below 2^57 it is exact for four million values.
    """
    low = np.bincount(groups, weights=values & 0x3FFFFFF, minlength=size)
    high = np.bincount(groups, weights=values >> 26, minlength=size)
    return [int(h) * 2**26 + int(w) for h, w in zip(high, low, strict=True)]

"""Columns that the tests of a plan take: a list, an array, or a column of a Polars frame; one entry per employee."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workforce_sim.dates import Flags, Ints
from workforce_sim.plan.amounts import as_series, in_cents

Column = pl.Series | Sequence[Any] | NDArray[Any]
"""A list, a Polars Series or a NumPy array."""


def cents_column(dollars: Column, what: str) -> Ints:
    """Return a column of dollars in whole cents, to the nearest.

    Raises:
        TypeError: for anything but a column of numbers.
        ValueError: for missing, negative or infinite amounts, or more than 100 million dollars.
    """
    amounts: Ints = in_cents(as_series(dollars, what), what)
    return amounts


def flag_column(flags: Column, what: str) -> Flags:
    """Return a column of flags; TypeError for anything but true and false, ValueError for missing ones."""
    column = as_series(flags, what)
    if column.dtype != pl.Boolean and not column.is_empty():
        raise TypeError(f"{what}: expected true or false, not {column.dtype}")
    if column.null_count():
        raise ValueError(f"{what}: {column.null_count()} of {len(column)} values are missing; fill them first")
    return column.cast(pl.Boolean).to_numpy().astype(np.bool_)
